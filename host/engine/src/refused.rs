//! What systems refused is tried again: when Treaty starts, and after a while.
//! Somebody may have given a right or changed a rule there, and nothing tells.

use std::collections::BTreeMap;

use treaty_ledger::Commit;
use treaty_model::{EntityName, Timestamp, Trouble};

use crate::{Engine, EngineError, Part};

/// How long what was refused rests.
const REST_MICROS: i64 = 3_600_000_000;
/// How many records are looked up at once.
const BATCH_RECORDS: usize = 1_000;

/// When what was refused was tried last in this process, by entity.
pub(crate) type Tried = BTreeMap<EntityName, Timestamp>;

impl Engine {
    /// Marks the links of what was refused, where it has rested long enough.
    pub(crate) fn try_refused(&self, part: &Part) -> Result<(), EngineError> {
        let (entity, now) = (&part.entity.name, self.clock.now());
        {
            let mut tried = match self.refused.lock() {
                Ok(tried) => tried,
                Err(poisoned) => poisoned.into_inner(),
            };
            let rests = |at: &Timestamp| (0..REST_MICROS).contains(&now.micros_since(*at));
            if tried.get(entity).is_some_and(rests) {
                return Ok(());
            }
            tried.insert(entity.clone(), now);
        }
        for system in part.entity.system_indexes() {
            let name = &part.entity.part(system).system;
            let refused = self.ledger.problems(entity, name)?.into_iter();
            let keys: Vec<_> = refused
                .filter(|problem| problem.trouble == Trouble::Refused)
                .map(|problem| part.key(system, problem.remote))
                .collect();
            for keys in keys.chunks(BATCH_RECORDS) {
                let records = self.ledger.records(keys)?.into_iter().flatten();
                let attention = records.filter_map(|record| record.link).collect();
                self.ledger.commit(&Commit {
                    attention,
                    ..Commit::default()
                })?;
            }
        }
        Ok(())
    }
}
