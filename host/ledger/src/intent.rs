//! Intents: planned writes, durable before they are sent.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row as SqlRow, params};
use serde::{Deserialize, Serialize};
use treaty_model::{
    EntityName, FieldIndex, IntentId, LinkId, RemoteId, Revision, Row, RunId, SystemName, Timestamp,
};

use crate::json::{from_json, to_json, wrong};
use crate::shape::{ShapeBook, ShapeId, View};
use crate::{Ledger, LedgerError, number};

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
    /// The own row that is sent; absent: leave as it is. Empty where nothing
    /// is.
    pub own: Row,
    /// The own row as it was expected to stand; empty where nothing was.
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
    /// It is over, one way or another. One that is over stays as it is.
    Close {
        /// Which.
        id: IntentId,
        /// When.
        at: Timestamp,
        /// `done`, `stale`, `refused`, `not-sent`, `landed`, `not-landed`.
        outcome: &'static str,
    },
}

const ACTIONS: [(IntentAction, &str); 4] = [
    (IntentAction::Create, "create"),
    (IntentAction::Update, "update"),
    (IntentAction::Archive, "archive"),
    (IntentAction::Delete, "delete"),
];

impl Ledger {
    /// Intents that are open for a system, oldest first; not those of entities
    /// that left the treaty.
    pub fn open_intents(&self, system: &SystemName) -> Result<Vec<Intent>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(
                "SELECT id, run, entity, link, system, remote, action, own_shape, own, expected,
                     shape, revisions, opened_at
                 FROM intent WHERE closed_at IS NULL AND system = ?1 ORDER BY opened_at, number",
            )?;
            let mut rows = statement.query([system.as_str()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.extend(read_intent(db, book, row)?);
            }
            Ok(found)
        })
    }

    /// Own rows that were written to links' records since a time, oldest first:
    /// for each link, the system and the row.
    pub fn written_since(
        &self,
        links: &[LinkId],
        time: Timestamp,
    ) -> Result<Vec<Vec<(SystemName, Row)>>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(
                "SELECT entity, system, own_shape, own FROM intent
                 WHERE link = ?1 AND closed_at >= ?2 AND outcome IN ('done', 'landed')
                   AND action = 'update' AND own IS NOT NULL ORDER BY number",
            )?;
            let mut all = Vec::with_capacity(links.len());
            for link in links {
                let mut written = Vec::new();
                let mut rows =
                    statement.query(params![number::of_link(*link), time.as_micros()])?;
                while let Some(row) = rows.next()? {
                    let (entity, system) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
                    let shapes = book.find(entity).and_then(|rows| rows.of_system(system));
                    let Some((_, own_fields)) = shapes else {
                        continue;
                    };
                    let view = own_fields.view(db, ShapeId(row.get(2)?))?;
                    written.push((system.into(), view.read(row.get_ref(3)?.as_str()?)?));
                }
                all.push(written);
            }
            Ok(all)
        })
    }

    /// Writes that were confirmed since a time, by system.
    pub fn writes_since(&self, time: Timestamp) -> Result<BTreeMap<SystemName, u64>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT system, count(*) FROM intent WHERE closed_at >= ?1
                   AND outcome IN ('done', 'landed') GROUP BY system",
            )?;
            let rows = statement.query_map([time.as_micros()], |row| {
                Ok((SystemName(row.get(0)?), number::read(row.get(1)?)))
            })?;
            rows.collect()
        })
    }
}

pub(crate) fn change(
    db: &Connection,
    book: &mut ShapeBook,
    change: &IntentChange,
) -> rusqlite::Result<()> {
    match change {
        IntentChange::Open(intent) => open(db, book, intent),
        IntentChange::Close { id, at, outcome } => {
            db.prepare_cached(
                "UPDATE intent SET closed_at = ?2, outcome = ?3
                 WHERE id = ?1 AND closed_at IS NULL",
            )?
            .execute(params![id.as_str(), at.as_micros(), outcome])?;
            Ok(())
        }
    }
}

fn open(db: &Connection, book: &mut ShapeBook, intent: &Intent) -> rusqlite::Result<()> {
    let content = &intent.content;
    let (fields, own_fields) = book.entity(&intent.entity)?.for_writing(&intent.system)?;
    for own in [&content.own, &content.expected] {
        assert!(
            own.is_empty() || own.len() == own_fields.width(),
            "an intent's own row is as long as its shape"
        );
    }
    let (shape, own_shape) = (fields.id(db)?, own_fields.id(db)?);
    let said = |row: &Row| (!row.is_empty()).then(|| to_json(row));
    let action = ACTIONS.iter().find(|(known, _)| *known == content.action);
    db.prepare_cached(
        "INSERT INTO intent (id, run, entity, link, system, remote, action, own_shape, own,
             expected, shape, revisions, opened_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        intent.id.as_str(),
        number::of_run(intent.run),
        intent.entity.as_str(),
        number::of_link(intent.link),
        intent.system.as_str(),
        intent.remote.as_ref().map(RemoteId::as_str),
        action.map(|(_, word)| word),
        own_shape.0,
        said(&content.own),
        said(&content.expected),
        shape.0,
        to_json(&content.revisions),
        intent.opened_at.as_micros(),
    ])?;
    Ok(())
}

/// Reads an intent in the order of the fields in use: the table may have
/// changed since it was opened. None: its entity left the treaty.
fn read_intent(
    db: &Connection,
    book: &mut ShapeBook,
    row: &SqlRow<'_>,
) -> rusqlite::Result<Option<Intent>> {
    let (entity, system) = (row.get_ref(2)?.as_str()?, row.get_ref(4)?.as_str()?);
    let shapes = book.find(entity).and_then(|rows| rows.of_system(system));
    let Some((fields, own_fields)) = shapes else {
        return Ok(None);
    };
    let own_view = own_fields.view(db, ShapeId(row.get(7)?))?;
    let read_own = |column| match row.get_ref(column)?.as_str_or_null()? {
        Some(text) => own_view.read(text),
        None => Ok(Row::new()),
    };
    let action = row.get_ref(6)?.as_str()?;
    let known = ACTIONS.iter().find(|(_, word)| *word == action);
    let (action, _) = known.ok_or_else(|| wrong(format!("{action:?} is no action")))?;
    Ok(Some(Intent {
        id: IntentId(row.get(0)?),
        run: RunId(number::read(row.get(1)?)),
        entity: entity.into(),
        link: number::link(row.get(3)?),
        system: system.into(),
        remote: row.get::<_, Option<String>>(5)?.map(RemoteId),
        content: IntentContent {
            action: *action,
            own: read_own(8)?,
            expected: read_own(9)?,
            revisions: read_revisions(
                row.get_ref(11)?.as_str()?,
                fields.view(db, ShapeId(row.get(10)?))?,
            )?,
        },
        opened_at: Timestamp::from_micros(row.get(12)?),
    }))
}

fn read_revisions(text: &str, view: &View) -> rusqlite::Result<Vec<(FieldIndex, Revision)>> {
    let stored: Vec<(FieldIndex, Revision)> = from_json(text)?;
    let moved = stored
        .into_iter()
        .filter_map(|(field, revision)| Some((FieldIndex(view.position(field.0)?), revision)));
    let mut revisions: Vec<_> = moved.collect();
    revisions.sort_unstable();
    Ok(revisions)
}
