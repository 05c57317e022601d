//! Replay: what was decided is decided again, by the same component or by another.
//!
//! The journal keeps every batch that a resolver was asked, and a rule is a pure
//! function. So the same component, told the same, has to give the same answers for
//! the same fuel: where it does not, somebody altered the journal. Another one gives
//! what it would have decided, before it decides anything.

mod batch;
mod compare;
mod shadow;
mod tally;
mod told;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use treaty_folder::TreatyFolder;
use treaty_ledger::{KeptBatch, Recordings};
use treaty_model::Timestamp;
use treaty_sandbox::Rule;

use crate::EngineError;

use batch::Again;
use tally::Seen;
use told::Setups;

pub use compare::{Likeness, Outcome};
pub use shadow::{ShadowWish, Shadowed, shadows};
pub use tally::{Altered, Change, Compared, Counts, FieldCounts};

/// How many decisions are held in memory at once.
const DECISIONS_AT_ONCE: usize = 8_000;

/// What decides again.
#[derive(Clone, Debug)]
pub struct Candidate<'f> {
    /// The component.
    pub rule: Rule,
    /// What it is told.
    pub told: ToldAs<'f>,
}

/// What a component is told when it decides again.
#[derive(Clone, Copy, Debug)]
pub enum ToldAs<'f> {
    /// What the rule was told then.
    Then,
    /// The same, with this configuration.
    Configured(&'f str),
    /// What the treaty says now of the rule, of its fields and of its systems.
    Now(&'f TreatyFolder),
}

/// What is decided again, and by what.
pub struct ReplayWish<'f> {
    /// Decisions that were asked first since this time.
    pub since: Timestamp,
    /// By the name of the rule that decided then.
    pub candidates: BTreeMap<String, Candidate<'f>>,
    /// What decides in place of all other rules.
    pub other: Option<Candidate<'f>>,
    /// How many changes are listed.
    pub changes_max: usize,
}

/// What deciding again came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Replayed {
    /// What became of the decisions, each counted once.
    #[serde(flatten)]
    pub compared: Compared,
    /// Batches that there are.
    pub batches: u64,
    /// Batches that the same component answered again to the letter, for the same
    /// fuel.
    pub batches_again: u64,
    /// Batches of the same component that cannot be put together as they were:
    /// something was forgotten, or the host could not ask about all of it.
    pub batches_in_part: u64,
    /// Decisions of rules that nothing decides again, by rule.
    pub left_out: BTreeMap<String, u64>,
}

/// Decides again what a journal holds.
pub fn replay(recordings: &Recordings, wish: &ReplayWish<'_>) -> Result<Replayed, EngineError> {
    let mut replayed = Replayed::default();
    let mut setups = Setups::default();
    let mut seen = Seen::default();
    let mut after = 0;
    loop {
        let kept = recordings.batches(wish.since, after, DECISIONS_AT_ONCE)?;
        let Some(last) = kept.last() else { break };
        after = last.number;
        let mut work = Vec::new();
        for batch in &kept {
            replayed.batches += 1;
            let fresh = batch.decisions.iter().map(|kept| seen.add(kept.number));
            let fresh: Vec<bool> = fresh.collect();
            let candidate = wish.candidate(&batch.rule.name);
            let setup = setups.of(recordings, batch, candidate.map(|candidate| candidate.told))?;
            if candidate.is_none() {
                let fresh = fresh.iter().filter(|fresh| **fresh).count() as u64;
                *replayed
                    .left_out
                    .entry(batch.rule.name.clone())
                    .or_default() += fresh;
            }
            work.push((batch, candidate, setup, fresh));
        }
        let again: Vec<Again> = work
            .into_par_iter()
            .map(|(batch, candidate, setup, fresh)| batch::again(batch, candidate, &setup, &fresh))
            .collect();
        for (batch, again) in kept.iter().zip(again) {
            replayed.take(recordings, batch, again, wish.changes_max)?;
        }
    }
    replayed.compared.finish();
    Ok(replayed)
}

impl<'f> ReplayWish<'f> {
    fn candidate(&self, rule: &str) -> Option<&Candidate<'f>> {
        self.candidates.get(rule).or(self.other.as_ref())
    }
}

impl Replayed {
    fn take(
        &mut self,
        recordings: &Recordings,
        batch: &KeptBatch,
        again: Again,
        changes_max: usize,
    ) -> Result<(), EngineError> {
        match again.checked {
            batch::Checked::Again => self.batches_again += 1,
            batch::Checked::InPart => self.batches_in_part += 1,
            batch::Checked::Not => {}
        }
        self.compared
            .take(recordings, batch, again.said, changes_max)
    }
}
