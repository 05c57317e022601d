//! Recover: what became of writes whose answer never came.

use treaty_ledger::{Intent, IntentAction};
use treaty_model::{Row, SystemIndex};
use treaty_systems::{Action, Found, Record, Sought, SystemError};

use crate::confirm::as_sent;
use crate::ending::{End, Owed, removes};
use crate::report::EntityReport;
use crate::{Engine, EngineError, Part};

impl Engine {
    /// Asks a system what became of intents that are still open, before
    /// anything else is decided about their links.
    pub(crate) async fn recover(
        &self,
        part: &Part,
        system: SystemIndex,
        report: &mut EntityReport,
    ) -> Result<(), EngineError> {
        let name = &part.entity.part(system).system;
        let intents: Vec<_> = self
            .ledger
            .open_intents(name)?
            .into_iter()
            .filter(|intent| intent.entity == part.entity.name)
            .collect();
        let to = part.system(system);
        // A system whose index lags may not show yet what landed: not finding
        // it would prove nothing.
        let lag_micros = i64::try_from(to.capabilities().index_lag_ms).unwrap_or(0) * 1_000;
        let now = self.clock.now();
        if intents
            .iter()
            .any(|intent| now.micros_since(intent.opened_at) < lag_micros)
        {
            let source = SystemError::Busy {
                system: name.to_string(),
                message: "writes of the last pass may not show yet".to_owned(),
            };
            return Err(EngineError::System {
                system: name.clone(),
                source,
            });
        }
        for batch in intents.chunks(to.capabilities().gets_max.max(1)) {
            let sought: Vec<_> = batch
                .iter()
                .map(|intent| sought(part, system, intent))
                .collect();
            let found = to
                .connector
                .find(&to.source, &sought)
                .await
                .map_err(|source| EngineError::System {
                    system: name.clone(),
                    source,
                })?;
            let ends = batch
                .iter()
                .cloned()
                .zip(found)
                .map(|(intent, found)| match found {
                    Found::Landed {
                        now: Some(record),
                        left,
                    } if !removes(&intent) => {
                        let left = left_by(part, system, &intent, &record, left);
                        (intent, End::Landed(record, left))
                    }
                    Found::Landed { now, .. } => (intent, End::Done(now, "landed")),
                    Found::NotLanded(record) => (intent, End::Undone(record, "not-landed")),
                });
            // Nobody knows what else their links are owed: reconcile looks.
            let mut owed = Owed::default();
            self.end(part, system, ends.collect(), report, &mut owed)?;
        }
        Ok(())
    }
}

/// The own fields as a write left them: what the system remembers of it, or
/// else what was sent; in fields that were not written, what stands there.
fn left_by(
    part: &Part,
    system: SystemIndex,
    intent: &Intent,
    record: &Record,
    remembered: Option<Row>,
) -> Row {
    let to = part.system(system);
    let known = as_sent(Some(&intent.content.own), Some(&intent.content.expected));
    let left = match remembered {
        Some(remembered) => to.select(&remembered, known.as_ref()),
        None => intent.content.own.clone(),
    };
    let now = to.select(&record.own, known.as_ref());
    left.into_iter()
        .zip(now)
        .map(|(left, now)| left.or(now))
        .collect()
}

fn sought(part: &Part, system: SystemIndex, intent: &Intent) -> Sought {
    let to = part.system(system);
    let values = to.expand(&intent.content.own);
    let expected = to.expand(&intent.content.expected);
    let id = intent.remote.clone().unwrap_or_else(|| "".into());
    let action = match intent.content.action {
        IntentAction::Create => Action::Create { values },
        IntentAction::Update => Action::Update {
            id,
            values,
            expected,
        },
        IntentAction::Archive => Action::Archive { id, expected },
        IntentAction::Delete => Action::Delete { id, expected },
    };
    Sought {
        intent: intent.id.clone(),
        action,
    }
}
