//! What the last runs did, and how much was done within the last hour and day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use treaty_ledger::{KeptRun, Ledger};
use treaty_model::{RunId, SystemName, Timestamp, Trip};

use crate::EngineError;
use crate::report::{EntityReport, Failure};

/// How many runs are shown.
const RUNS_SHOWN: usize = 10;

const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;

/// What was done lately. A pass that changed nothing is no run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lately {
    /// The last runs, newest first.
    pub runs: Vec<RunShown>,
    /// What was done within the last hour, by system.
    pub hour: BTreeMap<SystemName, Volume>,
    /// What was done within the last 24 hours, by system.
    pub day: BTreeMap<SystemName, Volume>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunShown {
    /// Its number.
    pub run: RunId,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took; none: it was ended before its end.
    pub took_ms: Option<u64>,
    /// What it did, by system.
    pub systems: BTreeMap<SystemName, Volume>,
    /// Questions about fields that it asked.
    pub asked: u64,
    /// Guards that tripped.
    pub trips: Vec<String>,
    /// The run whose writes it put back.
    pub undoes: Option<RunId>,
}

/// How much was done in one system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Records that were written.
    pub written: u64,
    /// Records that were made.
    pub created: u64,
    /// Records that were archived or deleted.
    pub deleted: u64,
    /// Writes that it refused.
    pub refused: u64,
    /// Writes whose outcome was open.
    pub open: u64,
    /// Records that could not be read, or not all of them.
    pub unread: u64,
    /// Passes in which it could not be used.
    pub failed: u64,
}

/// What a run left, as far as it is understood here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Summary {
    entities: Vec<EntityReport>,
    failures: Vec<Failure>,
    trips: Vec<Trip>,
    undo: Option<RunId>,
}

impl Lately {
    /// What the ledger knows of the time before `now`.
    pub(crate) fn of(ledger: &Ledger, now: Timestamp) -> Result<Self, EngineError> {
        let ago = |micros| Timestamp::from_micros(now.as_micros().saturating_sub(micros));
        let (hour, day) = (ago(HOUR_MICROS), ago(DAY_MICROS));
        let mut lately = Self::default();
        for kept in ledger.runs_since(day, RUNS_SHOWN)? {
            let run = RunShown::of(&kept);
            for (since, volumes) in [(hour, &mut lately.hour), (day, &mut lately.day)] {
                if run.started_at < since {
                    continue;
                }
                for (system, volume) in &run.systems {
                    volumes.entry(system.clone()).or_default().add(volume);
                }
            }
            if lately.runs.len() < RUNS_SHOWN {
                lately.runs.push(run);
            }
        }
        Ok(lately)
    }
}

impl RunShown {
    /// What a run did, by entity; nothing where it is not understood.
    pub(crate) fn entities(kept: &KeptRun) -> Vec<EntityReport> {
        let summary = Summary::deserialize(&kept.summary).unwrap_or_default();
        summary.entities
    }

    fn of(kept: &KeptRun) -> Self {
        // What another version left in a shape of its own is shown without
        // numbers.
        let summary = Summary::deserialize(&kept.summary).unwrap_or_default();
        let mut systems: BTreeMap<SystemName, Volume> = BTreeMap::new();
        for entity in &summary.entities {
            for (system, report) in &entity.systems {
                let volume = systems.entry(system.clone()).or_default();
                volume.unread += report.parked + report.unread;
                if entity.stopped {
                    // What is counted was not done.
                    continue;
                }
                volume.written += report.writes;
                volume.created += report.creates;
                volume.deleted += report.deletes;
                volume.refused += report.refused;
                volume.open += report.open;
            }
        }
        for failure in summary.failures {
            systems.entry(failure.system).or_default().failed += 1;
        }
        systems.retain(|_, volume| *volume != Volume::default());
        let done = summary.entities.iter().filter(|entity| !entity.stopped);
        let took = kept.ended_at.map(|ended| {
            let micros = ended
                .as_micros()
                .saturating_sub(kept.started_at.as_micros());
            u64::try_from(micros / 1000).unwrap_or(0)
        });
        Self {
            run: kept.run,
            started_at: kept.started_at,
            took_ms: took,
            systems,
            asked: done.map(|entity| entity.asked).sum(),
            trips: summary.trips.into_iter().map(|trip| trip.guard).collect(),
            undoes: summary.undo,
        }
    }
}

impl Volume {
    fn add(&mut self, other: &Self) {
        self.written += other.written;
        self.created += other.created;
        self.deleted += other.deleted;
        self.refused += other.refused;
        self.open += other.open;
        self.unread += other.unread;
        self.failed += other.failed;
    }
}
