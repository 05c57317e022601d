//! What a pass tells: events while it works, and a report at its end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use treaty_ledger::IntentAction;
use treaty_model::{EntityName, Plan, RunId, SystemIndex, SystemName, Timestamp, Trip};
use treaty_systems::SystemError;

/// How long a list of setbacks in a report may grow.
const SETBACKS_TOLD_MAX: usize = 20;

/// Something that happens while a pass works, for progress bars and logs.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Records of a system were read.
    Observed {
        /// The entity.
        entity: &'a EntityName,
        /// The system.
        system: &'a SystemName,
        /// How many so far in this pass.
        records: u64,
    },
    /// Records are being identified.
    Identifying {
        /// The entity.
        entity: &'a EntityName,
    },
    /// Links were decided.
    Reconciled {
        /// The entity.
        entity: &'a EntityName,
        /// How many so far in this pass.
        links: u64,
        /// How many there are.
        of: u64,
    },
    /// Links were carried out.
    Applied {
        /// The entity.
        entity: &'a EntityName,
        /// How many so far in this pass.
        links: u64,
        /// How many there are.
        of: u64,
    },
    /// The pass is over.
    Finished,
    /// A rule wrote a line to its log.
    RuleLog {
        /// The rule's name in the treaty.
        rule: &'a str,
        /// The line.
        line: &'a str,
    },
}

/// What a pass did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The run, if anything was changed.
    pub run: Option<RunId>,
    /// By entity, in the order in which they were worked on.
    pub entities: Vec<EntityReport>,
    /// Systems that could not be read or written, and why. Their part of the
    /// pass did not happen; the next pass resumes.
    pub failures: Vec<Failure>,
    /// Guards that tripped.
    pub trips: Vec<Trip>,
    /// Whether a guard tripped that had not before.
    pub news: bool,
    /// Whether the treaty has to be opened again, because a person approved a
    /// column that has changed.
    #[serde(skip)]
    pub reopen: bool,
    /// The whole plan, where it was asked for.
    pub plan: Plan,
}

/// What a pass did for one entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EntityReport {
    /// The entity's name.
    pub entity: String,
    /// What was read, by system.
    pub systems: BTreeMap<SystemName, SystemReport>,
    /// Links that were made.
    pub linked: u64,
    /// Of these, links that joined records of two or more systems.
    pub matched: u64,
    /// Links that went into another, because they are the same thing.
    #[serde(default, skip_serializing_if = "is_none")]
    pub joined: u64,
    /// Records that wait for a person to say whether they are the same as
    /// another.
    pub held: u64,
    /// Pairs inside one system that look like duplicates.
    pub duplicates: u64,
    /// Whether a guard stopped it: what is counted was not done.
    pub stopped: bool,
    /// Conflicts that a rule decided.
    pub decided: u64,
    /// Questions that were asked.
    pub asked: u64,
    /// Fields whose base changed.
    pub changed: u64,
    /// Values that were given up.
    pub given_up: u64,
    /// Something about the entity as a whole that a person should know.
    pub alerts: Vec<String>,
    /// Links whose references wait for what they refer to.
    pub dangling: u64,
    /// Writes that a system refused, or that came too late, a few of them.
    pub setbacks: Vec<String>,
}

/// What a pass did in one system for one entity. A run of an older version left
/// fewer numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SystemReport {
    /// Records that were read.
    pub seen: u64,
    /// Of these, records that were other than last known.
    pub changed: u64,
    /// Records that a complete listing no longer showed.
    pub missing: u64,
    /// Records that were written, or would be.
    pub writes: u64,
    /// Records that were made, or would be.
    pub creates: u64,
    /// Records that were archived or deleted, or would be.
    pub deletes: u64,
    /// Writes that were found stale and are decided afresh.
    pub stale: u64,
    /// Writes that the system refused.
    pub refused: u64,
    /// Writes whose outcome is open.
    pub open: u64,
    /// Of the records that changed, those that could not be read at all.
    pub parked: u64,
    /// Of the records that changed, those with fields that could not be read.
    pub unread: u64,
    /// What could not be read of them, a few of them.
    pub problems: Vec<String>,
    /// Own writes that came back as changes, and were known by their mark.
    pub echoes_by_mark: u64,
    /// Own writes that came back as changes, and were known by what they say.
    pub echoes_by_value: u64,
    /// The newest change that was read, by the system's clock.
    pub newest_change_at: Option<Timestamp>,
}

/// A system that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The system.
    pub system: SystemName,
    /// Why.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Failure {
    pub(crate) fn new(system: &SystemName, error: &SystemError) -> Self {
        Self {
            system: system.clone(),
            message: error.to_string(),
            hint: error.hint().to_owned(),
        }
    }
}

/// Systems that cannot be used in this pass.
pub(crate) type Down = BTreeMap<SystemIndex, Failure>;

impl Report {
    /// Whether nothing was changed, sent or asked, and no guard tripped that had
    /// not before.
    pub fn is_quiet(&self) -> bool {
        let quiet = |entity: &EntityReport| {
            entity.linked == 0
                && entity.joined == 0
                && entity.changed == 0
                && entity.asked == 0
                && entity.systems.values().all(SystemReport::is_quiet)
        };
        !self.news && self.failures.is_empty() && self.entities.iter().all(quiet)
    }
}

/// Whether a count is left out.
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl SystemReport {
    /// Counts what was carried out.
    pub(crate) fn count_done(&mut self, action: IntentAction) {
        match action {
            IntentAction::Create => self.creates += 1,
            IntentAction::Update => self.writes += 1,
            IntentAction::Archive | IntentAction::Delete => self.deletes += 1,
        }
    }

    /// Whether nothing was sent, or would be, whatever came of it.
    fn is_quiet(&self) -> bool {
        let sent = [self.writes, self.creates, self.deletes];
        let in_vain = [self.stale, self.refused, self.open];
        sent.iter().chain(&in_vain).all(|count| *count == 0)
    }
}

impl EntityReport {
    /// Notes something that went wrong with one record.
    pub(crate) fn note_setback(&mut self, message: String) {
        if self.setbacks.len() < SETBACKS_TOLD_MAX {
            self.setbacks.push(message);
        }
    }

    /// The report of a system, made where it is not there yet.
    pub fn system(&mut self, system: &SystemName) -> &mut SystemReport {
        self.systems.entry(system.clone()).or_default()
    }
}
