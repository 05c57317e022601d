//! What waits: links, records, questions, guards, alerts.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_model::{EntityName, Scope, Timestamp};

use super::seconds_between;
use crate::{EngineError, Reader};

/// From when on an open question is old.
const OLD_SECONDS: u64 = 7 * 86_400;

/// What waits.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Backlog {
    /// By entity.
    pub entities: BTreeMap<EntityName, EntityBacklog>,
    /// Questions that nobody has answered.
    pub questions: u64,
    /// Of these, those that have been open for more than a week.
    pub questions_old: u64,
    /// For how long the oldest has been open.
    pub oldest_question_seconds: Option<u64>,
    /// Guards that stop something until a person looks, by the name to approve
    /// them by.
    pub stopped: Vec<String>,
    /// Alerts that did not reach everybody they are for.
    pub undelivered: u64,
}

/// What waits of one entity.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EntityBacklog {
    /// Links that the next pass looks at: something changed, or is owed.
    pub links: u64,
    /// Records of which nobody knows yet who they are.
    pub records: u64,
}

impl Backlog {
    /// Whether nothing is wrong. Links and records may wait: a pass may be due.
    pub fn is_well(&self) -> bool {
        self.questions_old == 0 && self.stopped.is_empty() && self.undelivered == 0
    }
}

pub(super) fn of(reader: &Reader, now: Timestamp) -> Result<Backlog, EngineError> {
    let ledger = &reader.ledger;
    let mut backlog = Backlog::default();
    for entity in &reader.entities {
        let of = EntityBacklog {
            links: ledger.attention_count(&entity.name)?,
            records: ledger.waiting_count(&entity.name)?,
        };
        backlog.entities.insert(entity.name.clone(), of);
    }
    let open = reader.questions()?.into_iter();
    let open = open.filter(|question| question.answer.is_none());
    let ages: Vec<u64> = open
        .map(|question| seconds_between(question.opened_at, now).unwrap_or(0))
        .collect();
    backlog.questions = ages.len() as u64;
    backlog.questions_old = ages.iter().filter(|age| **age > OLD_SECONDS).count() as u64;
    backlog.oldest_question_seconds = ages.into_iter().max();
    let trips = reader.trips()?.into_iter();
    let stopped =
        trips.filter(|kept| kept.trip.scope != Scope::Nothing && kept.approved_by.is_none());
    backlog.stopped = stopped.map(|kept| kept.trip.approval).collect();
    let untold = ledger.untold_trips()?;
    let missed = untold.iter().filter(|kept| kept.undelivered.is_some());
    backlog.undelivered = missed.count() as u64;
    Ok(backlog)
}
