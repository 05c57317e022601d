//! Systems that cannot be used for a long time: since when is kept as a fact,
//! so that a restart changes nothing.

use std::collections::BTreeSet;

use treaty_ledger::{Commit, StoredTrip, TripChange, TripState};
use treaty_model::{Digest, EntityName, Scope, SystemName, Timestamp, Trip};

use crate::report::Failure;
use crate::{Engine, EngineError};

/// The name under which silence is kept among the trips.
pub(crate) const SILENT: &str = "system-silent";

const MINUTE_MICROS: i64 = 60_000_000;

impl Engine {
    /// Notes which systems could be used in a pass, and which could not. One
    /// that could not for too long is told, and that it is back.
    pub(crate) fn note_silence(
        &self,
        failures: &[Failure],
        known: &[StoredTrip],
    ) -> Result<(), EngineError> {
        let mut commit = Commit::default();
        let now = self.clock.now();
        let systems: BTreeSet<&SystemName> = self
            .parts
            .iter()
            .flat_map(|part| part.entity.systems.iter().map(|part| &part.system))
            .collect();
        let open: BTreeSet<&str> = known
            .iter()
            .filter(|kept| kept.trip.guard == SILENT && kept.state != TripState::Over)
            .map(|kept| kept.trip.approval.as_str())
            .collect();
        for system in &systems {
            let fact = fact(system);
            let kept = self.ledger.fact(&fact)?;
            let since = kept.and_then(|text| Timestamp::parse(&text).ok());
            let failure = failures.iter().find(|failure| failure.system == **system);
            match (failure, since) {
                (None, None) => {}
                (Some(_), None) => commit.facts.push((fact, now.to_string())),
                (Some(failure), Some(since)) => {
                    if self.is_too_long(since, now) {
                        commit.trips.push(begins(failure, since, now));
                    }
                }
                (None, Some(since)) => {
                    commit.facts.push((fact, String::new()));
                    let approval = approval(system);
                    if open.contains(approval.as_str()) {
                        let message =
                            format!("{system} can be used again; it could not be since {since}");
                        commit.trips.push(TripChange::EndWithNews {
                            approval,
                            message,
                            at: now,
                        });
                    }
                }
            }
        }
        let there: BTreeSet<_> = systems.iter().map(|system| approval(system)).collect();
        let left = open.into_iter().filter(|open| !there.contains(*open));
        // Nobody waits for a system that left the treaty.
        commit.trips.extend(left.map(|approval| TripChange::End {
            approval: approval.to_owned(),
        }));
        if !commit.is_empty() {
            self.ledger.commit(&commit)?;
        }
        Ok(())
    }

    fn is_too_long(&self, since: Timestamp, now: Timestamp) -> bool {
        let minutes = i64::try_from(self.alerting.settings.silent_minutes).unwrap_or(i64::MAX);
        let silent = now.as_micros().saturating_sub(since.as_micros());
        silent >= minutes.saturating_mul(MINUTE_MICROS)
    }
}

/// Since when a system could not be used; empty: it could the last time.
fn fact(system: &SystemName) -> String {
    format!("silent since of {system}")
}

fn approval(system: &SystemName) -> String {
    format!(
        "{SILENT}-{}",
        Digest::of(system.as_str().as_bytes()).short()
    )
}

fn begins(failure: &Failure, since: Timestamp, at: Timestamp) -> TripChange {
    let Failure {
        system, message, ..
    } = failure;
    TripChange::Seen {
        trip: Trip {
            guard: SILENT.to_owned(),
            message: format!("{system} could not be used since {since}: {message}"),
            approval: approval(system),
            scope: Scope::Nothing,
            holds: false,
        },
        entity: EntityName::from(""),
        at,
    }
}
