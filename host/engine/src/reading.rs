//! What mappers make of own rows, and how a record takes it.

use treaty_ledger::StoredRecord;
use treaty_model::{
    Cell, FieldIndex, FieldProblem, Inbound, InboundAnswer, Presence, Row, SystemIndex, Trouble,
};
use treaty_sandbox::Setback;

use crate::{Engine, Part};

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
        match is_of_host(&setback) {
            true => Self::NotTried(setback.to_string()),
            false => Self::Parked(setback.to_string()),
        }
    }
}

impl Engine {
    /// Asks the mapper to read own rows.
    pub(crate) fn map_in(
        &self,
        part: &Part,
        system: SystemIndex,
        inbound: &[Inbound],
    ) -> Vec<Reading> {
        let mapper = &part.mapper;
        let answers = mapper.switch.ask(inbound.len(), || {
            mapper.rule.to_canonical(&mapper.setup, system, inbound)
        });
        self.tell_log(&mapper.id.name, &answers.log);
        answers.answers.into_iter().map(Reading::of).collect()
    }
}

/// Whether a setback is the host's own, so that it says nothing about the rule
/// or the record: what was asked is asked again in the next pass.
pub(crate) fn is_of_host(setback: &Setback) -> bool {
    matches!(setback, Setback::Fault(fault) if fault.kind.is_of_host())
}

impl Part {
    /// Puts a reading in a record. References stay as the system has them;
    /// they are translated when the link is looked at. What could not be
    /// written stays until the link is decided again.
    pub(crate) fn take_reading(&self, record: &mut StoredRecord, reading: Reading) {
        let mut problems = match reading {
            Reading::Read {
                canonical,
                problems,
            } => {
                record.observed = canonical;
                record.presence = Presence::Present;
                problems
            }
            Reading::LeftOut(reason) => {
                record.presence = Presence::LeftOut(reason);
                Vec::new()
            }
            Reading::Parked(message) => self.park(record, Trouble::Unread, message),
            Reading::NotTried(message) => self.park(record, Trouble::NotTried, message),
        };
        let unwritten = record.problems.drain(..);
        problems.extend(unwritten.filter(|problem| problem.trouble.is_of_writing()));
        record.problems = problems;
    }

    fn park(
        &self,
        record: &mut StoredRecord,
        trouble: Trouble,
        message: String,
    ) -> Vec<FieldProblem> {
        record.observed = vec![None as Cell; self.fields()];
        record.presence = Presence::Present;
        vec![FieldProblem::new(None, trouble, message)]
    }
}

/// What is known of a record that a mapper could not read, in whole or in part.
pub(crate) trait Unread {
    /// What could not be read.
    fn unread_all(&self) -> impl Iterator<Item = &FieldProblem>;

    /// Why the record is parked, if it is.
    fn parked(&self) -> Option<&FieldProblem> {
        self.unread_all().find(|problem| problem.field().is_none())
    }

    /// What is wrong with a field, or with the whole record.
    fn unread(&self, field: FieldIndex) -> Option<&FieldProblem> {
        self.unread_all()
            .find(|problem| problem.field().is_none_or(|its| its == field))
    }

    /// Whether it is parked.
    fn is_parked(&self) -> bool {
        self.parked().is_some()
    }
}

impl Unread for StoredRecord {
    fn unread_all(&self) -> impl Iterator<Item = &FieldProblem> {
        let problems = self.problems.iter();
        problems.filter(|problem| matches!(problem.trouble, Trouble::Unread | Trouble::NotTried))
    }
}
