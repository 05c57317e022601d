//! How many records the systems of an entity hold, beside each other.

use treaty_ledger::Totals;
use treaty_model::{Digest, Scope, SystemName, Trip};

use crate::{Engine, EngineError, Part};

/// Fewer records than this are nobody's alarm, whatever their share is.
const DIFFERENCE_MIN: u64 = 10;

impl Engine {
    /// Says where systems hold very different numbers of records: something may
    /// have gone missing, or never have arrived.
    pub(crate) fn count_alert(&self, part: &Part) -> Result<Option<Trip>, EngineError> {
        let totals = self.ledger.totals()?;
        let counts = part.entity.systems.iter().map(|system| {
            let name = &system.system;
            (count_of(&totals, part, name), name)
        });
        let mut counts: Vec<_> = counts.collect();
        counts.sort();
        let (Some((fewest, few)), Some((most, many))) = (counts.first(), counts.last()) else {
            return Ok(None);
        };
        let difference = most - fewest;
        let share = difference as f64 / (*most).max(1) as f64;
        let alarming = difference > DIFFERENCE_MIN && share > self.count_difference_max;
        Ok(alarming.then(|| {
            let entity = &part.entity.name;
            let named = format!("{entity} {many} {few}");
            Trip {
                guard: "count-difference".to_owned(),
                message: format!(
                    "{many} has {most} records, {few} {fewest}: they differ by more than \
                     count-difference-max = {}",
                    self.count_difference_max
                ),
                approval: format!("count-difference-{}", Digest::of(named.as_bytes()).short()),
                scope: Scope::Nothing,
                holds: false,
            }
        }))
    }

    /// How many records of an entity a system has, in links or not.
    pub(crate) fn count_of(&self, part: &Part, system: &SystemName) -> Result<u64, EngineError> {
        Ok(count_of(&self.ledger.totals()?, part, system))
    }
}

fn count_of(totals: &Totals, part: &Part, system: &SystemName) -> u64 {
    let key = (part.entity.name.clone(), system.clone());
    let linked = totals.linked.get(&key).copied().unwrap_or(0);
    linked + totals.unlinked.get(&key).copied().unwrap_or(0)
}
