//! What mappers make of own rows, and how a record takes it.

use treaty_ledger::StoredRecord;
use treaty_model::{Cell, FieldIndex, FieldProblem, InboundAnswer, Presence, Row};
use treaty_sandbox::Setback;

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
    /// The host could not run the mapper on it: it is tried again.
    NotTried(String),
}

impl Reading {
    /// What a mapper's answer to one row means.
    pub(crate) fn of(answer: Result<InboundAnswer, Setback>) -> Self {
        let setback = match answer {
            Ok(InboundAnswer::Read(read)) => {
                return Self::Read {
                    canonical: read.canonical,
                    problems: read.problems,
                };
            }
            Ok(InboundAnswer::LeftOut(reason)) => return Self::LeftOut(reason),
            Err(setback) => setback,
        };
        match &setback {
            Setback::Fault(fault) if fault.kind.is_of_host() => Self::NotTried(setback.to_string()),
            _ => Self::Parked(setback.to_string()),
        }
    }
}

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
            Reading::Parked(message) => self.park(record, FieldProblem::WHOLE_RECORD, message),
            Reading::NotTried(message) => self.park(record, FieldProblem::NOT_TRIED, message),
        }
    }

    fn park(&self, record: &mut StoredRecord, field: u32, message: String) {
        record.observed = vec![None as Cell; self.fields()];
        record.problems = vec![FieldProblem { field, message }];
        record.presence = Presence::Present;
    }
}

/// What is known of a record that a mapper could not read, in whole or in part.
pub(crate) trait Unread {
    /// Why the record is parked, if it is.
    fn parked(&self) -> Option<&FieldProblem>;

    /// What is wrong with a field, or with the whole record.
    fn unread(&self, field: FieldIndex) -> Option<&FieldProblem>;

    /// Whether it is parked.
    fn is_parked(&self) -> bool {
        self.parked().is_some()
    }
}

impl Unread for StoredRecord {
    fn parked(&self) -> Option<&FieldProblem> {
        self.problems
            .iter()
            .find(|problem| problem.field().is_none())
    }

    fn unread(&self, field: FieldIndex) -> Option<&FieldProblem> {
        self.problems
            .iter()
            .find(|problem| problem.field().is_none_or(|its| its == field))
    }
}
