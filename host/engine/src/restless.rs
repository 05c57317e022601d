//! The settle time: a record is left alone until it has been quiet for so long,
//! so that half-typed values stay at home.

use treaty_ledger::{StoredLink, StoredRecord, Subject};
use treaty_model::Timestamp;

use crate::identify::Identified;
use crate::{Engine, EngineError, Part};

impl Engine {
    /// Until when a record that was just seen to be new or other is left alone.
    /// Its system's clock is only trusted to say that a new record is old: a
    /// first sync is not to wait.
    pub(crate) fn quiet_at(&self, record: &StoredRecord) -> Option<Timestamp> {
        if self.settle_micros == 0 {
            return None;
        }
        let now = self.clock.now().as_micros();
        let changed_at = record.changed_at.filter(|_| record.number == 0);
        let is_old = changed_at.is_some_and(|at| {
            let twice = self.settle_micros.saturating_mul(2);
            at.as_micros().saturating_add(twice) <= now
        });
        (!is_old).then(|| Timestamp::from_micros(now.saturating_add(self.settle_micros)))
    }

    /// Whether a link is left alone, because one of its records is.
    pub(crate) fn is_restless(&self, link: &StoredLink) -> bool {
        let now = self.clock.now();
        let restless = |record: &StoredRecord| record.quiet_at.is_some_and(|at| at > now);
        self.settle_micros > 0 && link.records.iter().flatten().any(restless)
    }

    /// Leaves out of what was identified what is left alone.
    pub(crate) fn leave_restless(
        &self,
        part: &Part,
        found: &mut Identified,
    ) -> Result<(), EngineError> {
        if self.settle_micros == 0 {
            return Ok(());
        }
        let restless = self.ledger.restless(&part.entity.name, self.clock.now())?;
        if restless.is_empty() {
            return Ok(());
        }
        let quiet = |numbers: &[i64]| numbers.iter().all(|number| !restless.contains(number));
        let links = std::mem::take(&mut found.links).into_iter();
        let (quiet_links, later): (Vec<_>, Vec<_>) = links.partition(|join| quiet(&join.records));
        found.links = quiet_links;
        // What joins later is there, and is not made beside.
        for join in later.iter().filter(|join| !join.new) {
            for link in join.from.iter().chain([&join.link]) {
                found.make_nothing_of(part, *link);
                found.waiting.insert(*link);
            }
        }
        found.questions.retain(|question| match question.subject {
            Subject::Same(one, other) => quiet(&[one, other]),
            _ => true,
        });
        found.asked_anew = found.asked_anew.min(found.questions.len() as u64);
        Ok(())
    }
}
