//! What rules find wrong with what they are told.

use std::collections::{BTreeMap, BTreeSet};

use treaty_folder::{CaseFile, Problem, TreatyFolder, resolver_setup, setup};
use treaty_model::{FieldIndex, Setup, SetupProblem};
use treaty_sandbox::{Fault, Rule};

use crate::laws::{Parts, schemas};

/// Asks each of these rules what it makes of the setup of every entity that it has
/// to do with; of the others, whether their configuration fits their schema. What is
/// wrong is told at the row that it is about, or else at the file `at`.
pub fn refusals(
    folder: &TreatyFolder,
    file: &CaseFile,
    cases: &[&CaseFile],
    rules: &BTreeMap<String, Rule>,
    at: &str,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut asked = BTreeSet::new();
    for settings in &folder.entities {
        let schemas = schemas(file, settings);
        let parts = Parts::of_each(folder, settings, cases, rules);
        let told = |name: &str| setup(folder, settings, name, schemas, file.now);
        let matchers = parts.matchings.iter();
        let matchers = matchers.map(|matching| matching.matcher.as_str());
        let plain = parts.mappers.iter().copied().chain(matchers);
        let plain = plain.map(|name| (name, told(name)));
        let resolvers = parts.resolvers.keys().map(|name| {
            let setup = resolver_setup(folder, settings, name, schemas, file.now);
            (*name, setup)
        });
        for (name, setup) in plain.chain(resolvers) {
            let Some(rule) = rules.get(name) else {
                continue;
            };
            asked.insert(name.to_owned());
            problems.extend(match rule.check(&setup) {
                Ok(found) => placed(folder, name, found, &setup, at),
                Err(fault) => vec![broken(name, &fault, at)],
            });
        }
    }
    let others = folder.rules.iter();
    let others = others.filter(|other| !asked.contains(&other.name));
    problems.extend(others.flat_map(|other| {
        let Some(rule) = rules.get(&other.name) else {
            return Vec::new();
        };
        match rule.misfits(&other.configuration.to_string()) {
            Ok(found) => placed(folder, &other.name, found, &Setup::default(), at),
            Err(fault) => vec![broken(&other.name, &fault, at)],
        }
    }));
    problems
}

fn placed(
    folder: &TreatyFolder,
    name: &str,
    found: Vec<SetupProblem>,
    setup: &Setup,
    at: &str,
) -> Vec<Problem> {
    let problems = found.into_iter().map(|found| {
        let field = found.field.map(|field| FieldIndex(field as usize));
        let mut about = match setup.entity.as_str() {
            "" => vec![format!("rule {name}")],
            entity => vec![format!("rule {name} for {entity}")],
        };
        let named = field.and_then(|field| setup.canonical.get(field.0));
        about.extend(named.map(|field| format!("field {}", field.name)));
        let system = found.system.and_then(|at| setup.systems.get(at as usize));
        about.extend(system.map(|system| format!("system {}", system.name)));
        // A pointer to all of it says nothing.
        about.extend(found.place.filter(|place| !place.is_empty()));
        let message = format!("{}: {}", about.join(", "), found.message);
        match field.and_then(|field| folder.place_of_row(&setup.entity, field)) {
            Some(place) => Problem::at(&place, message),
            None => Problem::of_file(at, message),
        }
    });
    problems.collect()
}

fn broken(name: &str, fault: &Fault, at: &str) -> Problem {
    Problem::of_file(at, format!("rule {name} failed: {fault}")).hint(fault.hint())
}
