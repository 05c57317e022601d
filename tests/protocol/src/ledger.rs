//! What is durable: it outlives a crash, and changes only by whole transactions.

use crate::state::{SYSTEMS, Text, Texts};

/// What all systems should agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Base {
    /// The value; none: nothing was agreed yet.
    pub value: Option<Text>,
    /// Grows whenever base changes.
    pub revision: u8,
    /// The system that the value comes from.
    pub from: Option<usize>,
}

/// A value that a record agreed on, and the revision of base it agreed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settled {
    /// The value.
    pub value: Text,
    /// The revision.
    pub revision: u8,
}

/// What the ledger knows of one system's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoredRecord {
    /// What was last known to stand there.
    pub observed: Text,
    /// What it last agreed on; none: it never did.
    pub settled: Option<Settled>,
}

/// A write that was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Intent {
    /// What is sent.
    pub value: Text,
    /// What stood there when it was decided; none: a record is made.
    pub expected: Option<Text>,
    /// The revision of base that it brings.
    pub revision: u8,
}

/// The ledger and the journal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ledger {
    /// Base of the one field.
    pub base: Base,
    /// The link's records, by system.
    pub records: [Option<StoredRecord>; SYSTEMS],
    /// Open intents, by system: a link has one in a system at most.
    pub intents: [Option<Intent>; SYSTEMS],
    /// Whether the link is to be decided.
    pub attention: bool,
    /// What the journal says was given up under the rule.
    pub given_up: Texts,
}

impl Ledger {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self {
            base: Base {
                value: None,
                revision: 0,
                from: None,
            },
            records: [None; SYSTEMS],
            intents: [None; SYSTEMS],
            attention: false,
            given_up: Texts::default(),
        }
    }

    /// Keeps what stands in a system.
    pub(crate) fn see(&mut self, system: usize, observed: Text) {
        let record = self.records[system].get_or_insert(StoredRecord {
            observed,
            settled: None,
        });
        record.observed = observed;
    }

    /// Keeps what a write left as settled.
    pub(crate) fn settle(&mut self, system: usize, value: Text, revision: u8) {
        self.see(system, value);
        if let Some(record) = &mut self.records[system] {
            record.settled = Some(Settled { value, revision });
        }
    }

    /// Whether every record agrees with base.
    pub(crate) fn is_settled(&self) -> bool {
        self.records.iter().flatten().all(|record| {
            record.settled.is_some_and(|settled| {
                settled.value == record.observed && settled.revision >= self.base.revision
            })
        })
    }
}
