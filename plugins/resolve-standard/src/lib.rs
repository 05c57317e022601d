//! The standard resolver: who wins is said, field by field, in the field
//! table's column `rule`.
//!
//! A cell names one strategy, or several with `then` between them: the first
//! that can decide does. `person then latest` takes a person's edit over a
//! machine's, else the newest, and asks a person when neither can tell.
//! All of them: `../../reference.md`.
//!
//! The order of the sides never matters. [`Strategy`] reads a cell, [`Field`]
//! is a contested field with equal values put together, [`decide`] lets the
//! strategies loose on it, and [`ResolveStandard`] puts it all behind the
//! contract.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")
)]

mod check;
mod compare;
mod decide;
mod field;
mod group;
mod strategy;
mod union;

pub use decide::decide;
pub use field::{Choice, Field};
pub use strategy::Strategy;

use serde::Deserialize;
use treaty_sdk::{About, Conflict, Problem, Resolver, Rule, RuleError, Setup, Verdict};

/// How far apart two clocks may be where the treaty does not say, in
/// milliseconds.
pub const CLOCK_TOLERANCE_MS_DEFAULT: u64 = 2_000;

const CONFIGURATION_SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "default": {
      "type": "string",
      "description": "The strategies for fields whose row has no cell in the column `rule`, for instance `person then latest`.",
      "default": "escalate"
    }
  },
  "additionalProperties": false
}"#;

/// The rule, made for one setup.
#[derive(Clone, Debug)]
pub struct ResolveStandard {
    /// The strategies of each canonical field, or what is wrong with its cell.
    fields: Vec<Result<Vec<Strategy>, String>>,
    clock_tolerance_micros: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    default: Option<String>,
}

impl Rule for ResolveStandard {
    fn about() -> About {
        About::new(
            "resolve-standard",
            env!("CARGO_PKG_VERSION"),
            "Decides each contested field by the strategies in the field table's column `rule`: \
             latest, person, prefer, first-non-empty, longest, max, min, union, escalate.",
        )
        .configuration(CONFIGURATION_SCHEMA)
        .attribute("licence", env!("CARGO_PKG_LICENSE"))
    }

    fn check(setup: &Setup) -> Vec<Problem> {
        check::check(setup)
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        let configuration: Configuration = setup.config()?;
        let default = match &configuration.default {
            Some(text) => Strategy::read_all(text),
            None => Ok(vec![Strategy::Escalate]),
        };
        let fields = setup
            .canonical
            .iter()
            .map(|field| match field.attribute("rule") {
                Some(text) => Strategy::read_all(text),
                None => default.clone(),
            });
        Ok(Self {
            fields: fields.collect(),
            clock_tolerance_micros: clock_tolerance_ms(setup)?.saturating_mul(1_000),
        })
    }
}

impl Resolver for ResolveStandard {
    fn resolve(&self, conflict: Conflict<'_>) -> Result<Vec<Verdict>, RuleError> {
        let mut verdicts = Vec::with_capacity(conflict.fields().len());
        for contested in conflict.fields() {
            let strategies = match self.fields.get(contested.position()) {
                Some(Ok(strategies)) => strategies,
                Some(Err(message)) => {
                    return Err(RuleError::new(message.clone()).with_field(contested.position()));
                }
                None => return Err(RuleError::new("a contested field is not in the table")),
            };
            let field = Field::new(contested);
            verdicts.push(decide(&field, strategies, self.clock_tolerance_micros));
        }
        group::keep_together(conflict, &mut verdicts);
        Ok(verdicts)
    }
}

fn clock_tolerance_ms(setup: &Setup) -> Result<u64, String> {
    match setup.attribute("clock-tolerance-ms") {
        None => Ok(CLOCK_TOLERANCE_MS_DEFAULT),
        Some(text) => text
            .parse()
            .map_err(|_| format!("clock-tolerance-ms is {text:?}, not a number of milliseconds")),
    }
}

treaty_sdk::export_resolver!(ResolveStandard);
