//! What mappers make of own rows, and how a record takes it.

use treaty_ledger::StoredRecord;
use treaty_model::{Cell, FieldProblem, Presence, Row};

use crate::Part;

/// What a mapper made of an own row.
pub(crate) enum Reading {
    /// It takes part.
    Read {
        /// The canonical row.
        canonical: Row,
        /// Fields that could not be read.
        problems: Vec<FieldProblem>,
    },
    /// It takes no part.
    LeftOut(String),
    /// The mapper failed on it: it says nothing until it changes or the mapper
    /// does.
    Parked(String),
}

/// Stands in a record's problems for the whole record.
const WHOLE_RECORD: u32 = u32::MAX;

impl Part {
    /// Puts a reading in a record. References stay as the system has them;
    /// they are translated when the link is looked at.
    pub(crate) fn take_reading(&self, record: &mut StoredRecord, reading: Reading) {
        match reading {
            Reading::Read {
                canonical,
                problems,
            } => {
                record.observed = canonical;
                record.problems = problems;
                record.presence = Presence::Present;
            }
            Reading::LeftOut(reason) => {
                record.presence = Presence::LeftOut(reason);
                record.problems = Vec::new();
            }
            Reading::Parked(message) => {
                record.observed = vec![None as Cell; self.fields()];
                record.problems = vec![FieldProblem {
                    field: WHOLE_RECORD,
                    message,
                }];
                record.presence = Presence::Present;
            }
        }
    }
}

/// Whether a mapper could not read a record at all.
pub(crate) trait Parkable {
    /// Why the record is parked, if it is.
    fn parked(&self) -> Option<&str>;

    /// Whether it is.
    fn is_parked(&self) -> bool {
        self.parked().is_some()
    }
}

impl Parkable for StoredRecord {
    fn parked(&self) -> Option<&str> {
        let whole = self
            .problems
            .iter()
            .find(|problem| problem.field == WHOLE_RECORD);
        whole.map(|problem| problem.message.as_str())
    }
}
