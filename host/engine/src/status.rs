//! How a treaty stands, in numbers.

mod runs;

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_ledger::StoredTrip;
use treaty_model::{EntityName, RemoteId, SystemName, Timestamp, Trip, Trouble};

use crate::PackInUse;

pub use runs::{Lately, RunShown, Volume};

/// How a treaty stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// By entity.
    pub entities: BTreeMap<EntityName, EntityStatus>,
    /// Questions that nobody has answered.
    pub questions_open: u64,
    /// Answers that the next pass carries out.
    pub questions_answered: u64,
    /// The packs that the last pass was made with.
    pub packs: Vec<PackInUse>,
    /// Guards that tripped.
    pub trips: Vec<TripShown>,
    /// Alerts that did not reach everybody they are for.
    pub undelivered: Vec<UndeliveredShown>,
    /// What was done lately.
    #[serde(flatten)]
    pub lately: Lately,
}

/// An alert that is delivered again after the next pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UndeliveredShown {
    /// The guard.
    pub guard: String,
    /// What it saw.
    pub message: String,
    /// When it was first seen.
    pub since: Timestamp,
    /// By way, why it could not be delivered.
    pub why: String,
}

impl UndeliveredShown {
    /// None: everybody was told, or will be after the pass that is under way.
    pub(crate) fn of(kept: StoredTrip) -> Option<Self> {
        Some(Self {
            why: kept.undelivered?,
            guard: kept.trip.guard,
            message: kept.trip.message,
            since: kept.first_at,
        })
    }
}

/// A guard that tripped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TripShown {
    /// The entity.
    pub entity: EntityName,
    /// What it saw, and the name to approve it by.
    #[serde(flatten)]
    pub trip: Trip,
    /// When it was first seen.
    pub since: Timestamp,
    /// Who approved it, for the next pass.
    pub approved_by: Option<String>,
}

impl TripShown {
    pub(crate) fn of(kept: &StoredTrip) -> Self {
        Self {
            entity: kept.entity.clone(),
            trip: kept.trip.clone(),
            since: kept.first_at,
            approved_by: kept.approved_by.clone(),
        }
    }
}

/// How one entity stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntityStatus {
    /// How many links there are.
    pub links: u64,
    /// By system.
    pub systems: BTreeMap<SystemName, EntitySystemStatus>,
}

/// How one system stands for one entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntitySystemStatus {
    /// Records that are in links.
    pub linked: u64,
    /// Records that are in none: new, waiting for an answer, or left out.
    pub unlinked: u64,
    /// When something was last read there.
    pub read_at: Option<Timestamp>,
    /// When it was last read to its end, whether there was anything or not.
    pub looked_at: Option<Timestamp>,
    /// How long ago that was, in seconds.
    pub lag_seconds: Option<u64>,
    /// The newest change that was read, by the system's clock.
    pub newest_change_at: Option<Timestamp>,
    /// Own writes that came back, and were known by their mark.
    pub echoes_by_mark: u64,
    /// Own writes that came back, and were known by what they say.
    pub echoes_by_value: u64,
    /// Writes whose outcome is open.
    pub open_writes: u64,
    /// What could not be read or written there.
    pub problems: Vec<ProblemShown>,
}

/// Something that could not be read or written: it is left as it is, and waits
/// until somebody changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemShown {
    /// The record.
    pub remote: RemoteId,
    /// The field; none: the whole record.
    pub field: Option<String>,
    /// What kind of problem it is.
    pub trouble: Trouble,
    /// What is wrong.
    pub message: String,
}
