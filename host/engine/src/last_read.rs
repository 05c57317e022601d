//! When systems were last read, and what was seen there: kept as facts, so that
//! `treaty status` can tell how far behind Treaty is.

use serde::{Deserialize, Serialize};
use treaty_ledger::{Commit, Ledger};
use treaty_model::{EntityName, SystemIndex, SystemName, Timestamp};

use crate::report::SystemReport;
use crate::{Engine, EngineError, Part};

/// How old what is kept may be: a commit in every idle pass would make it cost
/// more than what it reads.
const KEPT_FOR_MICROS: i64 = 20_000_000;

/// What is known of the reading of one entity in one system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LastRead {
    /// When it was last read to its end.
    pub(crate) at: Option<Timestamp>,
    /// The newest change that was read, by the system's clock.
    pub(crate) newest_change_at: Option<Timestamp>,
    /// Own writes that came back, and were known by their mark.
    pub(crate) echoes_by_mark: u64,
    /// Own writes that came back, and were known by what they say.
    pub(crate) echoes_by_value: u64,
}

impl LastRead {
    /// What is kept of it.
    pub(crate) fn of(
        ledger: &Ledger,
        entity: &EntityName,
        system: &SystemName,
    ) -> Result<Self, EngineError> {
        let kept = ledger.fact(&fact(entity, system))?;
        let read = kept.and_then(|text| serde_json::from_str(&text).ok());
        Ok(read.unwrap_or_default())
    }

    /// Takes in what a pass read. Says whether that is worth a commit.
    fn take(&mut self, report: &SystemReport, now: Timestamp) -> bool {
        let before = self.clone();
        let kept_until = before
            .at
            .map(|at| at.as_micros().saturating_add(KEPT_FOR_MICROS));
        self.newest_change_at = self.newest_change_at.max(report.newest_change_at);
        self.echoes_by_mark += report.echoes_by_mark;
        self.echoes_by_value += report.echoes_by_value;
        let is_news = *self != before;
        self.at = Some(now);
        is_news || kept_until.is_none_or(|until| now.as_micros() >= until)
    }
}

impl Engine {
    /// Keeps that a system was read to its end.
    pub(crate) fn note_read(
        &self,
        part: &Part,
        system: SystemIndex,
        report: &SystemReport,
    ) -> Result<(), EngineError> {
        let (entity, name) = (&part.entity.name, &part.entity.part(system).system);
        let mut last = LastRead::of(&self.ledger, entity, name)?;
        if last.take(report, self.clock.now()) {
            // Times and numbers always have a JSON form.
            let text = serde_json::to_string(&last).unwrap_or_default();
            self.ledger.commit(&Commit {
                facts: vec![(fact(entity, name), text)],
                ..Commit::default()
            })?;
        }
        Ok(())
    }
}

fn fact(entity: &EntityName, system: &SystemName) -> String {
    format!("last read of {entity} in {system}")
}
