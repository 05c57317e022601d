//! One moment of a history.

use crate::act::Answer;
use crate::decide::Draft;
use crate::ledger::{Intent, Ledger};
use crate::world::World;

/// How many systems there are.
pub const SYSTEMS: usize = 2;

/// A value of the field: 0 stood there in the beginning, an edit brings its own
/// number or that one again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(pub usize);

/// A set of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Texts(u8);

impl Texts {
    /// Adds a text.
    pub fn add(&mut self, text: Text) {
        self.0 |= 1 << text.0;
    }

    /// Adds all texts of another set.
    pub fn add_all(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether a text is in it.
    pub fn contains(self, text: Text) -> bool {
        self.0 & (1 << text.0) != 0
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What the running process is about to do. A crash forgets it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Between two passes.
    Resting,
    /// Asks a system what became of open intents.
    Recovering(usize),
    /// Asks a system what changed.
    Observing(usize),
    /// Has read all systems.
    Deciding,
    /// Has a plan; nothing of it is durable.
    Decided(Draft),
    /// Carries out a plan whose intents are durable.
    Applying {
        /// What is still to be sent, by system.
        sends: [Option<Intent>; SYSTEMS],
        /// How many of the plan's operations have not come to an end.
        owed: u8,
        /// What a system answered, and nothing has kept yet.
        answered: Option<(usize, Intent, Answer)>,
    },
}

/// One moment of a history.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// What really is.
    pub world: World,
    /// What is durable.
    pub ledger: Ledger,
    /// What is volatile.
    pub step: Step,
    /// How many edits people will still make.
    pub edits_left: u8,
    /// How often Treaty will still be killed.
    pub crashes_left: u8,
    /// How many answers will still be lost or refused for the moment.
    pub mishaps_left: u8,
    /// How many passes began since anything last went wrong or was edited.
    pub calm_passes: u8,
    /// Whether a write was sent whose intent was not durable.
    pub sent_unkept: bool,
    /// Whether recover found a write that had landed.
    pub found_landed: bool,
}

impl State {
    /// Whether a pass would find anything to do: an open intent, an unseen
    /// edit, or a link that waits to be decided.
    pub fn wants_pass(&self) -> bool {
        let unseen = (0..SYSTEMS).any(|system| {
            // A record that no link has is left to the matcher, which this
            // protocol must not depend on.
            let known = self.ledger.records[system].as_ref();
            known.is_some_and(|record| Some(record.observed) != self.world.shown[system])
        });
        let new = self.ledger.records.iter().all(Option::is_none);
        unseen || new || self.ledger.attention || self.ledger.intents.iter().any(Option::is_some)
    }

    /// The text that a system last agreed on, or is about to: what a write of
    /// Treaty left there settles with the answer or its recovery.
    pub(crate) fn agreed_text(&self, system: usize) -> Option<Text> {
        if let Some(left) = self.world.landed[system] {
            return Some(left);
        }
        let about_to = match &self.step {
            Step::Decided(draft) => draft.settle[system],
            _ => None,
        };
        let record = self.ledger.records[system]?;
        Some(about_to.or(record.settled)?.value)
    }

    /// Whether nothing is under way and nothing would be done.
    pub fn rests(&self) -> bool {
        self.step == Step::Resting && !self.wants_pass()
    }
}
