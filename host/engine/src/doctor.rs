//! Doctor: whether the treaty is well, by a look at its systems and at what its
//! own journal tells.
//!
//! Nothing is written anywhere but for what opening a system does. Nothing else
//! works on the treaty meanwhile; where something does, the systems are left to
//! it, and what the ledger tells is told.

mod backlog;
mod figures;
mod symptoms;
mod systems;

use std::sync::Arc;

use serde::Serialize;
use treaty_folder::TreatyFolder;
use treaty_ledger::{Ledger, LedgerError};
use treaty_model::{Clock, Timestamp};
use treaty_systems::{Quota, disk};

use crate::opening::Opening;
use crate::{EngineError, Reader};

pub use backlog::{Backlog, EntityBacklog};
pub use figures::{Figure, Symptom};
pub use systems::{SystemEntityHealth, SystemHealth};

/// What doctor found.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The process that works on the treaty; then its systems were not opened.
    pub held_by: Option<String>,
    /// Each system.
    pub systems: Vec<SystemHealth>,
    /// The disk that Treaty's own state is on.
    pub disk: Option<Quota>,
    /// What waits; none: nothing was synced yet.
    pub backlog: Option<Backlog>,
    /// What the journal tells of the last seven days.
    pub symptoms: Vec<Symptom>,
}

impl Diagnosis {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.systems.iter().all(SystemHealth::is_well)
            && !self.disk.as_ref().is_some_and(Quota::is_short)
            && self.backlog.as_ref().is_none_or(Backlog::is_well)
            && self.symptoms.iter().all(|symptom| !symptom.is_wrong)
    }
}

/// Looks at a treaty.
pub async fn doctor(folder: &TreatyFolder, opening: &Opening) -> Result<Diagnosis, EngineError> {
    let now = opening.clock.now();
    let (held_by, reader) = take(folder, opening)?;
    let systems = match held_by {
        Some(_) => Vec::new(),
        None => systems::examine(folder, opening, reader.as_ref(), now).await?,
    };
    let (backlog, symptoms) = match &reader {
        Some(reader) => (Some(backlog::of(reader, now)?), symptoms::of(reader, now)?),
        None => (None, Vec::new()),
    };
    Ok(Diagnosis {
        held_by,
        systems,
        disk: disk(&folder.state).or_else(|| disk(&folder.root)),
        backlog,
        symptoms,
    })
}

/// Takes the treaty as a pass does, or says who has it. No reader: nothing was
/// synced yet, and looking makes no ledger.
fn take(
    folder: &TreatyFolder,
    opening: &Opening,
) -> Result<(Option<String>, Option<Reader>), EngineError> {
    let clock: Arc<dyn Clock> = opening.clock.clone();
    let beside = match Reader::open(folder, clock.clone()) {
        Ok(reader) => reader,
        Err(EngineError::Ledger(LedgerError::Missing { .. })) => return Ok((None, None)),
        Err(error) => return Err(error),
    };
    match Ledger::open_with(&folder.state, &opening.ledger) {
        Ok(ledger) => Ok((None, Some(Reader::over(ledger, folder, clock)))),
        Err(LedgerError::Held { holder }) => Ok((Some(holder), Some(beside))),
        Err(error) => Err(error.into()),
    }
}

/// How many seconds lie between two times; none where the first is later.
fn seconds_between(first: Timestamp, then: Timestamp) -> Option<u64> {
    let micros = then.as_micros().saturating_sub(first.as_micros());
    u64::try_from(micros).ok().map(|micros| micros / 1_000_000)
}
