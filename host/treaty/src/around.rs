//! A treaty around what has tables and rules and no systems: a pack.
//!
//! So cases and laws of a pack are read and run by what reads and runs those of a
//! treaty. Its systems are the columns of the tables, and are never opened.

use std::collections::BTreeMap;

use treaty_model::{Absentees, Deletes, Entity, EntitySystem, FieldTable};

use crate::folder::TreatyFolder;
use crate::packs::PackSheet;
use crate::settings::entities::{DEFAULT_MAPPER, DEFAULT_RESOLVER};
use crate::settings::rules::shipped;
use crate::settings::{
    Alerts, EntityPlaces, EntitySettings, Guards, Limits, Matching, RuleSettings, SourceSettings,
    SystemSettings, Upkeep,
};
use crate::sheet::Sheet;
use crate::{Place, Problem, Problems, checks, headings, is_name, table};

/// What a rule is called that nobody has named: several could be meant.
pub(crate) const NO_RULE: &str = "";

/// What a treaty is put around.
#[derive(Clone, Debug)]
pub struct Bare<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its field tables, by entity.
    pub tables: Vec<BareTable<'a>>,
    /// Its rules.
    pub rules: Vec<RuleSettings>,
    /// Those of its rules that map.
    pub mappers: Vec<&'a str>,
    /// Those of its rules that match.
    pub matchers: Vec<&'a str>,
    /// What its rules may use up.
    pub limits: Limits,
    /// Whether there is more that is not here.
    pub extent: Extent,
}

/// A field table that nobody has read yet.
#[derive(Clone, Copy, Debug)]
pub struct BareTable<'a> {
    /// The entity.
    pub entity: &'a str,
    /// The table, and what is laid over its rows, one over the other.
    pub sheets: &'a [PackSheet],
}

/// Whether something is all there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// It is.
    Whole,
    /// It changes something else, which may have the other entities.
    Part,
}

/// Puts a treaty around tables and rules. The mapper and the matcher of every
/// entity are the one that there is; without a mapper it is the shipped one, and
/// where there are several a case has to say whom it asks. Conflicts are decided
/// by the rule that the cell names, and by the shipped resolver otherwise.
///
/// # Errors
/// Every problem of the tables.
pub fn around(bare: &Bare<'_>) -> Result<TreatyFolder, Problems> {
    let mut problems = Vec::new();
    let mut entities = Vec::new();
    for one in &bare.tables {
        entities.extend(entity(bare, one, &mut problems));
    }
    for entity in &entities {
        checks::check_table(entity, &entities, bare.extent, &mut problems);
    }
    let mut problems = Problems(problems);
    problems.sort();
    if problems.has_errors() {
        return Err(problems);
    }
    let rules = all_rules(bare, &entities);
    Ok(TreatyFolder {
        root: Default::default(),
        name: bare.name.to_owned(),
        state: Default::default(),
        clock_tolerance_ms: crate::folder::DEFAULT_CLOCK_TOLERANCE_MS,
        systems: systems(&entities),
        entities,
        rules,
        guards: Guards::default(),
        limits: bare.limits.clone(),
        alerts: Alerts::default(),
        assignments: Vec::new(),
        upkeep: Upkeep::default(),
        packs: Vec::new(),
        warnings: problems,
    })
}

/// The one that there is.
fn only<'a>(names: &[&'a str]) -> Option<&'a str> {
    match names {
        [only] => Some(only),
        _ => None,
    }
}

/// An entity with its table; none where its file is no table.
fn entity(
    bare: &Bare<'_>,
    one: &BareTable<'_>,
    problems: &mut Vec<Problem>,
) -> Option<EntitySettings> {
    let sheets = match table::parsed(one.sheets) {
        Ok(sheets) => sheets,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let sheet = sheets.first()?;
    let names = system_names(sheet);
    if names.len() < 2 {
        let place = sheet.place(&sheet.headings[0]);
        let message = "the table names fewer than two systems";
        let hint = "a column for each system, headed by its name, says which field it has there";
        problems.push(Problem::at(&place, message).hint(hint));
    }
    let mapper = match bare.mappers.as_slice() {
        [] => DEFAULT_MAPPER,
        several => only(several).unwrap_or(NO_RULE),
    };
    let matcher = match bare.matchers.as_slice() {
        [] => None,
        several => Some(only(several).unwrap_or(NO_RULE)),
    };
    let beginning = Place {
        file: sheet.file.clone(),
        line: 1,
        column: 1,
    };
    let mut settings = EntitySettings {
        entity: Entity {
            name: one.entity.into(),
            systems: names.iter().map(|name| part(name)).collect(),
            table: FieldTable::default(),
            deletes: Deletes::default(),
        },
        sources: names.iter().map(|name| source(name)).collect(),
        mapper: mapper.to_owned(),
        resolver: DEFAULT_RESOLVER.to_owned(),
        matching: matcher.map(Matching::with),
        cross_reference: None,
        table_path: sheet.file.clone(),
        table_files: Vec::new(),
        table_lines: Vec::new(),
        tables: Vec::new(),
        fields_from: Vec::new(),
        places: EntityPlaces {
            keys: BTreeMap::from([("table", beginning.clone())]),
            parts: vec![BTreeMap::from([("", beginning)]); names.len()],
            cells: Vec::new(),
        },
    };
    table::of_sheets(&sheets, &mut settings, problems);
    Some(settings)
}

/// The headings that can only be systems, as they are spelt.
fn system_names(sheet: &Sheet) -> Vec<&str> {
    let headings = sheet.headings.iter().map(|cell| cell.text.as_str());
    headings
        .filter(|name| is_name(name) && !headings::is_reserved(name))
        .collect()
}

fn part(system: &str) -> EntitySystem {
    EntitySystem {
        system: system.into(),
        source: system.to_owned(),
        creates_from: Vec::new(),
        deletes_count: false,
        absentees: Absentees::default(),
    }
}

fn source(system: &str) -> SourceSettings {
    SourceSettings {
        system: system.into(),
        name: system.to_owned(),
        key: Vec::new(),
        updated: None,
        actor: None,
        archived: None,
        canaries: Vec::new(),
    }
}

/// The systems of all tables, each once.
fn systems(entities: &[EntitySettings]) -> Vec<SystemSettings> {
    let mut systems: Vec<SystemSettings> = Vec::new();
    for entity in entities {
        for (index, part) in entity.entity.systems.iter().enumerate() {
            if systems.iter().all(|known| known.name != part.system) {
                systems.push(SystemSettings {
                    name: part.system.clone(),
                    connector: String::new(),
                    path: None,
                    url: None,
                    attributes: Vec::new(),
                    automations: Vec::new(),
                    options: BTreeMap::new(),
                    place: entity.place_of_part(index, "").clone(),
                    url_place: None,
                });
            }
        }
    }
    systems
}

/// The rules that there are, and the shipped ones that the tables use without
/// naming them.
fn all_rules(bare: &Bare<'_>, entities: &[EntitySettings]) -> Vec<RuleSettings> {
    let mut rules = bare.rules.clone();
    // All of it is under what it may use up.
    rules
        .iter_mut()
        .for_each(|rule| rule.limits = bare.limits.clone());
    let is_known = |rules: &[RuleSettings], name: &str| rules.iter().any(|rule| rule.name == name);
    let is_open = |entity: &EntitySettings| {
        let table = &entity.entity.table;
        let mut shared = table
            .rows
            .iter()
            .filter(|row| row.owner == treaty_model::Owner::Shared);
        shared.any(|row| {
            let named = row.rule.as_deref();
            named.is_none_or(|named| !is_known(&bare.rules, named))
        })
    };
    for entity in entities {
        let resolver = is_open(entity).then_some(entity.resolver.as_str());
        let mapper = Some(entity.mapper.as_str()).filter(|name| *name != NO_RULE);
        for name in mapper.into_iter().chain(resolver) {
            if !is_known(&rules, name) {
                rules.push(shipped(name));
            }
        }
    }
    rules
}

#[cfg(test)]
mod tests;
