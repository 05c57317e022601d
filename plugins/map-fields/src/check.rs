//! Everything that is wrong with a setup, at once.

use crate::column::Column;
use crate::filter::Filter;
use crate::table::Configuration;
use treaty_sdk::{Field, Problem, Setup};

/// Reads every column of every system, and the configuration.
pub(crate) fn check(setup: &Setup) -> Vec<Problem> {
    let mut problems = Vec::new();
    match setup.config() {
        Ok(configuration) => filters(setup, &configuration, &mut problems),
        Err(message) => problems.push(Problem::new(message).at("")),
    }
    for (canonical, field) in setup.canonical.iter().enumerate() {
        for (system, owned) in setup.systems.iter().enumerate() {
            let mut report = |place: String, message: String| {
                let problem = Problem::new(message).with_field(canonical);
                problems.push(problem.with_system(system).at(place));
            };
            match Column::new(setup, owned, canonical) {
                Ok(None) => {}
                Ok(Some(column)) => {
                    if let Some(message) =
                        cannot_be_written(field, &owned.name, &column, &owned.fields)
                    {
                        report(format!("{}.transform", owned.name), message);
                    }
                }
                Err(wrong) => wrong
                    .into_iter()
                    .for_each(|(place, message)| report(place, message)),
            }
        }
    }
    problems
}

fn filters(setup: &Setup, configuration: &Configuration, problems: &mut Vec<Problem>) {
    for (name, text) in &configuration.filter {
        let place = format!("/filter/{}", name.replace('~', "~0").replace('/', "~1"));
        let Some(system) = setup.system_position(name) else {
            let known: Vec<_> = setup
                .systems
                .iter()
                .map(|known| known.name.as_str())
                .collect();
            let message = format!("unknown system {name:?}; known: {}", known.join(", "));
            problems.push(Problem::new(message).at(place));
            continue;
        };
        if let Err(message) = Filter::read(text, &setup.systems[system].fields) {
            problems.push(Problem::new(message).with_system(system).at(place));
        }
    }
}

/// A system that is to be written must be writable, unless the table says that
/// it is only read.
fn cannot_be_written(
    field: &Field,
    system: &str,
    column: &Column,
    own: &[Field],
) -> Option<String> {
    let is_owner = field.attribute("owner") == Some(system);
    if is_owner || column.transform.read_only {
        return None;
    }
    let guarded = column
        .own
        .iter()
        .find(|&&at| own[at].attribute("read-only") == Some("true"));
    let why = match (column.transform.one_way(), guarded) {
        (Some(why), _) => why.to_owned(),
        (None, Some(&at)) => format!("the system does not let {:?} be written", own[at].name),
        (None, None) => return None,
    };
    Some(format!(
        "{why}; hint: add | read-only, or make {system} the owner"
    ))
}
