//! The table mapper: between a system's own fields and the canonical ones, as
//! the field table says.
//!
//! A column of the field table, headed by a system's name, names that system's
//! own field (or several, `street + number`); the column `<system>.transform`
//! says how the value is read (`trim | lower`, `date(DD.MM.YYYY)`), see
//! [`language`] for all steps. Writing goes the same way backwards. Without a
//! transform the field's semantic type settles its normal form, see [`normal`].
//!
//! Two things hold whatever a table says, because [`column`] sees to them
//! itself: an own value that already reads as what is to be written stays as it
//! is, character by character; and what would not read back the same is never
//! written, but reported.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")
)]

pub mod column;
pub mod filter;
pub mod language;
pub mod normal;

mod check;
mod date;
mod json;
mod names;
mod number;
mod own;
mod phone;
mod quoted;
mod step;
mod table;
mod words;

use table::Table;
use treaty_sdk::{
    About, Inbound, InboundAnswer, Mapper, Outbound, Problem, Rule, RuleError, Setup, Written,
};

const CONFIGURATION_SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "filter": {
      "type": "object",
      "description": "By system, which of its records take part: `lifecycle = customer and country in (DE, AT)`.",
      "additionalProperties": { "type": "string" }
    }
  },
  "additionalProperties": false
}"#;

/// The rule, made for one setup.
#[derive(Debug)]
pub struct MapFields {
    /// By system: its table, or why it cannot be read.
    tables: Vec<Result<Table, String>>,
}

impl MapFields {
    fn table(&self, system: usize) -> Result<&Table, RuleError> {
        match self.tables.get(system) {
            Some(Ok(table)) => Ok(table),
            Some(Err(message)) => Err(RuleError::new(message.clone())),
            None => Err(RuleError::new(format!(
                "system {system} is not in the setup"
            ))),
        }
    }
}

impl Rule for MapFields {
    fn about() -> About {
        About::new(
            "map-fields",
            env!("CARGO_PKG_VERSION"),
            "Maps fields as the field table says: each system's own field, and how its value is \
             read and written.",
        )
        .configuration(CONFIGURATION_SCHEMA)
        .attribute("licence", env!("CARGO_PKG_LICENSE"))
    }

    fn check(setup: &Setup) -> Vec<Problem> {
        check::check(setup)
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        let configuration = setup.config()?;
        let systems = 0..setup.systems.len();
        Ok(Self {
            tables: systems
                .map(|system| Table::new(setup, system, &configuration))
                .collect(),
        })
    }
}

impl Mapper for MapFields {
    fn read(&self, system: usize, inbound: Inbound<'_>) -> Result<InboundAnswer, RuleError> {
        Ok(self.table(system)?.read(inbound))
    }

    fn write(&self, system: usize, outbound: Outbound<'_>) -> Result<Written, RuleError> {
        Ok(self.table(system)?.write(outbound))
    }
}

treaty_sdk::export_mapper!(MapFields);
