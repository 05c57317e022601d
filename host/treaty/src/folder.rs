//! A treaty folder that has been read and checked.

use std::fs;
use std::path::{Path, PathBuf};

use treaty_model::{EntityName, FieldIndex, Owner};

use crate::document::{Document, Section};
use crate::settings::{
    Alerts, Assignment, EntitySettings, Guards, Limits, QuestionKind, RuleSettings, SystemSettings,
    Upkeep, alerts, entities, guards, packs, paths, questions, rules, systems, upkeep,
};
use crate::{Known, PackParts, Place, Problem, Problems, checks, secret, table};

/// The file that makes a folder a treaty.
pub(crate) const TREATY_FILE: &str = "treaty.toml";
const DEFAULT_STATE: &str = ".treaty";
pub(crate) const DEFAULT_CLOCK_TOLERANCE_MS: u64 = 5000;

/// A treaty folder without errors.
#[derive(Clone, Debug)]
pub struct TreatyFolder {
    /// The folder.
    pub root: PathBuf,
    /// The treaty's name.
    pub name: String,
    /// The folder for ledger and journal, joined to the treaty folder.
    pub state: PathBuf,
    /// How far apart two systems' clocks may be.
    pub clock_tolerance_ms: u64,
    /// The systems, in the order of the file.
    pub systems: Vec<SystemSettings>,
    /// The entities, in the order of the file.
    pub entities: Vec<EntitySettings>,
    /// The rules of the file in its order, then the shipped ones that entities
    /// use without an entry.
    pub rules: Vec<RuleSettings>,
    /// What stops a plan.
    pub guards: Guards,
    /// What a rule may use up.
    pub limits: Limits,
    /// How people are told that something is wrong.
    pub alerts: Alerts,
    /// Who is asked, in the order of the file.
    pub assignments: Vec<Assignment>,
    /// What is done from time to time.
    pub upkeep: Upkeep,
    /// The packs in use.
    pub packs: Vec<PackParts>,
    /// What is hardly meant as it stands.
    pub warnings: Problems,
}

/// How far an entity is from a treaty in which every field has an owner: such a
/// treaty cannot conflict.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ConflictDistance {
    /// The entity.
    pub entity: EntityName,
    /// Fields with an owner.
    pub owned: usize,
    /// Fields that can conflict.
    pub shared: usize,
}

/// Reads a treaty folder without packs. On errors all of them, and the warnings.
pub fn read(root: &Path, known: &Known) -> Result<TreatyFolder, Problems> {
    read_with(root, known, Vec::new())
}

/// Reads a treaty folder with the packs that it uses.
pub fn read_with(
    root: &Path,
    known: &Known,
    in_use: Vec<PackParts>,
) -> Result<TreatyFolder, Problems> {
    let text = fs::read_to_string(root.join(TREATY_FILE)).map_err(|error| {
        Problem::of_file(TREATY_FILE, format!("cannot be read: {error}"))
            .hint("a treaty is a folder with a treaty.toml in it, saved as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let document = Document::parse(TREATY_FILE, text)?;
    let treaty = document.section();
    let head = head(&treaty);
    let systems = systems::read(&treaty, root, known);
    let mut entities = entities::read(&treaty, root, &systems);
    let mut entries = rules::read(&treaty, root, known, &in_use);
    let asked = packs::read(&treaty);
    let guards = guards::read_guards(&treaty);
    let limits = guards::read_limits(&treaty);
    let alerts = alerts::read(&treaty);
    let assignments = questions::read(&treaty);
    let upkeep = upkeep::read(&treaty);
    let nothing = treaty.place.clone();
    treaty.finish();

    let mut problems = document.take_problems();
    for (what, is_empty) in [
        ("system", systems.is_empty()),
        ("entity", entities.is_empty()),
    ] {
        if is_empty {
            problems.push(Problem::at(&nothing, format!("the treaty names no {what}")));
        }
    }
    for entity in &mut entities {
        table::read(root, &in_use, entity, &mut problems);
    }
    let more = checks::from_packs(&entities, &entries, &asked, &in_use, known, &mut problems);
    entries.extend(more);
    checks::check(&systems, &entities, &entries, known, &mut problems);
    questions::check(&assignments, &entities, &mut problems);
    let mut problems = Problems(problems);
    problems.sort();
    if problems.has_errors() {
        return Err(problems);
    }
    let mut rules = checks::all_rules(&entities, entries, known);
    for rule in &mut rules {
        // What the treaty says goes before the budget of a pack.
        if rule.limits != Limits::default() {
            rule.limits = limits.clone().or(&rule.limits);
        }
    }
    Ok(TreatyFolder {
        root: root.to_owned(),
        name: head.name,
        state: root.join(head.state),
        clock_tolerance_ms: head.clock_tolerance_ms,
        systems,
        entities,
        rules,
        guards,
        limits,
        alerts,
        assignments: assignments
            .into_iter()
            .map(|entry| entry.assignment)
            .collect(),
        upkeep,
        packs: in_use,
        warnings: problems,
    })
}

struct Head {
    name: String,
    state: PathBuf,
    clock_tolerance_ms: u64,
}

/// Reads `[treaty]`.
fn head(treaty: &Section<'_>) -> Head {
    let mut head = Head {
        name: String::new(),
        state: DEFAULT_STATE.into(),
        clock_tolerance_ms: DEFAULT_CLOCK_TOLERANCE_MS,
    };
    let Some(section) = treaty.below("treaty") else {
        let message = "the section [treaty] is missing";
        let hint = "it gives the treaty its name: name = \"acme\"";
        treaty.report(Problem::at(&treaty.place, message).hint(hint));
        return head;
    };
    if let Some(name) = section.required_text("name") {
        head.name = name.value;
    }
    if let Some(state) = section.text("state")
        && let Some(state) = paths::inside(&section, &state)
    {
        head.state = state;
    }
    if let Some(tolerance) = section.count("clock-tolerance-ms", 0) {
        head.clock_tolerance_ms = tolerance;
    }
    section.finish();
    head
}

impl TreatyFolder {
    /// The settings of a system.
    pub fn system(&self, name: &str) -> Option<&SystemSettings> {
        self.systems.iter().find(|system| system.name.0 == name)
    }

    /// The settings of an entity.
    pub fn entity(&self, name: &str) -> Option<&EntitySettings> {
        let mut entities = self.entities.iter();
        entities.find(|entity| entity.entity.name.0 == name)
    }

    /// The settings of a rule.
    pub fn rule(&self, name: &str) -> Option<&RuleSettings> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The rule that decides the conflicts of a field: the one that its `rule`
    /// cell names, or else its entity's resolver, to which the cell is then a
    /// word of its own. None for a field with an owner.
    pub fn resolver_of<'a>(
        &'a self,
        entity: &'a EntitySettings,
        field: FieldIndex,
    ) -> Option<&'a str> {
        let row = entity.entity.table.row(field);
        let named = row.rule.as_deref().and_then(|name| self.rule(name));
        let resolver = named.map_or(entity.resolver.as_str(), |rule| rule.name.as_str());
        (row.owner == Owner::Shared).then_some(resolver)
    }

    /// The person who is asked such questions; none: whoever looks.
    pub fn assigned_to(
        &self,
        entity: &EntityName,
        kind: QuestionKind,
        field: Option<&str>,
    ) -> Option<&str> {
        let mut assignments = self.assignments.iter();
        let fitting = assignments.find(|assignment| assignment.fits(entity, kind, field));
        fitting.map(|assignment| assignment.to.as_str())
    }

    /// Where the row of a field begins in its field table.
    pub fn place_of_row(&self, entity: &str, field: FieldIndex) -> Option<Place> {
        self.entity(entity)?.place_of_row(field)
    }

    /// The address of a system, its reference resolved; none where the system
    /// is reached by path. See [`crate::secret`].
    pub fn url(
        &self,
        system: &SystemSettings,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<String>, Problem> {
        let Some(reference) = &system.url else {
            return Ok(None);
        };
        let found = secret(reference, env, &self.root).map_err(|mut problem| {
            let place = system.url_place.as_ref();
            problem.line = place.map(|place| place.line);
            problem.column = place.map(|place| place.column);
            problem
        })?;
        Ok(Some(found))
    }

    /// For each entity how many of its fields can conflict.
    pub fn conflict_distance(&self) -> Vec<ConflictDistance> {
        let entities = self.entities.iter();
        let distances = entities.map(|entity| {
            let rows = &entity.entity.table.rows;
            let shared = rows.iter().filter(|row| row.owner == Owner::Shared).count();
            ConflictDistance {
                entity: entity.entity.name.clone(),
                owned: rows.len() - shared,
                shared,
            }
        });
        distances.collect()
    }
}
