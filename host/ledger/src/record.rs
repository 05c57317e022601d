//! Records as they are kept.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow, params};
use treaty_model::{
    Cell, EntityName, FieldProblem, LinkId, Origin, Presence, RemoteId, Row, Settled, Side,
    SystemName, Timestamp,
};

use crate::json::{from_json, to_json};
use crate::packed::PackedSettled;
use crate::shape::{ShapeBook, ShapeId, View};
use crate::tally::{Counted, Tally};
use crate::{number, presence};

/// Which record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// The entity.
    pub entity: EntityName,
    /// The system.
    pub system: SystemName,
    /// The record's id there.
    pub remote: RemoteId,
}

/// A record of one system as it is kept, linked or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its number in the ledger; 0: it is not kept yet.
    pub number: i64,
    /// Which record.
    pub key: RecordKey,
    /// Its link, once it is identified.
    pub link: Option<LinkId>,
    /// Whether it is there.
    pub presence: Presence,
    /// The own row as last known, in the order of the source's schema.
    pub own: Row,
    /// The own row as it was when its fields last settled, where that differs.
    pub settled_own: Option<Row>,
    /// The canonical row.
    pub observed: Row,
    /// By field, when it last agreed with base.
    pub settled: Vec<Option<Settled>>,
    /// Who changed it last.
    pub origin: Origin,
    /// When, by the system's clock.
    pub changed_at: Option<Timestamp>,
    /// Fields that could not be read, and why.
    pub problems: Vec<FieldProblem>,
    /// Whether identify has to look at it.
    pub waiting: bool,
    /// The complete listing that showed it last.
    pub listing: u64,
    /// Until when it is left alone, by our own clock, because somebody may still
    /// be typing.
    pub quiet_at: Option<Timestamp>,
}

impl StoredRecord {
    /// A record that was just seen for the first time.
    pub fn new(key: RecordKey, own: Row, fields: usize) -> Self {
        Self {
            number: 0,
            key,
            link: None,
            presence: Presence::Present,
            own,
            settled_own: None,
            observed: vec![None; fields],
            settled: vec![None; fields],
            origin: Origin::default(),
            changed_at: None,
            problems: Vec::new(),
            waiting: true,
            listing: 0,
            quiet_at: None,
        }
    }

    /// The record as the planner sees it.
    pub fn to_side(&self) -> Side {
        Side {
            remote: self.key.remote.clone(),
            presence: self.presence.clone(),
            observed: self.observed.clone(),
            settled: self.settled.clone(),
            origin: self.origin.clone(),
            changed_at: self.changed_at,
        }
    }
}

pub(crate) const RECORD_COLUMNS: &str = "id, entity, system, remote, link, presence, reason, \
     own_shape, own, settled_own, shape, observed, settled, origin, changed_at, problems, waiting, \
     listing, quiet_at";

/// A record as the files have it.
pub(crate) struct KeptRecord {
    number: i64,
    pub(crate) key: RecordKey,
    link: Option<LinkId>,
    presence: Presence,
    own_view: Arc<View>,
    own: String,
    settled_own: Option<String>,
    view: Arc<View>,
    observed: String,
    settled: String,
    origin: String,
    changed_at: Option<Timestamp>,
    problems: String,
    waiting: bool,
    listing: u64,
    quiet_at: Option<Timestamp>,
}

impl KeptRecord {
    /// Loads a record; the statement selects [`RECORD_COLUMNS`]. None: its entity
    /// or its system left the treaty, and it is kept for when that returns.
    pub(crate) fn load(
        db: &Connection,
        book: &mut ShapeBook,
        row: &SqlRow<'_>,
    ) -> rusqlite::Result<Option<Self>> {
        let (entity, system) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        let rows = book.find(entity).and_then(|rows| rows.of_system(system));
        let Some((fields, own_fields)) = rows else {
            return Ok(None);
        };
        Ok(Some(Self {
            number: row.get(0)?,
            key: RecordKey {
                entity: entity.into(),
                system: system.into(),
                remote: RemoteId(row.get(3)?),
            },
            link: row.get::<_, Option<i64>>(4)?.map(number::link),
            presence: presence::read(row.get_ref(5)?.as_str()?, row.get(6)?)?,
            own_view: Arc::clone(own_fields.view(db, ShapeId(row.get(7)?))?),
            own: row.get(8)?,
            settled_own: row.get(9)?,
            view: Arc::clone(fields.view(db, ShapeId(row.get(10)?))?),
            observed: row.get(11)?,
            settled: row.get(12)?,
            origin: row.get(13)?,
            changed_at: row.get::<_, Option<i64>>(14)?.map(Timestamp::from_micros),
            problems: row.get(15)?,
            waiting: row.get(16)?,
            listing: number::read(row.get(17)?),
            quiet_at: row.get::<_, Option<i64>>(18)?.map(Timestamp::from_micros),
        }))
    }

    /// Makes values of its texts.
    pub(crate) fn read(self) -> rusqlite::Result<StoredRecord> {
        let observed: Row = self.view.read(&self.observed)?;
        let settled: Vec<PackedSettled> = self.view.read(&self.settled)?;
        let settled = settled.into_iter().zip(&observed);
        let settled = settled.map(|(settled, observed)| settled.unpack(observed));
        let own_view = self.own_view;
        let settled_own = self.settled_own.map(|own| own_view.read(&own));
        Ok(StoredRecord {
            number: self.number,
            key: self.key,
            link: self.link,
            presence: self.presence,
            own: own_view.read(&self.own)?,
            settled_own: settled_own.transpose()?,
            settled: settled.collect(),
            observed,
            origin: from_json(&self.origin)?,
            changed_at: self.changed_at,
            problems: read_problems(&self.problems, &self.view)?,
            waiting: self.waiting,
            listing: self.listing,
            quiet_at: self.quiet_at,
        })
    }
}

/// Problems name their fields by position, which may have moved; those of
/// fields that are gone are gone too. Some are about the whole record.
fn read_problems(text: &str, view: &View) -> rusqlite::Result<Vec<FieldProblem>> {
    let stored: Vec<FieldProblem> = from_json(text)?;
    let moved = |problem: FieldProblem| {
        if problem.field().is_none() {
            return Some(problem);
        }
        let place = view.position(usize::try_from(problem.field).ok()?)?;
        Some(FieldProblem {
            field: u32::try_from(place).ok()?,
            ..problem
        })
    };
    Ok(stored.into_iter().filter_map(moved).collect())
}

/// Takes a record out of its link, if it is in one.
pub(crate) fn leave_link(
    db: &Connection,
    tally: &mut Tally,
    key: &RecordKey,
) -> rusqlite::Result<()> {
    let Some((number, before @ Counted::Linked)) = find(db, key)? else {
        return Ok(());
    };
    db.prepare_cached("UPDATE record SET link = NULL WHERE id = ?1")?
        .execute([number])?;
    tally.moved(key, before, Counted::Unlinked);
    Ok(())
}

/// The number of a record that is kept, and where it counts.
fn find(db: &Connection, key: &RecordKey) -> rusqlite::Result<Option<(i64, Counted)>> {
    db.prepare_cached(
        "SELECT id, link IS NOT NULL, presence = 'gone' FROM record
         WHERE entity = ?1 AND system = ?2 AND remote = ?3",
    )?
    .query_row(
        [
            key.entity.as_str(),
            key.system.as_str(),
            key.remote.as_str(),
        ],
        |row| Ok((row.get(0)?, Counted::of(row.get(1)?, row.get(2)?))),
    )
    .optional()
}

/// As [`find`], of a record that says under which number it is kept: a number is
/// found faster than a key.
fn find_numbered(
    db: &Connection,
    record: &StoredRecord,
) -> rusqlite::Result<Option<(i64, Counted)>> {
    let key = &record.key;
    db.prepare_cached(
        "SELECT id, link IS NOT NULL, presence = 'gone' FROM record
         WHERE id = ?1 AND entity = ?2 AND system = ?3 AND remote = ?4",
    )?
    .query_row(
        params![
            record.number,
            key.entity.as_str(),
            key.system.as_str(),
            key.remote.as_str(),
        ],
        |row| Ok((row.get(0)?, Counted::of(row.get(1)?, row.get(2)?))),
    )
    .optional()
}

/// What a record's row says.
pub(crate) struct RecordTexts {
    own: String,
    settled_own: Option<String>,
    observed: String,
    settled: String,
    origin: String,
    problems: String,
}

impl RecordTexts {
    pub(crate) fn of(record: &StoredRecord) -> Self {
        Self {
            own: to_json(&record.own),
            settled_own: record.settled_own.as_ref().map(to_json),
            observed: to_json(&record.observed),
            settled: to_json(&pack_settled(record)),
            origin: to_json(&record.origin),
            problems: to_json(&record.problems),
        }
    }
}

/// Writes a record and gives its number.
pub(crate) fn write_record(
    db: &Connection,
    book: &mut ShapeBook,
    tally: &mut Tally,
    record: &StoredRecord,
    texts: &RecordTexts,
) -> rusqlite::Result<i64> {
    let key = &record.key;
    let (fields, own_fields) = book.entity(&key.entity)?.for_writing(&key.system)?;
    let (width, own_width) = (fields.width(), own_fields.width());
    assert_eq!(
        record.observed.len(),
        width,
        "a row is as long as its shape"
    );
    assert_eq!(
        record.settled.len(),
        width,
        "settled is as long as its shape"
    );
    assert_eq!(
        record.own.len(),
        own_width,
        "an own row is as long as its shape"
    );
    if let Some(settled) = &record.settled_own {
        assert_eq!(
            settled.len(),
            own_width,
            "an own row is as long as its shape"
        );
    }
    let (shape, own_shape) = (fields.id(db)?, own_fields.id(db)?);
    let numbered = match record.number {
        0 => None,
        _ => find_numbered(db, record)?,
    };
    let known = match numbered {
        None => find(db, key)?,
        known => known,
    };
    let before = known.map_or(Counted::Nowhere, |(_, counted)| counted);
    tally.moved(key, before, record.counted());
    let sql = match known {
        None => INSERT,
        Some(_) => UPDATE,
    };
    db.prepare_cached(sql)?.execute(params![
        key.entity.as_str(),
        key.system.as_str(),
        key.remote.as_str(),
        record.link.map(number::of_link),
        presence::word(&record.presence),
        presence::reason(&record.presence),
        own_shape.0,
        texts.own,
        texts.settled_own,
        shape.0,
        texts.observed,
        texts.settled,
        texts.origin,
        record.changed_at.map(Timestamp::as_micros),
        texts.problems,
        record.waiting,
        number::stored(record.listing),
        known.map(|(number, _)| number),
        record.quiet_at.map(Timestamp::as_micros),
    ])?;
    Ok(known.map_or_else(|| db.last_insert_rowid(), |(number, _)| number))
}

/// What is not known by its number gets one: null in its place.
const INSERT: &str =
    "INSERT INTO record (entity, system, remote, link, presence, reason, own_shape, own,
         settled_own, shape, observed, settled, origin, changed_at, problems, waiting, listing, id,
         quiet_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
const UPDATE: &str = "UPDATE record SET link = ?4, presence = ?5, reason = ?6, own_shape = ?7,
         own = ?8, settled_own = ?9, shape = ?10, observed = ?11, settled = ?12, origin = ?13,
         changed_at = ?14, problems = ?15, waiting = ?16, listing = ?17,
         quiet_at = ?19
     WHERE id = ?18";

fn pack_settled(record: &StoredRecord) -> Vec<PackedSettled> {
    let fields = record.settled.iter().zip(&record.observed);
    fields
        .map(|(settled, observed): (_, &Cell)| PackedSettled::pack(settled.as_ref(), observed))
        .collect()
}
