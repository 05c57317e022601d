//! Everything that is wrong with a setup, at once.

use crate::strategy::Strategy;
use crate::{Configuration, clock_tolerance_ms};
use treaty_sdk::{Problem, Setup};

/// Reads every cell of the column `rule`, and the configuration.
pub(crate) fn check(setup: &Setup) -> Vec<Problem> {
    let mut problems = Vec::new();
    match setup.config::<Configuration>() {
        Err(message) => problems.push(Problem::new(message).at("")),
        Ok(Configuration {
            default: Some(cell),
        }) => {
            let found = in_cell(setup, &cell, None);
            problems.extend(
                found
                    .into_iter()
                    .map(|message| Problem::new(message).at("/default")),
            );
        }
        Ok(Configuration { default: None }) => {}
    }
    if let Err(message) = clock_tolerance_ms(setup) {
        problems.push(Problem::new(message));
    }
    for (position, field) in setup.canonical.iter().enumerate() {
        let Some(cell) = field.attribute("rule") else {
            continue;
        };
        let found = in_cell(setup, cell, Some(&field.kind));
        problems.extend(
            found
                .into_iter()
                .map(|message| Problem::new(message).with_field(position).at("rule")),
        );
    }
    problems
}

fn in_cell(setup: &Setup, cell: &str, kind: Option<&str>) -> Vec<String> {
    let strategies = match Strategy::read_all(cell) {
        Ok(strategies) => strategies,
        Err(message) => return vec![message],
    };
    let mut found = Vec::new();
    for strategy in &strategies {
        for system in strategy.systems() {
            if setup.system_position(system).is_none() {
                let known: Vec<_> = setup
                    .systems
                    .iter()
                    .map(|known| known.name.as_str())
                    .collect();
                found.push(format!(
                    "{} names the unknown system {system:?}; known: {}",
                    strategy.name(),
                    known.join(", ")
                ));
            }
        }
        if let Some(kind) = kind
            && let Some(fitting) = kinds(strategy)
            && !fitting.accept(kind)
        {
            found.push(format!(
                "{} cannot decide a field of type {kind}: it works with {}",
                strategy.name(),
                fitting.in_words()
            ));
        }
    }
    let escalates = strategies
        .iter()
        .position(|strategy| *strategy == Strategy::Escalate);
    if escalates.is_some_and(|position| position + 1 < strategies.len()) {
        found.push("what stands after escalate is never asked".to_owned());
    }
    found
}

/// The semantic types with which a strategy works.
#[derive(Clone, Copy)]
enum Fitting {
    /// What is text in canonical form.
    Texts,
    /// What has a size.
    Sizes,
    /// Sets.
    Sets,
}

fn kinds(strategy: &Strategy) -> Option<Fitting> {
    match strategy {
        Strategy::Longest => Some(Fitting::Texts),
        Strategy::Max | Strategy::Min => Some(Fitting::Sizes),
        Strategy::Union => Some(Fitting::Sets),
        _ => None,
    }
}

impl Fitting {
    fn accept(self, kind: &str) -> bool {
        let sized = matches!(kind, "number" | "money" | "date" | "birth-date" | "instant");
        match self {
            Self::Sizes => sized,
            Self::Sets => kind == "choices",
            Self::Texts => {
                !sized
                    && !matches!(
                        kind,
                        "choices" | "choice" | "boolean" | "reference" | "json"
                    )
            }
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Sizes => "number, money, date, birth-date and instant",
            Self::Sets => "choices",
        }
    }
}
