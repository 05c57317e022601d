//! What systems refused is tried again: when Treaty starts, and after a while.
//! Somebody may have given a right or changed a rule there, and nothing tells. A record
//! that was to be removed, and that its system says it does not have, is looked for
//! once more then: it may have been out of sight, and the delete is owed to it.

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::{Commit, StoredRecord};
use treaty_model::{EntityName, FieldProblem, Life, LinkId, Presence, Timestamp, Trouble};

use crate::{Engine, EngineError, Part};

/// How long what was refused rests.
const REST_MICROS: i64 = 3_600_000_000;
/// How many records are looked up at once.
const BATCH_RECORDS: usize = 1_000;
/// What is kept with a record that was to be removed, and that was not there.
const OUT_OF_SIGHT: &str = "was to be removed, and is not there; it is looked for once more";

/// What was tried again in this process.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    /// When the last time was, by entity.
    at: BTreeMap<EntityName, Timestamp>,
    /// Records that are removed for the second time, by number.
    again: BTreeSet<i64>,
}

impl Engine {
    /// Marks the links of what was refused, where it has rested long enough.
    pub(crate) fn try_refused(&self, part: &Part) -> Result<(), EngineError> {
        let (entity, now) = (&part.entity.name, self.clock.now());
        {
            let mut tried = self.tried();
            let rests = |at: &Timestamp| (0..REST_MICROS).contains(&now.micros_since(*at));
            if tried.at.get(entity).is_some_and(rests) {
                return Ok(());
            }
            tried.at.insert(entity.clone(), now);
        }
        for system in part.entity.system_indexes() {
            let name = &part.entity.part(system).system;
            let refused = self.ledger.problems(entity, name)?.into_iter();
            let keys: Vec<_> = refused
                .filter(|problem| problem.trouble == Trouble::Refused)
                .map(|problem| part.key(system, problem.remote))
                .collect();
            for keys in keys.chunks(BATCH_RECORDS) {
                let records = self.ledger.records(keys)?.into_iter().flatten().collect();
                self.try_records(part, records)?;
            }
        }
        Ok(())
    }

    fn try_records(&self, part: &Part, records: Vec<StoredRecord>) -> Result<(), EngineError> {
        let links: BTreeSet<LinkId> = records.iter().filter_map(|record| record.link).collect();
        let links: Vec<_> = links.into_iter().collect();
        let stored = self.ledger.links(&links)?.into_iter();
        let dead = stored.filter(|link| link.life == Life::Deleted);
        let dead: BTreeSet<LinkId> = dead.map(|link| link.id).collect();
        let mut commit = Commit {
            attention: links,
            ..Commit::default()
        };
        for mut record in records {
            if !take_out_of_sight(&mut record) {
                continue;
            }
            if record.link.is_some_and(|link| dead.contains(&link)) {
                record.presence = Presence::Present;
                self.tried().again.insert(record.number);
            }
            commit.records.push(record);
        }
        self.keep(part, commit)
    }

    /// Keeps with a record that it was not there when it was to be removed, unless
    /// that was the second time.
    pub(crate) fn note_out_of_sight(&self, record: &mut StoredRecord) {
        if !self.tried().again.remove(&record.number) {
            let problem = FieldProblem::new(None, Trouble::Refused, OUT_OF_SIGHT);
            record.problems.push(problem);
        }
    }

    fn tried(&self) -> std::sync::MutexGuard<'_, Tried> {
        match self.refused.lock() {
            Ok(tried) => tried,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

/// Whether a record was to be removed, and was not there.
pub(crate) fn is_out_of_sight(record: &StoredRecord) -> bool {
    record.presence == Presence::Gone && record.problems.iter().any(says_so)
}

/// Forgets that a record was not there when it was to be removed. Gives whether it
/// was so.
pub(crate) fn take_out_of_sight(record: &mut StoredRecord) -> bool {
    let before = record.problems.len();
    record.problems.retain(|problem| !says_so(problem));
    record.problems.len() < before
}

/// What is known of a record that was read again.
pub(crate) fn presence_when_read(before: &Presence, kept: &mut StoredRecord) -> Presence {
    let out_of_sight = take_out_of_sight(kept);
    match (before, &kept.presence) {
        // It was to be removed, and still is.
        (Presence::Gone, Presence::Present) if out_of_sight => Presence::Present,
        // Restored until that is decided about, however often it is read.
        (Presence::Gone | Presence::Restored, Presence::Present) if kept.link.is_some() => {
            Presence::Restored
        }
        (_, now) => now.clone(),
    }
}

fn says_so(problem: &FieldProblem) -> bool {
    problem.trouble == Trouble::Refused && problem.message == OUT_OF_SIGHT
}
