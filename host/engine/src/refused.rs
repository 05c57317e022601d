//! What systems refused is tried again: when Treaty starts, and after a while.
//! Somebody may have given a right or changed a rule there, and nothing tells. A record
//! that was to be removed, and that its system says it does not have, is looked for
//! again then, until an hour has passed since the first time: it may have been out of
//! sight, and the delete is owed to it.

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::{Commit, StoredRecord};
use treaty_model::{EntityName, FieldProblem, Life, LinkId, Presence, Timestamp, Trouble};

use crate::{Engine, EngineError, Part};

/// How long what was refused rests.
const REST_MICROS: i64 = 3_600_000_000;
/// How many records are looked up at once.
const BATCH_RECORDS: usize = 1_000;
/// What is kept with a record that was to be removed, and that was not there: this,
/// and when that was first seen.
const OUT_OF_SIGHT: &str = "was to be removed, and is looked for again: not there since ";

/// What was tried again in this process.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    /// When the last time was, by entity.
    at: BTreeMap<EntityName, Timestamp>,
    /// Records that are removed again, by number, and since when they are not there.
    again: BTreeMap<i64, Timestamp>,
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
            let Some(since) = take_out_of_sight(&mut record) else {
                continue;
            };
            if record.link.is_some_and(|link| dead.contains(&link)) {
                record.presence = Presence::Present;
                self.tried().again.insert(record.number, since);
            }
            commit.records.push(record);
        }
        self.keep(part, commit)
    }

    /// Keeps with a record that it was not there when it was to be removed, unless
    /// that was seen long enough ago.
    pub(crate) fn note_out_of_sight(&self, record: &mut StoredRecord) {
        let now = self.clock.now();
        let since = self.tried().again.remove(&record.number).unwrap_or(now);
        if now.micros_since(since) < REST_MICROS {
            let message = format!("{OUT_OF_SIGHT}{since}");
            let problem = FieldProblem::new(None, Trouble::Refused, message);
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
    record.presence == Presence::Gone
        && record
            .problems
            .iter()
            .any(|problem| since(problem).is_some())
}

/// Forgets that a record was not there when it was to be removed. Gives since when,
/// where it was so.
pub(crate) fn take_out_of_sight(record: &mut StoredRecord) -> Option<Timestamp> {
    let first = record.problems.iter().find_map(since);
    record.problems.retain(|problem| since(problem).is_none());
    first
}

/// What is known of a record that was read again.
pub(crate) fn presence_when_read(before: &Presence, kept: &mut StoredRecord) -> Presence {
    let out_of_sight = take_out_of_sight(kept).is_some();
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

/// Since when a record that was to be removed is not there, where a problem says so.
fn since(problem: &FieldProblem) -> Option<Timestamp> {
    let refused = problem.trouble == Trouble::Refused;
    let time = problem.message.strip_prefix(OUT_OF_SIGHT)?;
    refused.then(|| Timestamp::parse(time).ok()).flatten()
}
