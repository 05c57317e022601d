//! Explain: the whole history of a record, or of one of its fields, and how it
//! stands now.
//!
//! A record is found by what a person knows of it (`find`), the journal's entries
//! about its link become typed events (`kept`, `event`), and the ledger says what stands
//! where and what is still owed (`stand`). Nothing is opened but the ledger, so
//! that it works beside a process that syncs.

mod event;
mod find;
pub(crate) mod kept;
mod stand;

use serde::Serialize;
use treaty_ledger::{KeptEntry, QuestionState, StoredLink, StoredQuestion, StoredRecord, Subject};
use treaty_model::{Entity, EntityName, Life, LinkId, RemoteId, SystemName};

use crate::question::SameShown;
use crate::{EngineError, Reader};

pub use event::{Agreed, Happening, OwnChange, SideTold, Told};
pub use find::Found;
pub use stand::{FieldNow, Stand, SystemNow};

/// How many entries of the journal are read at once.
const ENTRIES_AT_ONCE: usize = 1000;

/// What is known of one thing: its records, what happened, and how it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// The entity.
    pub entity: EntityName,
    /// The link; none where the record is in no link yet.
    pub link: Option<LinkId>,
    /// Whether the thing is there.
    pub life: Life,
    /// The field that was asked for; none: all.
    pub field: Option<String>,
    /// Its records.
    pub records: Vec<RecordNow>,
    /// What happened, in order.
    pub events: Vec<Told>,
    /// How its fields stand; fields that nobody ever said anything about are
    /// left out.
    pub now: Vec<FieldNow>,
    /// Numbers of the questions that wait for an answer, or for the pass that
    /// carries one out.
    pub questions: Vec<i64>,
    /// Systems to which a write is under way whose outcome is not known yet.
    pub open_writes: Vec<SystemName>,
}

/// A record and whether it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordNow {
    /// Its system.
    pub system: SystemName,
    /// Its id there.
    pub remote: RemoteId,
    /// Whether it is there: `present`, `deleted`, …
    pub presence: treaty_model::Presence,
}

/// What explain found.
#[derive(Clone, Debug, PartialEq)]
pub enum Explained {
    /// The one thing.
    One(Box<Account>),
    /// Several, and how to name each exactly.
    Several(Vec<Found>),
}

impl Reader {
    /// Tells the history of a record, found by a remote id, by `#` and its link's
    /// number, or by a value that it holds; of one field only, where one is named.
    ///
    /// # Errors
    /// [`EngineError::Explain`] where there is no such entity, field or record.
    pub fn explain(
        &self,
        entity: &str,
        which: &str,
        field: Option<&str>,
    ) -> Result<Explained, EngineError> {
        let entity = self.entity(entity)?;
        if let Some(field) = field {
            entity
                .table
                .field(field)
                .map_err(|unknown| EngineError::Explain {
                    message: unknown.to_string(),
                    hint: "name a field of the table, or none to see all".to_owned(),
                })?;
        }
        let found = self.find(entity, which)?;
        match found.as_slice() {
            [] => Err(EngineError::Explain {
                message: format!(
                    "no {} is known by {which:?}: no system's id, no link and no value is that",
                    entity.name
                ),
                hint: "write the id as its system does, or a whole value such as an e-mail \
                       address; what was never synced is not known"
                    .to_owned(),
            }),
            [one] => Ok(Explained::One(Box::new(self.account(entity, one, field)?))),
            _ => Ok(Explained::Several(found)),
        }
    }

    /// The last events about a field of a link, oldest first, but for questions:
    /// whoever wants these has one at hand.
    pub(crate) fn last_events(
        &self,
        entity: &EntityName,
        link: LinkId,
        field: Option<&str>,
        events_max: usize,
    ) -> Result<Vec<Told>, EngineError> {
        let mut events = self.events(entity, link, field)?;
        events.retain(|told| !matches!(told.what, Happening::Asked { .. }));
        events.drain(..events.len().saturating_sub(events_max));
        Ok(events)
    }

    pub(crate) fn entity(&self, name: &str) -> Result<&Entity, EngineError> {
        let mut entities = self.entities.iter();
        let found = entities.find(|entity| entity.name.as_str() == name);
        found.ok_or_else(|| {
            let known: Vec<_> = self
                .entities
                .iter()
                .map(|entity| entity.name.as_str())
                .collect();
            EngineError::Explain {
                message: format!("there is no entity {name:?}; known: {}", known.join(", ")),
                hint: "name one of the treaty's entities".to_owned(),
            }
        })
    }

    fn account(
        &self,
        entity: &Entity,
        found: &Found,
        field: Option<&str>,
    ) -> Result<Account, EngineError> {
        let links = found.link.into_iter().collect::<Vec<_>>();
        let link = self.ledger.links(&links)?.pop();
        let records = match &link {
            Some(link) => link.records.iter().flatten().cloned().collect(),
            None => self.records_of(entity, found)?,
        };
        let mut events = match found.link {
            Some(link) => self.events_of_all(&entity.name, link, field)?,
            None => self.events_without_link(&records, field)?,
        };
        let numbers: Vec<_> = records.iter().map(|record| record.number).collect();
        let questions = self
            .ledger
            .questions_ever(&entity.name, found.link, &numbers)?;
        if field.is_none() {
            events.extend(questions.iter().flat_map(told_of_same));
            events.sort_by_key(|told| told.at);
        }
        let about = |question: &&StoredQuestion| {
            let fits = match (&question.subject, field) {
                (Subject::Field(_, of), Some(field)) => of == field,
                _ => true,
            };
            let waits = matches!(
                question.state,
                QuestionState::Open | QuestionState::Answered
            );
            fits && waits
        };
        Ok(Account {
            entity: entity.name.clone(),
            link: found.link,
            life: link.as_ref().map_or(Life::Alive, |link| link.life),
            field: field.map(str::to_owned),
            questions: questions
                .iter()
                .filter(about)
                .map(|question| question.number)
                .collect(),
            now: link
                .as_ref()
                .map_or_else(Vec::new, |link| stand::fields(entity, link, field)),
            open_writes: self.open_writes(entity, link.as_ref())?,
            records: records.into_iter().map(record_now).collect(),
            events,
        })
    }

    fn records_of(&self, entity: &Entity, found: &Found) -> Result<Vec<StoredRecord>, EngineError> {
        let keys: Vec<_> = found
            .records
            .iter()
            .map(|(system, remote)| find::key(entity, system, remote))
            .collect();
        Ok(self.ledger.records(&keys)?.into_iter().flatten().collect())
    }

    /// The events of a link and of those that went into it, oldest first.
    fn events_of_all(
        &self,
        entity: &EntityName,
        link: LinkId,
        field: Option<&str>,
    ) -> Result<Vec<Told>, EngineError> {
        let mut events = self.events(entity, link, field)?;
        let from = self.ledger.joined_into(entity, link)?;
        if from.is_empty() {
            return Ok(events);
        }
        for from in from {
            let told = self.events(entity, from, field)?.into_iter();
            // Both tell that the one went into the other.
            events.extend(told.filter(|told| !matches!(told.what, Happening::Joined { .. })));
        }
        events.sort_by_key(|told| told.at);
        Ok(events)
    }

    fn events(
        &self,
        entity: &EntityName,
        link: LinkId,
        field: Option<&str>,
    ) -> Result<Vec<Told>, EngineError> {
        let mut events = Vec::new();
        let mut after = 0;
        loop {
            let page = self.ledger.history(entity, link, after, ENTRIES_AT_ONCE)?;
            let Some(last) = page.last() else {
                return Ok(events);
            };
            after = last.number;
            events.extend(page.iter().flat_map(|entry| kept::told(entry, field)));
        }
    }

    fn events_without_link(
        &self,
        records: &[StoredRecord],
        field: Option<&str>,
    ) -> Result<Vec<Told>, EngineError> {
        let mut entries: Vec<KeptEntry> = Vec::new();
        for record in records {
            entries.extend(self.ledger.history_without_link(&record.key)?);
        }
        entries.sort_by_key(|entry| entry.number);
        let told = entries.iter();
        Ok(told.flat_map(|entry| kept::told(entry, field)).collect())
    }

    fn open_writes(
        &self,
        entity: &Entity,
        link: Option<&StoredLink>,
    ) -> Result<Vec<SystemName>, EngineError> {
        let Some(link) = link else {
            return Ok(Vec::new());
        };
        let mut systems = Vec::new();
        for part in &entity.systems {
            let open = self.ledger.open_intents(&part.system)?;
            if open.iter().any(|intent| intent.link == link.id) {
                systems.push(part.system.clone());
            }
        }
        Ok(systems)
    }
}

fn record_now(record: StoredRecord) -> RecordNow {
    RecordNow {
        system: record.key.system,
        remote: record.key.remote,
        presence: record.presence,
    }
}

/// The journal does not tell that somebody was asked whether two records are the
/// same: they had no link by then.
fn told_of_same(question: &StoredQuestion) -> Vec<Told> {
    let shown = serde_json::from_value::<SameShown>(question.content.clone());
    let (Subject::Same(..), Ok(shown)) = (&question.subject, shown) else {
        return Vec::new();
    };
    let records = shown.records.into_iter();
    let asked = Told {
        at: question.opened_at,
        run: None,
        what: Happening::AskedSame {
            question: question.number,
            records: records
                .map(|record| (record.system, record.remote))
                .collect(),
            probability: shown.probability,
        },
    };
    let answered = question.answer.as_ref().map(|answer| Told {
        at: answer.at,
        run: None,
        what: Happening::Answered {
            question: question.number,
            field: None,
            choice: answer.choice.clone(),
            by: answer.by.clone(),
        },
    });
    std::iter::once(asked).chain(answered).collect()
}
