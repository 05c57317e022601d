//! Resolvers: who wins when a field was changed in two or more places.

use crate::contract::resolver::exports::treaty::rules::resolver::{self as wire, Guest};
use crate::contract::types::{ActorKind, Cell, RuleError, Setup, Value};
use crate::record::Record;
use crate::rule::{Exported, Rule, answer, leave};

pub use wire::{Decision, Standing, Verdict};

/// A rule that decides conflicts. Implement [`Resolver::resolve_field`] to
/// decide each field on its own, or [`Resolver::resolve`] to see all contested
/// fields of a record together.
pub trait Resolver: Rule {
    /// Decides one field. `record` is the rest of the record as agreed.
    fn resolve_field(&self, field: Contested<'_>, record: Record<'_>) -> Verdict {
        let _ = record;
        field.escalate("this rule does not decide the field")
    }

    /// Decides all contested fields of one record: one verdict for each.
    ///
    /// # Errors
    /// Why the rule cannot answer; the record is parked with that reason.
    fn resolve(&self, conflict: Conflict<'_>) -> Result<Vec<Verdict>, RuleError> {
        let record = conflict.record();
        Ok(conflict
            .fields()
            .map(|field| self.resolve_field(field, record))
            .collect())
    }
}

/// One thing in the world with all its contested fields.
#[derive(Clone, Copy, Debug)]
pub struct Conflict<'a> {
    setup: &'a Setup,
    wire: &'a wire::Conflict,
}

impl<'a> Conflict<'a> {
    /// A conflict as it crossed the border, with the setup of its batch.
    pub fn new(setup: &'a Setup, wire: &'a wire::Conflict) -> Self {
        Self { setup, wire }
    }

    /// What the treaty says.
    pub fn setup(&self) -> &'a Setup {
        self.setup
    }

    /// The contested fields.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = Contested<'a>> + use<'a> {
        let setup = self.setup;
        self.wire
            .contested
            .iter()
            .map(move |wire| Contested { setup, wire })
    }

    /// A contested field, by name.
    pub fn field(&self, name: &str) -> Option<Contested<'a>> {
        self.fields().find(|field| field.name() == name)
    }

    /// The rest of the record as agreed; contested fields are absent.
    pub fn record(&self) -> Record<'a> {
        Record::new(&self.setup.canonical, &self.wire.agreed)
    }

    /// What else the host said under a name.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        crate::setup::find(&self.wire.attributes, name)
    }
}

/// A contested field.
#[derive(Clone, Copy, Debug)]
pub struct Contested<'a> {
    setup: &'a Setup,
    wire: &'a wire::Contested,
}

impl<'a> Contested<'a> {
    /// The field's name.
    pub fn name(&self) -> &'a str {
        self.schema().map_or("", |field| &field.name)
    }

    /// The field's semantic type.
    pub fn kind(&self) -> &'a str {
        self.schema().map_or("", |field| &field.kind)
    }

    /// The field's position among the canonical fields.
    pub fn position(&self) -> usize {
        self.wire.field as usize
    }

    /// A cell of the field's row in the field table, by its column.
    pub fn table(&self, column: &str) -> Option<&'a str> {
        self.schema()?.attribute(column)
    }

    /// What else the host said of this conflict under a name.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        crate::setup::find(&self.wire.attributes, name)
    }

    /// What the treaty says.
    pub fn setup(&self) -> &'a Setup {
        self.setup
    }

    /// What was agreed before; absent at the first meeting.
    pub fn base(&self) -> &'a Cell {
        &self.wire.base
    }

    /// The values that contest the field. Their order carries no meaning.
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = Candidate<'a>> + Clone + use<'a> {
        let setup = self.setup;
        self.wire
            .candidates
            .iter()
            .enumerate()
            .map(move |(position, wire)| Candidate {
                setup,
                wire,
                position: crate::rule::index(position),
            })
    }

    /// The candidate of a system, by the system's name.
    pub fn from(&self, system: &str) -> Option<Candidate<'a>> {
        self.candidates()
            .find(|candidate| candidate.system() == Some(system))
    }

    /// This candidate wins.
    pub fn keep(&self, winner: Candidate<'_>, reason: impl Into<String>) -> Verdict {
        self.verdict(Decision::Keep(winner.position), reason)
    }

    /// This value wins, though no system holds it.
    pub fn set(&self, value: Value, reason: impl Into<String>) -> Verdict {
        self.verdict(Decision::Set(value), reason)
    }

    /// A person must decide.
    pub fn escalate(&self, reason: impl Into<String>) -> Verdict {
        self.verdict(Decision::Escalate, reason)
    }

    fn verdict(&self, decision: Decision, reason: impl Into<String>) -> Verdict {
        Verdict {
            field: self.wire.field,
            decision,
            reason: reason.into(),
        }
    }

    fn schema(&self) -> Option<&'a crate::Field> {
        self.setup.canonical.get(self.wire.field as usize)
    }
}

/// One of the values that contest a field.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    setup: &'a Setup,
    wire: &'a wire::Candidate,
    position: u32,
}

impl<'a> Candidate<'a> {
    /// The name of the system that holds the value; of an agreed value, the
    /// name of the system that it came from, where that is known.
    pub fn system(&self) -> Option<&'a str> {
        let system = self.setup.system_at(self.wire.system?)?;
        Some(&system.name)
    }

    /// The value; null says that the field was cleared.
    pub fn value(&self) -> &'a Value {
        &self.wire.value
    }

    /// What is written in the value.
    pub fn text(&self) -> Option<&'a str> {
        self.wire.value.as_text()
    }

    /// How the value came about.
    pub fn standing(&self) -> Standing {
        self.wire.standing
    }

    /// When the system says it was changed, in microseconds since 1970.
    pub fn at(&self) -> Option<i64> {
        self.wire.at
    }

    /// Who changed it.
    pub fn actor_kind(&self) -> ActorKind {
        self.wire.actor_kind
    }

    /// The name or id of who changed it.
    pub fn actor(&self) -> Option<&'a str> {
        self.wire.actor.as_deref()
    }

    /// Whether somebody at a keyboard changed it.
    pub fn by_person(&self) -> bool {
        matches!(self.wire.actor_kind, ActorKind::Person)
    }
}

impl<T: Resolver> Guest for Exported<T> {
    fn resolve(setup: Setup, batch: Vec<wire::Conflict>) -> Vec<Result<Vec<Verdict>, RuleError>> {
        let answers = answer(&setup, &batch, |rule: &T, wire| {
            rule.resolve(Conflict::new(&setup, wire))
        });
        leave((setup, batch));
        answers
    }
}
