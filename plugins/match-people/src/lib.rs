//! `match-people`: which records are the same person.
//!
//! It owns what a name, an address or a number says of who somebody is. The
//! one entry point is [`People`]: prepare a row, weigh a pair. It never sees a
//! record it was not given, and it names no system.

pub mod compare;
mod component;
pub mod explain;
pub mod keys;
pub mod person;
pub mod prepare;
pub mod weights;

use treaty_evidence::bytes::Malformed;
use treaty_evidence::record::{Finding, Matcher, Prepared, Score, Seen};
use treaty_evidence::schema::Schema;
use treaty_evidence::weight::Population;

use crate::compare::{Scale, judge};
use crate::person::Person;
use crate::weights::Weights;

treaty_sdk::export_matcher!(People);

/// The matcher for one schema.
#[derive(Clone, Debug)]
pub struct People {
    schema: Schema,
    weights: Weights,
}

impl People {
    /// For a schema, with the given weights.
    #[must_use]
    pub fn with(schema: Schema, weights: Weights) -> Self {
        Self { schema, weights }
    }
}

impl Matcher for People {
    type Record = Person;

    fn prepare_row(&self, row: &[Option<String>]) -> Prepared {
        let (mut person, name) = prepare::prepare(self.schema.view(row));
        Prepared {
            keys: keys::keys(&person, &name),
            terms: person.terms(),
            features: person.encode(),
        }
    }

    fn read(&self, features: &[u8]) -> Result<Person, Malformed> {
        Person::decode(features)
    }

    fn compare(
        &self,
        population: &Population,
        first: Seen<'_, Person>,
        second: Seen<'_, Person>,
    ) -> Score {
        judge(
            Scale {
                weights: &self.weights,
                population,
            },
            first,
            second,
        )
        .score()
    }

    fn explain(
        &self,
        population: &Population,
        first: Seen<'_, Person>,
        second: Seen<'_, Person>,
    ) -> Vec<Finding> {
        explain::findings(&judge(
            Scale {
                weights: &self.weights,
                population,
            },
            first,
            second,
        ))
    }
}
