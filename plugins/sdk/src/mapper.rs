//! Mappers: between a system's own fields and the canonical ones.

use crate::contract::mapper::exports::treaty::rules::mapper::{self as wire, Guest};
use crate::contract::types::{Row, RuleError, Setup, Value};
use crate::record::Record;
use crate::rule::{Exported, Rule, answer, index, leave};

pub use wire::{FieldProblem, InboundAnswer, Purpose, Written};

/// A rule that maps fields. The two functions form a lens: what was written
/// reads back the same; writing back what was read changes nothing; reading
/// twice is reading once.
pub trait Mapper: Rule {
    /// `to-canonical`: from a system's own row to a canonical one. Start a [`Reading`], set
    /// what the row says, and hand it in.
    ///
    /// # Errors
    /// Why the record cannot be read at all; it is parked with that reason.
    fn read(&self, system: usize, inbound: Inbound<'_>) -> Result<InboundAnswer, RuleError>;

    /// `from-canonical`: from a canonical row to a system's own one. Start a [`Writing`]; what is
    /// not set stays as it is.
    ///
    /// # Errors
    /// Why the record cannot be written at all.
    fn write(&self, system: usize, outbound: Outbound<'_>) -> Result<Written, RuleError>;
}

/// A record as its system has it.
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'a> {
    /// What the treaty says.
    pub setup: &'a Setup,
    /// The system's own row.
    pub own: Record<'a>,
    /// The canonical row as last agreed.
    pub known: Record<'a>,
}

/// A canonical row that is to be written to a system.
#[derive(Clone, Copy, Debug)]
pub struct Outbound<'a> {
    /// What the treaty says.
    pub setup: &'a Setup,
    /// The canonical row; only what is not absent is to be written.
    pub canonical: Record<'a>,
    /// The system's own row as it stands, all absent when it is created.
    pub own: Record<'a>,
    /// What the write is for.
    pub purpose: Purpose,
}

/// A canonical row in the making.
#[derive(Debug)]
pub struct Reading<'a> {
    setup: &'a Setup,
    canonical: Row,
    problems: Vec<FieldProblem>,
}

impl<'a> Reading<'a> {
    /// Nothing is known yet.
    pub fn new(setup: &'a Setup) -> Self {
        Self {
            setup,
            canonical: vec![None; setup.canonical.len()],
            problems: Vec::new(),
        }
    }

    /// Sets a field by name; a name that the treaty does not have is ignored.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) -> &mut Self {
        if let Some(position) = self.setup.position(field) {
            self.set_at(position, value.into());
        }
        self
    }

    /// Sets a field by position.
    pub fn set_at(&mut self, position: usize, value: Value) {
        self.canonical[position] = Some(value);
    }

    /// The field could not be read: it counts as absent and waits.
    pub fn problem_at(&mut self, position: usize, message: impl Into<String>) {
        self.canonical[position] = None;
        self.problems.push(FieldProblem {
            field: index(position),
            message: message.into(),
        });
    }

    /// The record takes part.
    pub fn done(self) -> InboundAnswer {
        InboundAnswer::Read(wire::Read {
            canonical: self.canonical,
            problems: self.problems,
        })
    }
}

/// An own row in the making.
#[derive(Debug)]
pub struct Writing<'a> {
    fields: &'a [crate::Field],
    own: Row,
    problems: Vec<FieldProblem>,
}

impl<'a> Writing<'a> {
    /// Nothing is to be changed yet.
    pub fn new(outbound: &Outbound<'a>) -> Self {
        let fields = outbound.own.fields();
        Self {
            fields,
            own: vec![None; fields.len()],
            problems: Vec::new(),
        }
    }

    /// Writes one of the system's own fields by name; a name that it does not
    /// have is ignored.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) -> &mut Self {
        if let Some(position) = self.fields.iter().position(|known| known.name == field) {
            self.set_at(position, value.into());
        }
        self
    }

    /// Writes an own field by position.
    pub fn set_at(&mut self, position: usize, value: Value) {
        self.own[position] = Some(value);
    }

    /// What is to be written so far at a position.
    pub fn at(&self, position: usize) -> Option<&Value> {
        self.own.get(position)?.as_ref()
    }

    /// A canonical field could not be expressed in this system.
    pub fn problem_at(&mut self, canonical: usize, message: impl Into<String>) {
        self.problems.push(FieldProblem {
            field: index(canonical),
            message: message.into(),
        });
    }

    /// The row as it is to be written.
    pub fn done(self) -> Written {
        Written {
            own: self.own,
            problems: self.problems,
        }
    }
}

impl<T: Mapper> Guest for Exported<T> {
    fn to_canonical(
        setup: Setup,
        system: u32,
        batch: Vec<wire::Inbound>,
    ) -> Vec<Result<InboundAnswer, RuleError>> {
        let answers = answer(&setup, &batch, |rule: &T, inbound| {
            let own = own_fields(&setup, system)?;
            rule.read(
                system as usize,
                Inbound {
                    setup: &setup,
                    own: Record::new(own, &inbound.own),
                    known: Record::new(&setup.canonical, &inbound.known),
                },
            )
        });
        leave((setup, batch));
        answers
    }

    fn from_canonical(
        setup: Setup,
        system: u32,
        batch: Vec<wire::Outbound>,
    ) -> Vec<Result<Written, RuleError>> {
        let answers = answer(&setup, &batch, |rule: &T, outbound| {
            let own = own_fields(&setup, system)?;
            rule.write(
                system as usize,
                Outbound {
                    setup: &setup,
                    canonical: Record::new(&setup.canonical, &outbound.canonical),
                    own: Record::new(own, &outbound.own),
                    purpose: outbound.purpose,
                },
            )
        });
        leave((setup, batch));
        answers
    }
}

fn own_fields(setup: &Setup, system: u32) -> Result<&[crate::Field], RuleError> {
    match setup.system_at(system) {
        Some(system) => Ok(&system.fields),
        None => Err(RuleError::new(format!(
            "system {system} is not among the {} of the setup",
            setup.systems.len()
        ))),
    }
}
