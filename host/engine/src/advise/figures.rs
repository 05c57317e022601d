//! What is counted of a field.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_model::{ActorKind, Origin, SystemName};

/// What was counted of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldFigures {
    /// How often it changed: each edit that nobody contested, each conflict, and
    /// each edit of somebody who does not own it is one. A first meeting is none.
    pub changes: u64,
    /// Of these, collisions: two systems or more had edited the field of one link
    /// to different values, and neither had seen the other's.
    pub collisions: u64,
    /// Of the changes, those that several systems made alike. They count as
    /// nobody's edit.
    pub alike: u64,
    /// Collisions that a rule decided.
    pub decided_by_rule: u64,
    /// Collisions that a person decided.
    pub decided_by_person: u64,
    /// Questions that were asked.
    pub asked: u64,
    /// Values that an undo put back.
    pub put_back: u64,
    /// The edits made in each system.
    pub systems: BTreeMap<SystemName, Edits>,
}

/// Edits of a field that were made in one system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Edits {
    /// All of them.
    pub edits: u64,
    /// Made by people.
    pub people: u64,
    /// Made by automations.
    pub automations: u64,
    /// Made by Treaty itself, as far as the system says.
    pub ours: u64,
    /// By whom, the system does not say.
    pub unknown: u64,
    /// What was agreed then: taken into base.
    pub agreed: u64,
    /// What was given up, and stands in the journal.
    pub given_up: u64,
}

impl FieldFigures {
    /// Collisions for each change, from 0 to 1.
    pub fn disagreement(&self) -> f64 {
        share(self.collisions, self.changes)
    }

    /// Edits made in all systems.
    pub fn edits(&self) -> u64 {
        self.systems.values().map(|edits| edits.edits).sum()
    }

    /// Edits made in one system.
    pub fn edits_in(&self, system: &SystemName) -> u64 {
        self.systems.get(system).map_or(0, |edits| edits.edits)
    }

    /// Adds what was counted of another field.
    pub(super) fn add(&mut self, other: &Self) {
        self.changes += other.changes;
        self.collisions += other.collisions;
        self.alike += other.alike;
        self.decided_by_rule += other.decided_by_rule;
        self.decided_by_person += other.decided_by_person;
        self.asked += other.asked;
        self.put_back += other.put_back;
        for (system, edits) in &other.systems {
            self.systems.entry(system.clone()).or_default().add(edits);
        }
    }
}

impl Edits {
    /// One more, by somebody.
    pub(super) fn count(&mut self, origin: &Origin) {
        self.edits += 1;
        *match origin.kind {
            ActorKind::Person => &mut self.people,
            ActorKind::Automation => &mut self.automations,
            ActorKind::Treaty => &mut self.ours,
            ActorKind::Unknown => &mut self.unknown,
        } += 1;
    }

    fn add(&mut self, other: &Self) {
        self.edits += other.edits;
        self.people += other.people;
        self.automations += other.automations;
        self.ours += other.ours;
        self.unknown += other.unknown;
        self.agreed += other.agreed;
        self.given_up += other.given_up;
    }
}

/// A share from 0 to 1; nothing of nothing is nothing.
pub(super) fn share(part: u64, of: u64) -> f64 {
    match of {
        0 => 0.0,
        of => part as f64 / of as f64,
    }
}
