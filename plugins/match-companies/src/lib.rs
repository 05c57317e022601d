//! `match-companies`: which records are the same organisation or place.
//!
//! It owns what a company's name, domain, number or address says of which one
//! it is; restaurants and branches are places, and match the same way. The one
//! entry point is [`Companies`]: prepare a row, weigh a pair. It never sees a
//! record it was not given, and it names no system.

pub mod company;
pub mod compare;
mod component;
pub mod explain;
pub mod keys;
pub mod prepare;
pub mod weights;

use treaty_evidence::bytes::Malformed;
use treaty_evidence::record::{Finding, Matcher, Prepared, Score, Seen};
use treaty_evidence::schema::Schema;
use treaty_evidence::weight::Population;

use crate::company::Company;
use crate::compare::{Scale, judge};
use crate::weights::Weights;

treaty_sdk::export_matcher!(Companies);

/// The matcher for one schema.
#[derive(Clone, Debug)]
pub struct Companies {
    schema: Schema,
    weights: Weights,
}

impl Companies {
    /// For a schema, with the given weights.
    #[must_use]
    pub fn with(schema: Schema, weights: Weights) -> Self {
        Self { schema, weights }
    }
}

impl Matcher for Companies {
    type Record = Company;

    fn prepare_row(&self, row: &[Option<String>]) -> Prepared {
        let (mut company, words) = prepare::prepare(self.schema.view(row));
        Prepared {
            keys: keys::keys(&company, &words),
            terms: company.terms(),
            features: company.encode(),
        }
    }

    fn read(&self, features: &[u8]) -> Result<Company, Malformed> {
        Company::decode(features)
    }

    fn compare(
        &self,
        population: &Population,
        first: Seen<'_, Company>,
        second: Seen<'_, Company>,
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
        first: Seen<'_, Company>,
        second: Seen<'_, Company>,
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
