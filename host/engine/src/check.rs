//! Check: what is wrong with a treaty, before anything is done by it.

use std::collections::BTreeMap;

use treaty_folder::{
    Problem, Problems, Schemas, Severity, TreatyFolder, Undecided, check_schemas, undecided,
};
use treaty_model::{FieldIndex, OwnSchema, SetupProblem};

use crate::alerting::Alerting;
use crate::drift::Described;
use crate::open::{describe, open_system, part};
use crate::opening::Opening;
use crate::part::Bound;
use crate::rules::Rules;
use crate::switch::Switches;
use crate::{EngineError, Part};

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Everything that is wrong or doubtful.
    pub problems: Vec<Problem>,
    /// Own fields that no row of a table mentions.
    pub undecided: Vec<Undecided>,
}

/// Checks a treaty that could be read: opens its systems, compares the field
/// tables with what they hold, and asks every rule what it makes of its setup.
/// Changes nothing anywhere.
pub async fn check(folder: &TreatyFolder, opening: &Opening) -> Result<Checked, EngineError> {
    let mut checked = Checked {
        problems: folder.warnings.0.clone(),
        undecided: Vec::new(),
    };
    let alerting = Alerting::new(folder, opening);
    checked.problems.extend(alerting.problems());
    let mut systems = BTreeMap::new();
    for settings in &folder.systems {
        match open_system(folder, settings, opening).await {
            Ok(connector) => {
                systems.insert(settings.name.clone(), connector);
            }
            Err(error) => checked.problems.push(about_treaty(&error)),
        }
    }
    let mut schemas = Schemas::new();
    let mut whole: Vec<(&treaty_folder::EntitySettings, Vec<OwnSchema>)> = Vec::new();
    for settings in &folder.entities {
        let parts = &settings.entity.systems;
        if !parts.iter().all(|part| systems.contains_key(&part.system)) {
            continue;
        }
        match describe(settings, &systems).await {
            Ok(described) => {
                for (part, schema) in parts.iter().zip(&described) {
                    let key = (settings.entity.name.clone(), part.system.clone());
                    schemas.insert(key, schema.clone());
                }
                whole.push((settings, described));
            }
            Err(error) => checked.problems.push(about_treaty(&error)),
        }
    }
    let found = check_schemas(folder, &schemas);
    let sound = !found
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    checked.problems.extend(found);
    checked.undecided = undecided(folder, &schemas);
    match Rules::load(folder, opening) {
        Ok(rules) if sound => {
            let beside = rules.shadow_problems().into_iter();
            checked.problems.extend(beside.map(|(name, error)| Problem {
                severity: Severity::Warning,
                message: format!("the shadow of rule {name} is not asked: {error}"),
                ..about_treaty(error)
            }));
            for (settings, described) in whole {
                let sources = described.into_iter().map(Described::unchanged);
                let sources: Vec<_> = sources.collect();
                match part(
                    folder,
                    settings,
                    &systems,
                    &rules,
                    &Switches::default(),
                    &sources,
                    &*opening.clock,
                ) {
                    Ok(part) => {
                        let mut found = Vec::new();
                        ask_rules(folder, &part, &mut found);
                        // A rule of several entities says the same for each.
                        found.retain(|problem| !checked.problems.contains(problem));
                        checked.problems.append(&mut found);
                    }
                    Err(EngineError::Treaty(Problems(problems))) => {
                        checked.problems.extend(problems);
                    }
                    Err(error) => checked.problems.push(about_treaty(&error)),
                }
            }
        }
        Ok(_) => {}
        Err(error) => checked.problems.push(about_treaty(&error)),
    }
    Ok(checked)
}

/// Refuses rules of an entity whose configuration does not fit their schema: they
/// would be asked under a contract that they do not know.
pub(crate) fn refuse_misfits(folder: &TreatyFolder, part: &Part) -> Result<(), EngineError> {
    let misfits = part.rules().flat_map(|bound| {
        // A rule that does not answer costs its records, not the treaty.
        let found = bound
            .rule
            .misfits(&bound.setup.configuration)
            .unwrap_or_default();
        let name = &bound.id.name;
        found
            .into_iter()
            .map(move |found| placed(folder, part, name, found))
    });
    let problems: Vec<_> = misfits.collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(EngineError::Treaty(Problems(problems))),
    }
}

/// Asks each rule of an entity what it makes of its setup.
fn ask_rules(folder: &TreatyFolder, part: &Part, problems: &mut Vec<Problem>) {
    for bound in part.rules() {
        match bound.rule.check(&bound.setup) {
            Ok(found) => problems.extend(
                found
                    .into_iter()
                    .map(|found| placed(folder, part, &bound.id.name, found)),
            ),
            Err(fault) => problems.push(Problem {
                hint: Some(fault.hint().into()),
                ..at_treaty(format!("rule {} failed: {fault}", bound.id.name))
            }),
        }
        ask_shadow(folder, part, bound, problems);
    }
}

/// Asks what stands beside a rule. It decides nothing, so it is in nobody's way.
fn ask_shadow(folder: &TreatyFolder, part: &Part, bound: &Bound, problems: &mut Vec<Problem>) {
    let Some((rule, setup)) = &bound.shadow else {
        return;
    };
    let name = format!("{}.shadow", bound.id.name);
    let found = match rule.check(setup) {
        Ok(found) => found,
        Err(fault) => {
            problems.push(Problem {
                severity: Severity::Warning,
                hint: Some(fault.hint().into()),
                ..at_treaty(format!("rule {name} failed: {fault}"))
            });
            return;
        }
    };
    problems.extend(found.into_iter().map(|found| Problem {
        severity: Severity::Warning,
        ..placed(folder, part, &name, found)
    }));
    if !rule.kinds().resolver {
        problems.push(Problem {
            severity: Severity::Warning,
            ..at_treaty(format!("rule {name} is no resolver: it answers nothing"))
        });
    }
}

/// A rule's problem, at the row of the table that it is about.
fn placed(folder: &TreatyFolder, part: &Part, rule: &str, found: SetupProblem) -> Problem {
    let field = found.field.map(|field| FieldIndex(field as usize));
    let place = field.and_then(|field| folder.place_of_row(part.entity.name.as_str(), field));
    let system = found
        .system
        .and_then(|at| part.entity.systems.get(at as usize));
    let mut about = vec![format!("rule {rule}")];
    about.extend(field.map(|field| format!("field {}", part.field_name(field))));
    about.extend(system.map(|system| format!("system {}", system.system)));
    // A pointer to all of it says nothing.
    about.extend(found.place.filter(|place| !place.is_empty()));
    let message = format!("{}: {}", about.join(", "), found.message);
    match place {
        Some(place) => Problem {
            file: place.file,
            line: Some(place.line),
            column: Some(place.column),
            ..at_treaty(message)
        },
        None => at_treaty(message),
    }
}

fn about_treaty(error: &EngineError) -> Problem {
    Problem {
        hint: Some(error.hint().into()),
        ..at_treaty(error.to_string())
    }
}

fn at_treaty(message: String) -> Problem {
    Problem {
        severity: Severity::Error,
        file: "treaty.toml".into(),
        line: None,
        column: None,
        heading: None,
        message,
        hint: None,
    }
}
