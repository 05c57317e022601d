//! Status: how a treaty stands, from the ledger alone.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_model::{EntityName, SystemName, Timestamp};

use crate::{Engine, EngineError};

/// How a treaty stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// By entity.
    pub entities: BTreeMap<EntityName, EntityStatus>,
    /// Questions that nobody has answered.
    pub questions_open: u64,
    /// Answers that the next pass carries out.
    pub questions_answered: u64,
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
    /// Writes whose outcome is open.
    pub open_writes: u64,
}

impl Engine {
    /// How the treaty stands.
    pub fn status(&self) -> Result<Status, EngineError> {
        let totals = self.ledger.totals()?;
        let mut status = Status::default();
        for question in self.ledger.questions()? {
            match question.answer {
                Some(_) => status.questions_answered += 1,
                None => status.questions_open += 1,
            }
        }
        for part in &self.parts {
            let name = &part.entity.name;
            let entity = status.entities.entry(name.clone()).or_default();
            entity.links = totals.links.get(name).copied().unwrap_or(0);
            for system in &part.entity.systems {
                let key = (name.clone(), system.system.clone());
                let open = self.ledger.open_intents(&system.system)?;
                let row = EntitySystemStatus {
                    linked: totals.linked.get(&key).copied().unwrap_or(0),
                    unlinked: totals.unlinked.get(&key).copied().unwrap_or(0),
                    read_at: self.ledger.feed(name, &system.system)?.asked_at,
                    open_writes: open.iter().filter(|intent| intent.entity == *name).count() as u64,
                };
                entity.systems.insert(system.system.clone(), row);
            }
        }
        Ok(status)
    }
}
