//! What a pass will do, as data: computed without touching anything, printable,
//! comparable byte for byte.

use serde::{Deserialize, Serialize};

use crate::{
    Candidate, Cell, EntityName, FieldIndex, Life, LinkId, Presence, Provenance, RemoteId,
    Revision, Row, RuleId, SystemIndex, Value,
};

/// Everything a pass will do, link by link in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What happens to each link that anything happens to.
    pub links: Vec<LinkPlan>,
    /// Guards that tripped. What a trip stops has no operations at all.
    pub trips: Vec<Trip>,
}

/// What happens to one link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkPlan {
    /// The link.
    pub link: LinkId,
    /// Its entity.
    pub entity: EntityName,
    /// Links that turned out to be the same thing: their records join this one, and
    /// meet it for the first time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<LinkId>,
    /// Changes of base, in the order of the fields. They come first: whatever
    /// fails to reach a system leaves that system behind.
    pub base: Vec<BaseChange>,
    /// Systems that agree with base already, so that only the ledger changes.
    pub settle: Vec<Settle>,
    /// Whether the link's life changes.
    pub life: Option<Life>,
    /// Sides whose presence has been dealt with and changes.
    pub presence: Vec<(SystemIndex, Presence)>,
    /// Systems whose deleted record is forgotten, because an edit elsewhere
    /// won: the link has no record there and may get a new one.
    pub detached: Vec<SystemIndex>,
    /// What is sent to systems, one operation for each system at most.
    pub operations: Vec<Operation>,
    /// What people are asked.
    pub questions: Vec<Question>,
    /// Values that lose. Journalled before anything is overwritten.
    pub given_up: Vec<GivenUp>,
}

/// A change of base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseChange {
    /// The field.
    pub field: FieldIndex,
    /// What it was.
    pub before: Cell,
    /// What it becomes.
    pub value: Value,
    /// The revision that it becomes.
    pub revision: Revision,
    /// Where the value comes from.
    pub provenance: Provenance,
    /// Which branch of the decision this is.
    pub why: Why,
    /// The conflict behind it, where there was one.
    pub decided: Option<Decided>,
}

/// A conflict that was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// All candidates.
    pub candidates: Vec<Candidate>,
    /// The rule, or none where a person decided.
    pub rule: Option<RuleId>,
    /// The reason that was given.
    pub reason: String,
}

/// A field of a system's record that agrees with base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settle {
    /// The system.
    pub system: SystemIndex,
    /// The field.
    pub field: FieldIndex,
    /// The value there.
    pub value: Cell,
    /// The revision of base that it agrees with.
    pub revision: Revision,
}

/// Something that is sent to a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Fields of a record are written.
    Write(Write),
    /// A record is created.
    Create(Create),
    /// A record is archived or deleted.
    Archive(Archive),
}

/// Fields of a record are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// The system.
    pub system: SystemIndex,
    /// The record there.
    pub remote: RemoteId,
    /// The canonical row to write; absent: leave as it is.
    pub values: Row,
    /// By written field: the revision of base that it brings, in the order of
    /// the fields.
    pub revisions: Vec<(FieldIndex, Revision)>,
    /// Why each of these fields is written, in the same order.
    pub why: Vec<Why>,
}

/// A record is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Create {
    /// The system.
    pub system: SystemIndex,
    /// The canonical row; absent: not given.
    pub values: Row,
    /// By given field: the revision of base that it brings.
    pub revisions: Vec<(FieldIndex, Revision)>,
}

/// A record is archived or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// The system.
    pub system: SystemIndex,
    /// The record there.
    pub remote: RemoteId,
    /// Whether it is deleted for good.
    pub for_good: bool,
}

/// Why base takes a value, or why a system is written: a branch of the
/// planner's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Records met for the first time.
    FirstMeeting,
    /// The owner changed it.
    OwnerChanged,
    /// One system changed it.
    OneChanged,
    /// Several systems changed it, to the same value.
    AllChangedAlike,
    /// A rule decided a conflict.
    RuleDecided,
    /// A person decided a conflict.
    PersonDecided,
    /// The system has an older revision than base.
    Behind,
    /// A system that does not own the field changed it, and the owner's value
    /// is written back.
    WriteBack,
    /// A person undid the run that wrote what stands there.
    Undone,
    /// An audit found a difference, and a person had it repaired.
    Repaired,
}

/// A value that loses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {
    /// What wins instead.
    pub winner: Cell,
    /// The field.
    pub field: FieldIndex,
    /// Who held it, and since when.
    pub candidate: Candidate,
    /// Why it loses.
    pub reason: String,
    /// The rule that let it lose, where a rule did.
    pub rule: Option<RuleId>,
}

/// What a person is asked about a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The field; none: whether the record is to be deleted.
    pub field: Option<FieldIndex>,
    /// What was agreed before.
    pub base: Cell,
    /// What stands where.
    pub candidates: Vec<Candidate>,
    /// Why a person is asked.
    pub reason: String,
    /// The rule that escalated, where a rule did.
    pub rule: Option<RuleId>,
}

/// A guard that tripped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    /// The guard's name, one of `treaty_planner::GUARDS`.
    pub guard: String,
    /// What it saw, and its limit.
    pub message: String,
    /// The name under which exactly this plan can be approved once.
    pub approval: String,
    /// What it stops.
    pub scope: Scope,
    /// Whether it holds until a person approves, whatever the next plan is.
    pub holds: bool,
}

/// What a tripped guard stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The whole plan of its entity.
    Plan,
    /// What would happen to one link.
    Link(LinkId),
    /// What a rule decides.
    Rule,
    /// A field of a system.
    Field,
    /// Nothing: people are told.
    Nothing,
}

impl Plan {
    /// Whether there is nothing to send, to record or to ask.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty() && self.trips.is_empty()
    }

    /// All operations with their links.
    pub fn operations(&self) -> impl Iterator<Item = (&LinkPlan, &Operation)> {
        self.links.iter().flat_map(|link| {
            link.operations
                .iter()
                .map(move |operation| (link, operation))
        })
    }
}

impl LinkPlan {
    /// A plan in which nothing happens to a link.
    pub fn new(link: LinkId, entity: EntityName) -> Self {
        Self {
            link,
            entity,
            joins: Vec::new(),
            base: Vec::new(),
            settle: Vec::new(),
            life: None,
            presence: Vec::new(),
            detached: Vec::new(),
            operations: Vec::new(),
            questions: Vec::new(),
            given_up: Vec::new(),
        }
    }

    /// Whether nothing happens.
    pub fn is_empty(&self) -> bool {
        self.joins.is_empty()
            && self.base.is_empty()
            && self.settle.is_empty()
            && self.life.is_none()
            && self.presence.is_empty()
            && self.detached.is_empty()
            && self.operations.is_empty()
            && self.questions.is_empty()
            && self.given_up.is_empty()
    }
}

impl Operation {
    /// The system that it is sent to.
    pub fn system(&self) -> SystemIndex {
        match self {
            Self::Write(write) => write.system,
            Self::Create(create) => create.system,
            Self::Archive(archive) => archive.system,
        }
    }
}
