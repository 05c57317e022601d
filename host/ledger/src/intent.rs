//! Intents: planned writes, durable before they are sent.

use rusqlite::{Connection, Row as SqlRow, params};
use serde::{Deserialize, Serialize};
use treaty_model::{
    EntityName, FieldIndex, IntentId, LinkId, RemoteId, Revision, Row, RunId, SystemName, Timestamp,
};

use crate::record::{link_id, number_of};
use crate::shape::{from_json, to_json};

/// A planned write that has not been confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its id, which the system may carry as a mark.
    pub id: IntentId,
    /// The run that planned it.
    pub run: RunId,
    /// The entity.
    pub entity: EntityName,
    /// The link.
    pub link: LinkId,
    /// The system that it is sent to.
    pub system: SystemName,
    /// The record there; none when it is to be made.
    pub remote: Option<RemoteId>,
    /// What it does.
    pub content: IntentContent,
    /// When it was made durable.
    pub opened_at: Timestamp,
}

/// What an intent does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentContent {
    /// `create`, `update`, `archive`, `delete`.
    pub action: IntentAction,
    /// The own row that is sent; absent: leave as it is.
    pub own: Row,
    /// The own row as it was expected to stand.
    pub expected: Row,
    /// By written field: the revision of base that it brings.
    pub revisions: Vec<(FieldIndex, Revision)>,
}

/// The kinds of intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntentAction {
    /// A record is made.
    Create,
    /// A record gets new values.
    Update,
    /// A record is archived.
    Archive,
    /// A record is deleted for good.
    Delete,
}

/// What happens to an intent in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntentChange {
    /// It is made durable.
    Open(Intent),
    /// It is over, one way or another.
    Close {
        /// Which.
        id: IntentId,
        /// When.
        at: Timestamp,
        /// `done`, `stale`, `refused`, `not-sent`, `landed`, `not-landed`.
        outcome: &'static str,
    },
}

pub(crate) fn change(db: &Connection, change: &IntentChange) -> rusqlite::Result<()> {
    match change {
        IntentChange::Open(intent) => db
            .prepare_cached(
                "INSERT INTO intent (id, run, entity, link, system, remote, content, opened_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                intent.id.as_str(),
                i64::try_from(intent.run.0).unwrap_or(i64::MAX),
                intent.entity.as_str(),
                number_of(intent.link),
                intent.system.as_str(),
                intent.remote.as_ref().map(RemoteId::as_str),
                to_json(&intent.content),
                intent.opened_at.as_micros(),
            ]),
        IntentChange::Close { id, at, outcome } => db
            .prepare_cached("UPDATE intent SET closed_at = ?2, outcome = ?3 WHERE id = ?1")?
            .execute(params![id.as_str(), at.as_micros(), outcome]),
    }
    .map(|_| ())
}

pub(crate) const INTENT_COLUMNS: &str = "id, run, entity, link, system, remote, content, opened_at";

pub(crate) fn read_intent(row: &SqlRow<'_>) -> rusqlite::Result<Intent> {
    Ok(Intent {
        id: IntentId(row.get(0)?),
        run: RunId(u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0)),
        entity: EntityName(row.get(2)?),
        link: link_id(row.get(3)?),
        system: SystemName(row.get(4)?),
        remote: row.get::<_, Option<String>>(5)?.map(RemoteId),
        content: from_json(row.get_ref(6)?.as_str()?)?,
        opened_at: Timestamp::from_micros(row.get(7)?),
    })
}
