//! `match-things`: which records are the same thing, where it is neither a
//! person nor an organisation: products, deals, projects, publications.
//!
//! It knows nothing of the trade. A text is compared word by word, so that rare
//! words prove much and common ones little; the first one is what a thing is
//! called. Any other value is equal or not.
//! The one entry point is [`Things`]: prepare a row, weigh a pair.

pub mod compare;
mod component;
pub mod explain;
pub mod keys;
pub mod prepare;
pub mod thing;
pub mod weights;

use treaty_evidence::bytes::Malformed;
use treaty_evidence::record::{Finding, Matcher, Prepared, Score, Seen};
use treaty_evidence::weight::Population;

use crate::compare::{Scale, judge};
use crate::thing::{Column, FIELDS_MAX, Thing};
use crate::weights::Weights;

treaty_sdk::export_matcher!(Things);

/// The matcher for one schema.
#[derive(Clone, Debug)]
pub struct Things {
    columns: Vec<Column>,
    weights: Weights,
}

impl Things {
    /// For fields with their names and types, with the given weights. Fields
    /// that say nothing of what a thing is are left out, as are those beyond
    /// [`FIELDS_MAX`].
    pub fn with<'a>(
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        weights: Weights,
    ) -> Self {
        let columns = fields
            .into_iter()
            .enumerate()
            .filter_map(|(position, (name, kind))| Column::of(position, name, kind))
            .take(FIELDS_MAX)
            .collect();
        Self { columns, weights }
    }

    /// The fields that are compared.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn scale<'a>(&'a self, population: &'a Population) -> Scale<'a> {
        Scale {
            weights: &self.weights,
            columns: &self.columns,
            population,
        }
    }
}

impl Matcher for Things {
    type Record = Thing;

    fn prepare_row(&self, row: &[Option<String>]) -> Prepared {
        let mut thing = prepare::prepare(&self.columns, row);
        Prepared {
            keys: keys::keys(&self.columns, &thing),
            terms: thing.terms(&self.columns),
            features: thing.encode(),
        }
    }

    fn read(&self, features: &[u8]) -> Result<Thing, Malformed> {
        Thing::decode(&self.columns, features)
    }

    fn compare(
        &self,
        population: &Population,
        first: Seen<'_, Thing>,
        second: Seen<'_, Thing>,
    ) -> Score {
        judge(self.scale(population), first, second).score()
    }

    fn explain(
        &self,
        population: &Population,
        first: Seen<'_, Thing>,
        second: Seen<'_, Thing>,
    ) -> Vec<Finding> {
        let judgement = judge(self.scale(population), first, second);
        explain::findings(&self.columns, &judgement)
    }
}
