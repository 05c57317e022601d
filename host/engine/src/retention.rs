//! How long the journal keeps what it was told: `[journal] keep-days`.

use treaty_ledger::Commit;
use treaty_model::Timestamp;

use crate::{Engine, EngineError};

const DAY_MICROS: i64 = 86_400_000_000;
/// When what is too old was forgotten last.
const SHORTENED: &str = "journal shortened at";

impl Engine {
    /// Once a day: of what was told, asked and written before the days that the
    /// treaty keeps, only the skeleton stays.
    pub(crate) fn shorten_journal(&self) -> Result<(), EngineError> {
        let Some(days) = self.journal_keep_days else {
            return Ok(());
        };
        let now = self.clock.now();
        let last = self.ledger.fact(SHORTENED)?;
        let last = last.and_then(|at| Timestamp::parse(&at).ok());
        // A clock that was put back must not make it wait for what lies ahead.
        if last.is_some_and(|at| (0..DAY_MICROS).contains(&now.micros_since(at))) {
            return Ok(());
        }
        let kept = i64::try_from(days).unwrap_or(i64::MAX);
        let kept = kept.saturating_mul(DAY_MICROS);
        let before = now.as_micros().saturating_sub(kept);
        self.ledger.forget_before(Timestamp::from_micros(before))?;
        self.ledger.commit(&Commit {
            facts: vec![(SHORTENED.to_owned(), now.to_string())],
            ..Commit::default()
        })?;
        Ok(())
    }
}
