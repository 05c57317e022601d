//! Commit: everything that a batch did, in one transaction.

use rusqlite::{Connection, params};
use treaty_model::{
    BaseField, Cell, EntityName, Life, LinkId, Provenance, Revision, RunId, SystemName, Timestamp,
};

use crate::intent::{self, IntentChange};
use crate::journal::{self, Entry};
use crate::matching::{self, PreparedRecord};
use crate::question::{self, QuestionChange};
use crate::record::{StoredRecord, number_of, write_record};
use crate::shape::{EntityShape, ShapeBook, to_json};
use crate::{Ledger, LedgerError};

/// Everything that a batch did. All of it becomes durable, or nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// Links as they are now.
    pub links: Vec<LinkChange>,
    /// Records as they are now, kept under their keys.
    pub records: Vec<StoredRecord>,
    /// Records, by number, that a complete listing showed unchanged.
    pub listed: Vec<(i64, u64)>,
    /// Links that reconcile has to look at.
    pub attention: Vec<LinkId>,
    /// Cursors that moved.
    pub cursors: Vec<CursorChange>,
    /// Runs that began or ended.
    pub runs: Vec<RunChange>,
    /// Intents that were opened or closed.
    pub intents: Vec<IntentChange>,
    /// Questions.
    pub questions: Vec<QuestionChange>,
    /// What matchers prepared.
    pub prepared: Vec<PreparedRecord>,
    /// Pairs of records, by number, that a person said are not the same.
    pub distinct: Vec<(EntityName, i64, i64)>,
    /// Single facts by name.
    pub facts: Vec<(String, String)>,
    /// What is told of it all.
    pub journal: Vec<Entry>,
}

/// A link as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkChange {
    /// Its number.
    pub id: LinkId,
    /// Its entity.
    pub entity: EntityName,
    /// Whether the thing is there.
    pub life: Life,
    /// By field.
    pub base: Vec<BaseField>,
    /// Whether reconcile has to look at it again.
    pub attention: bool,
}

/// A cursor that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorChange {
    /// The entity.
    pub entity: EntityName,
    /// The system.
    pub system: SystemName,
    /// Where to go on.
    pub cursor: Option<String>,
    /// The complete listing under way, or the last.
    pub listing: u64,
    /// Whether a complete listing is under way.
    pub listing_open: bool,
    /// When the system was asked.
    pub asked_at: Timestamp,
}

/// A run that began or ended.
#[derive(Clone, Debug, PartialEq)]
pub struct RunChange {
    /// Its number.
    pub run: RunId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What it did, as the engine tells it.
    pub summary: serde_json::Value,
}

impl Commit {
    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Base of one field in few bytes.
pub(crate) type PackedBase = (Cell, Revision, Option<Provenance>);

impl Ledger {
    /// Says which fields the entities have now. Rows that are read come in this
    /// order, whatever order they were stored in.
    pub fn use_shapes(&self, shapes: Vec<EntityShape>) {
        self.book().entities = shapes;
    }

    /// Makes a batch durable, and gives the numbers of its records.
    pub fn commit(&self, commit: &Commit) -> Result<Vec<i64>, LedgerError> {
        let mut connection = self.connection();
        let mut book = self.book();
        let result = connection.transaction().and_then(|transaction| {
            let numbers = write(&transaction, &mut book, commit)?;
            transaction.commit()?;
            Ok(numbers)
        });
        result.map_err(|error| {
            book.forget();
            LedgerError::from_sqlite(self.path(), error)
        })
    }
}

fn write(db: &Connection, book: &mut ShapeBook, commit: &Commit) -> rusqlite::Result<Vec<i64>> {
    for link in &commit.links {
        write_link(db, book, link)?;
    }
    let mut numbers = Vec::with_capacity(commit.records.len());
    for record in &commit.records {
        numbers.push(write_record(db, book, record)?);
    }
    let mut listed = db.prepare_cached("UPDATE record SET listing = ?2 WHERE id = ?1")?;
    for (number, listing) in &commit.listed {
        listed.execute(params![number, i64::try_from(*listing).unwrap_or(i64::MAX)])?;
    }
    let mut attention = db.prepare_cached("UPDATE link SET attention = 1 WHERE id = ?1")?;
    for link in &commit.attention {
        attention.execute([number_of(*link)])?;
    }
    for cursor in &commit.cursors {
        write_cursor(db, cursor)?;
    }
    for run in &commit.runs {
        write_run(db, run)?;
    }
    for change in &commit.intents {
        intent::change(db, change)?;
    }
    for change in &commit.questions {
        question::change(db, change)?;
    }
    for prepared in &commit.prepared {
        matching::write(db, prepared)?;
    }
    let mut distinct =
        db.prepare_cached("INSERT OR IGNORE INTO distinct_pair VALUES (?1, ?2, ?3)")?;
    for (entity, one, other) in &commit.distinct {
        distinct.execute(params![entity.as_str(), one.min(other), one.max(other)])?;
    }
    let mut fact = db.prepare_cached("INSERT OR REPLACE INTO fact VALUES (?1, ?2)")?;
    for (name, value) in &commit.facts {
        fact.execute([name, value])?;
    }
    for entry in &commit.journal {
        journal::append(db, entry)?;
    }
    Ok(numbers)
}

fn write_link(db: &Connection, book: &mut ShapeBook, link: &LinkChange) -> rusqlite::Result<()> {
    let fields = book.entity(&link.entity)?.fields.clone();
    assert_eq!(
        link.base.len(),
        fields.len(),
        "a base is as long as its shape"
    );
    let shape = book.id(db, &fields)?;
    let base: Vec<(&Cell, Revision, &Option<Provenance>)> = link
        .base
        .iter()
        .map(|field| (&field.value, field.revision, &field.provenance))
        .collect();
    db.prepare_cached(
        "INSERT INTO link (id, entity, life, shape, base, attention)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET life = excluded.life,
             shape = excluded.shape, base = excluded.base, attention = excluded.attention",
    )?
    .execute(params![
        number_of(link.id),
        link.entity.as_str(),
        to_json(&link.life),
        shape.0,
        to_json(&base),
        link.attention,
    ])?;
    Ok(())
}

fn write_cursor(db: &Connection, change: &CursorChange) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO feed VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            change.entity.as_str(),
            change.system.as_str(),
            change.cursor,
            i64::try_from(change.listing).unwrap_or(i64::MAX),
            change.listing_open,
            change.asked_at.as_micros(),
        ])?;
    Ok(())
}

fn write_run(db: &Connection, run: &RunChange) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO run VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            i64::try_from(run.run.0).unwrap_or(i64::MAX),
            run.started_at.as_micros(),
            run.ended_at.map(Timestamp::as_micros),
            run.summary.to_string(),
        ])?;
    Ok(())
}
