//! What happened to a record, as typed events.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use treaty_ledger::{EntryKind, IntentAction};
use treaty_model::{
    Cell, LinkId, Origin, RemoteId, Revision, RuleId, RunId, Standing, SystemName, Timestamp,
    Value, Why,
};

/// An event: when, in which run, and what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// When it was told.
    pub at: Timestamp,
    /// In which run; none: between runs.
    pub run: Option<RunId>,
    /// What happened.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Happening {
    /// Records were linked.
    Linked {
        /// Which.
        records: Vec<(SystemName, RemoteId)>,
    },
    /// A link went into another: they are one thing.
    Joined {
        /// The link that went.
        from: LinkId,
        /// The link that stays.
        into: LinkId,
    },
    /// A system's record was taken out of the link.
    Unlinked {
        /// Of which system.
        system: Option<SystemName>,
        /// Why.
        why: String,
    },
    /// A value was agreed that nobody contested.
    Agreed(Agreed),
    /// A conflict was decided.
    Decided {
        /// What was agreed.
        #[serde(flatten)]
        agreed: Agreed,
        /// The rule and its digest; none: a person.
        rule: Option<RuleId>,
        /// The reason that was given.
        reason: String,
        /// All sides.
        sides: Vec<SideTold>,
    },
    /// A value lost.
    GivenUp {
        /// The field.
        field: String,
        /// The value that lost, where, when and by whom it was made.
        #[serde(flatten)]
        side: SideTold,
        /// What stands instead.
        winner: Cell,
        /// Why it lost.
        reason: String,
        /// The rule that let it lose.
        rule: Option<RuleId>,
    },
    /// A record was made, written, archived or deleted, or that was tried.
    Sent {
        /// What was done.
        action: IntentAction,
        /// The system.
        system: Option<SystemName>,
        /// The record there.
        remote: Option<RemoteId>,
        /// Whether it was carried out.
        done: bool,
        /// What became of it: `done`, `landed`, `stale`, `refused: …`.
        outcome: String,
        /// The system's own fields.
        own: Vec<OwnChange>,
        /// The fields of the table that were written, with the revision of base.
        revisions: Vec<(String, Revision)>,
    },
    /// A record was seen to be gone or back.
    Presence {
        /// Its system.
        system: Option<SystemName>,
        /// Its id there.
        remote: Option<RemoteId>,
        /// What was seen, or how it was dealt with.
        what: String,
    },
    /// A person was asked about a field, or about a delete.
    Asked {
        /// The field; none: whether the record is to be deleted.
        field: Option<String>,
        /// What was agreed before.
        base: Cell,
        /// Why a person was asked.
        reason: String,
        /// The rule that escalated.
        rule: Option<RuleId>,
        /// All sides.
        sides: Vec<SideTold>,
    },
    /// A person was asked whether two records are the same.
    AskedSame {
        /// The question's number.
        question: i64,
        /// The two.
        records: Vec<(SystemName, RemoteId)>,
        /// How likely they are the same.
        probability: f64,
    },
    /// A person answered.
    Answered {
        /// The question's number.
        question: i64,
        /// The field.
        field: Option<String>,
        /// What was chosen.
        choice: Json,
        /// By whom.
        by: String,
    },
    /// Something could not be read, matched or written.
    Fault {
        /// The system.
        system: Option<SystemName>,
        /// The record there.
        remote: Option<RemoteId>,
        /// The field.
        field: Option<String>,
        /// What is wrong.
        what: String,
    },
    /// Something that this version of Treaty has no words for.
    Other {
        /// What kind of entry.
        kind: EntryKind,
        /// What it says.
        content: Json,
    },
}

/// A value that base took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    /// The field.
    #[serde(default)]
    pub field: String,
    /// What was agreed before.
    pub before: Cell,
    /// What is agreed now.
    pub value: Value,
    /// The system that had it.
    pub system: Option<SystemName>,
    /// Who changed it there.
    pub origin: Origin,
    /// When, by that system's clock.
    #[serde(rename(serialize = "changed_at"))]
    pub at: Option<Timestamp>,
    /// The revision of base.
    pub revision: Revision,
    /// Which branch of the decision it was.
    pub why: Why,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SideTold {
    /// The system; none: what was agreed before.
    pub system: Option<SystemName>,
    /// The value.
    pub value: Value,
    /// How it came about.
    pub standing: Standing,
    /// Who changed it.
    pub origin: Origin,
    /// When, by the system's clock.
    #[serde(rename(serialize = "changed_at"))]
    pub at: Option<Timestamp>,
}

/// One of a system's own fields in a write.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnChange {
    /// Its name there.
    pub name: String,
    /// What stood there before.
    pub before: Cell,
    /// What was sent; none: the record was removed.
    pub sent: Cell,
    /// What stands there since, where the system made something else of it.
    pub left: Cell,
}
