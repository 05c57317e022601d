//! The laws of rules, held against generated input, or against records of a system.
//!
//! What is generated comes from the treaty's own schemas, and is the same for the
//! same seed. A counter-example is made as small as it goes, and told as a case
//! file.

mod batch;
mod bench;
mod conflicts;
mod mapper;
mod matcher;
mod parts;
mod pool;
mod resolver;
mod rows;
mod trial;
mod values;

use std::collections::BTreeMap;

use proptest::strategy::BoxedStrategy;
use serde::Serialize;
use treaty_folder::{CaseFile, EntitySettings, TreatyFolder, resolver_setup, setup};
use treaty_model::{EntityName, OwnSchema, Row, Setup};
use treaty_sandbox::Rule;

use crate::words::Words;

pub use bench::{Measure, Measured, bench};
pub use pool::{Input, Pool, pool};

pub(crate) use parts::Parts;

/// How laws are tried.
#[derive(Clone, Copy, Debug)]
pub struct Tries {
    /// How many inputs each law is held against.
    pub count: u32,
    /// Where chance begins.
    pub seed: u64,
}

/// What became of one law.
#[derive(Clone, Debug, Serialize)]
pub struct LawResult {
    /// The entity whose schemas the input was made from.
    pub entity: EntityName,
    /// The rule, by its name in the treaty.
    pub rule: String,
    /// The law.
    pub law: &'static str,
    /// How many of the inputs it says something about.
    pub tried: u32,
    /// Whether it holds.
    pub outcome: Outcome,
}

/// Whether a law holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It held against everything.
    Held,
    /// It does not apply, for this reason.
    Waived(String),
    /// It does not hold.
    Broken {
        /// What went wrong.
        why: String,
        /// The smallest input with which it goes wrong, as a case file.
        case: String,
    },
}

/// Everything that a law needs to be tried.
pub(crate) struct Ground<'a> {
    settings: &'a EntitySettings,
    setup: &'a Setup,
    /// The rule, by its name in the treaty.
    name: &'a str,
    rule: &'a Rule,
    tries: Tries,
    /// The records; none: they are made up.
    pool: Option<&'a Pool>,
    /// What the rule says of itself beyond its name.
    attributes: &'a [(String, String)],
}

impl Ground<'_> {
    fn words(&self) -> Words<'_> {
        Words {
            settings: self.settings,
            setup: self.setup,
        }
    }

    /// Canonical rows.
    fn rows(&self) -> BoxedStrategy<Row> {
        match self.pool {
            Some(pool) => pool.rows(),
            None => rows::canonical(&self.settings.entity.table),
        }
    }

    /// What the rule says of itself under this name.
    fn says(&self, name: &str) -> Option<&str> {
        let mut said = self.attributes.iter();
        let said = said.find(|(said, _)| said == name);
        said.map(|(_, value)| value.as_str())
    }
}

/// Tries every law of the rules that the entities of a treaty use. `file` gives the
/// kinds of own fields and the batch's own time: a case file, or an empty one.
pub fn laws(
    folder: &TreatyFolder,
    file: &CaseFile,
    rules: &BTreeMap<String, Rule>,
    input: Input<'_>,
    tries: Tries,
) -> Vec<LawResult> {
    let entities = folder.entities.iter();
    entities
        .flat_map(|settings| {
            let pool = match input {
                Input::Generated => None,
                Input::Records(pools) => match pools.get(&settings.entity.name) {
                    Some(pool) if pool.read() > 0 => Some(pool),
                    _ => return Vec::new(),
                },
            };
            let parts = Parts::used(folder, settings);
            held(folder, file, settings, &parts, rules, (pool, tries))
        })
        .collect()
}

/// Tries every law of each of the rules, whether or not a table names it: what a
/// pack brings along. A rule that nothing names is held against the laws in the
/// entities whose cases ask it; one that no case asks, in all of them.
pub fn laws_of_each(
    folder: &TreatyFolder,
    file: &CaseFile,
    cases: &[&CaseFile],
    rules: &BTreeMap<String, Rule>,
    tries: Tries,
) -> Vec<LawResult> {
    let entities = folder.entities.iter();
    entities
        .flat_map(|settings| {
            let parts = Parts::of_each(folder, settings, cases, rules);
            held(folder, file, settings, &parts, rules, (None, tries))
        })
        .collect()
}

/// What became of the laws in one entity.
fn held(
    folder: &TreatyFolder,
    file: &CaseFile,
    settings: &EntitySettings,
    parts: &Parts<'_>,
    rules: &BTreeMap<String, Rule>,
    (pool, tries): (Option<&Pool>, Tries),
) -> Vec<LawResult> {
    let schemas = schemas(file, settings);
    let mut results = Vec::new();
    let mut ground = |name: &str, setup: &Setup, held: &dyn Fn(&Ground<'_>) -> Vec<LawResult>| {
        let Some(rule) = rules.get(name) else { return };
        let attributes = rule.describe().map(|said| said.attributes);
        results.extend(held(&Ground {
            settings,
            setup,
            name,
            rule,
            tries,
            pool,
            attributes: &attributes.unwrap_or_default(),
        }));
    };
    let told = |name: &str| setup(folder, settings, name, schemas, file.now);
    for name in &parts.mappers {
        ground(name, &told(name), &mapper::laws);
    }
    for matching in &parts.matchings {
        let setup = told(&matching.matcher);
        ground(&matching.matcher, &setup, &|ground| {
            matcher::laws(ground, matching)
        });
    }
    for (name, fields) in &parts.resolvers {
        let setup = resolver_setup(folder, settings, name, schemas, file.now);
        ground(name, &setup, &|ground| resolver::laws(ground, fields));
    }
    results
}

/// The own schemas of an entity, as a case file has them.
pub(crate) fn schemas<'f>(file: &'f CaseFile, settings: &EntitySettings) -> &'f [OwnSchema] {
    let mut schemas = file.schemas.iter();
    let found = schemas.find(|(name, _)| *name == settings.entity.name);
    found.map_or(&[], |(_, schemas)| schemas)
}
