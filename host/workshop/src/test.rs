//! Running cases.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use treaty_folder::{Asked, Case, CaseFile, Expected, ExpectedRead, TreatyFolder};
use treaty_model::{EntityName, FieldIndex, Owner};
use treaty_sandbox::{LogLine, Rule};

use crate::ask::{Asking, ask, setup_of};
use crate::judge::{Difference, differences};
use crate::words::Words;

/// What became of one case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseResult {
    /// Its file, as it was named.
    pub file: String,
    /// Its line there.
    pub line: u64,
    /// What it shows.
    pub name: String,
    /// The entity that it is about.
    pub entity: EntityName,
    /// The rule that was asked.
    pub rule: String,
    /// What is not as expected; empty where the case passed.
    pub differences: Vec<Difference>,
    /// The answer, in words.
    pub answer: Vec<String>,
    /// The fuel that the answer took.
    pub fuel: u64,
    /// The time that it took on this machine, in microseconds.
    pub time_us: u64,
    /// What the rule wrote to its log.
    pub log: Vec<LogLine>,
}

/// Rows of a field table that no case is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Uncovered {
    /// The entity.
    pub entity: EntityName,
    /// Shared fields that no conflict is about.
    pub undecided: Vec<String>,
    /// Owned fields that no mapped record holds.
    pub unmapped: Vec<String>,
}

impl CaseResult {
    /// Whether everything was as expected.
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Runs the cases of a file with the rules of a treaty, by name. A case whose
/// rule is not among them is left out.
pub fn test(
    folder: &TreatyFolder,
    file: &CaseFile,
    rules: &BTreeMap<String, Rule>,
) -> Vec<CaseResult> {
    let cases = file.cases.iter();
    cases
        .filter_map(|case| {
            let rule = rules.get(&case.rule)?;
            let settings = folder.entity(case.entity.as_str())?;
            let setup = setup_of(folder, file, case)?;
            let asking = ask(settings, &setup, &case.asked, rule);
            let mut differences = differences(settings, &setup, &case.asked, &asking.answer);
            differences.extend(overspent(case, &asking));
            let words = Words {
                settings,
                setup: &setup,
            };
            Some(CaseResult {
                file: case.place.file.display().to_string(),
                line: case.place.line,
                name: case.name.clone(),
                entity: case.entity.clone(),
                rule: case.rule.clone(),
                differences,
                answer: words.answer(&case.asked, &asking.answer),
                fuel: asking.fuel,
                time_us: u64::try_from(asking.time.as_micros()).unwrap_or(u64::MAX),
                log: asking.log,
            })
        })
        .collect()
}

fn overspent(case: &Case, asking: &Asking) -> Option<Difference> {
    let fuel_max = case.fuel_max.filter(|most| asking.fuel > *most)?;
    Some(Difference::new(
        "fuel",
        format!("at most {fuel_max}"),
        asking.fuel.to_string(),
    ))
}

/// Shared rows that no conflict is about, and owned rows that no mapped record
/// holds.
pub fn uncovered(folder: &TreatyFolder, files: &[&CaseFile]) -> Vec<Uncovered> {
    let cases: Vec<_> = files.iter().flat_map(|file| &file.cases).collect();
    let entities = folder.entities.iter();
    let uncovered = entities.map(|settings| {
        let entity = &settings.entity;
        let of_entity = cases.iter().filter(|case| case.entity == entity.name);
        let of_entity: Vec<_> = of_entity.map(|case| &case.asked).collect();
        let contested: BTreeSet<_> = of_entity.iter().flat_map(|asked| contests(asked)).collect();
        let mapped: BTreeSet<_> = of_entity.iter().flat_map(|asked| maps(asked)).collect();
        let open = |shared: bool, covered: &BTreeSet<FieldIndex>| {
            let rows = entity.table.rows.iter().enumerate();
            let rows = rows.filter(|(at, row)| {
                (row.owner == Owner::Shared) == shared && !covered.contains(&FieldIndex(*at))
            });
            rows.map(|(_, row)| row.name.clone()).collect()
        };
        Uncovered {
            entity: entity.name.clone(),
            undecided: open(true, &contested),
            unmapped: open(false, &mapped),
        }
    });
    uncovered
        .filter(|open| !open.undecided.is_empty() || !open.unmapped.is_empty())
        .collect()
}

/// The fields that a case contests.
fn contests(asked: &Asked) -> Vec<FieldIndex> {
    match asked {
        Asked::Resolve(conflict, _) => {
            let contested = conflict.contested.iter();
            contested
                .map(|one| FieldIndex(one.field as usize))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The fields that a case has read or written.
fn maps(asked: &Asked) -> Vec<FieldIndex> {
    let row = match asked {
        Asked::Read(_, _, Some(Expected::Answer(ExpectedRead::Row(row)))) => &row.cells,
        Asked::Write(_, outbound, _) => &outbound.canonical,
        _ => return Vec::new(),
    };
    let held = row.iter().enumerate().filter(|(_, cell)| cell.is_some());
    held.map(|(at, _)| FieldIndex(at)).collect()
}
