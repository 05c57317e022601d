//! What was done and acknowledged, as nobody but the simulation knows it: what
//! the promises are checked against.

use std::collections::BTreeMap;

use treaty_model::{IntentId, Timestamp};

/// An edit that a system acknowledged.
#[derive(Clone, Debug)]
pub struct Edit {
    /// When, by ticks.
    pub tick: u64,
    /// When, by the world's clock.
    pub at: Timestamp,
    /// The system.
    pub system: usize,
    /// The thing.
    pub thing: u64,
    /// The record.
    pub id: u64,
    /// Which of the world's fields.
    pub field: usize,
    /// What stood there before, by whoever.
    pub before: Option<String>,
    /// What stands there after it: what the system made of the edit.
    pub after: Option<String>,
    /// Whether Treaty knows of no other value than this one: the field came back
    /// to it before anybody looked.
    pub unseen: bool,
}

/// A delete that a system acknowledged.
#[derive(Clone, Debug)]
pub struct Removal {
    /// When, by ticks.
    pub tick: u64,
    /// The system.
    pub system: usize,
    /// The thing.
    pub thing: u64,
    /// The record.
    pub id: u64,
    /// What stood in its fields.
    pub values: Vec<Option<String>>,
}

/// An edit that a write of Treaty landed on, in a system that could not tell.
#[derive(Clone, Debug)]
pub struct WrittenOver {
    /// When, by ticks.
    pub tick: u64,
    /// The system.
    pub system: usize,
    /// The record.
    pub id: u64,
    /// Which of the world's fields.
    pub field: usize,
    /// What stood there, and was not what Treaty expected.
    pub value: Option<String>,
}

/// What Treaty did to a system.
#[derive(Clone, Debug)]
pub struct Sent {
    /// When, by ticks.
    pub tick: u64,
    /// The system.
    pub system: usize,
    /// The intent.
    pub intent: IntentId,
    /// The record.
    pub id: u64,
    /// The thing that it stands for.
    pub thing: Option<u64>,
    /// What it was.
    pub kind: SentKind,
}

/// The kinds of what Treaty does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentKind {
    /// A record was made.
    Create,
    /// A record was changed.
    Update,
    /// A record was archived or deleted.
    Remove,
}

/// Everything that was acknowledged.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// By system and record: the thing that it stands for.
    pub things: BTreeMap<(usize, u64), u64>,
    /// Edits of people and machines, makings of records among them.
    pub edits: Vec<Edit>,
    /// Their deletes.
    pub removals: Vec<Removal>,
    /// What Treaty did.
    pub sent: Vec<Sent>,
    /// Edits that it landed on.
    pub written_over: Vec<WrittenOver>,
    /// What no history may have, seen while it happened.
    pub broken: Vec<String>,
}
