//! Records and links as they are kept.

use rusqlite::{Connection, Row as SqlRow, params};
use treaty_model::{
    BaseField, Cell, EntityName, FieldProblem, Life, Link, LinkId, Origin, Presence, RemoteId, Row,
    Settled, Side, SystemName, Timestamp,
};

use crate::shape::{ShapeBook, ShapeId, from_json, to_json};

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
}

/// A link with its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLink {
    /// The link's number.
    pub id: LinkId,
    /// Its entity.
    pub entity: EntityName,
    /// Whether the thing is there.
    pub life: Life,
    /// By field.
    pub base: Vec<BaseField>,
    /// By system of the entity.
    pub records: Vec<Option<StoredRecord>>,
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

impl StoredLink {
    /// The link as the planner sees it.
    pub fn to_link(&self) -> Link {
        Link {
            id: self.id,
            entity: self.entity.clone(),
            life: self.life,
            base: self.base.clone(),
            sides: self
                .records
                .iter()
                .map(|record| record.as_ref().map(StoredRecord::to_side))
                .collect(),
        }
    }
}

pub(crate) const RECORD_COLUMNS: &str = "id, entity, system, remote, link, presence, own_shape, own, \
     settled_own, shape, observed, settled, origin, changed_at, problems, waiting, listing";

/// Reads a record; the statement selects [`RECORD_COLUMNS`].
pub(crate) fn read_record(
    db: &Connection,
    book: &mut ShapeBook,
    row: &SqlRow<'_>,
) -> rusqlite::Result<StoredRecord> {
    let entity = EntityName(row.get(1)?);
    let system = SystemName(row.get(2)?);
    let shape = book.entity(&entity)?;
    let fields = shape.fields.clone();
    let own_names = shape
        .systems
        .iter()
        .find(|(name, _)| *name == system)
        .map(|(_, names)| names.clone())
        .unwrap_or_default();
    let own_shape = ShapeId(row.get(6)?);
    let own: Vec<Cell> = book.read(db, row.get_ref(7)?.as_str()?, own_shape, &own_names)?;
    let settled_own = match row.get::<_, Option<String>>(8)? {
        Some(text) => Some(book.read(db, &text, own_shape, &own_names)?),
        None => None,
    };
    let field_shape = ShapeId(row.get(9)?);
    Ok(StoredRecord {
        number: row.get(0)?,
        link: row.get::<_, Option<i64>>(4)?.map(link_id),
        presence: from_json(row.get_ref(5)?.as_str()?)?,
        own,
        settled_own,
        observed: book.read(db, row.get_ref(10)?.as_str()?, field_shape, &fields)?,
        settled: book
            .read::<Option<PackedSettled>>(db, row.get_ref(11)?.as_str()?, field_shape, &fields)?
            .into_iter()
            .map(|settled| settled.map(unpack))
            .collect(),
        origin: from_json(row.get_ref(12)?.as_str()?)?,
        changed_at: row.get::<_, Option<i64>>(13)?.map(Timestamp::from_micros),
        problems: from_json(row.get_ref(14)?.as_str()?)?,
        waiting: row.get(15)?,
        listing: u64::try_from(row.get::<_, i64>(16)?).unwrap_or(0),
        key: RecordKey {
            entity,
            system,
            remote: RemoteId(row.get(3)?),
        },
    })
}

/// A settled field in few bytes: value and revision.
type PackedSettled = (Cell, treaty_model::Revision);

fn unpack((value, revision): PackedSettled) -> Settled {
    Settled { value, revision }
}

/// Writes a record and gives its number.
pub(crate) fn write_record(
    db: &Connection,
    book: &mut ShapeBook,
    record: &StoredRecord,
) -> rusqlite::Result<i64> {
    let shape = book.entity(&record.key.entity)?;
    let fields = shape.fields.clone();
    let own_names = shape
        .systems
        .iter()
        .find(|(name, _)| *name == record.key.system)
        .map(|(_, names)| names.clone())
        .unwrap_or_default();
    assert_eq!(
        record.observed.len(),
        fields.len(),
        "a row is as long as its shape"
    );
    assert_eq!(
        record.own.len(),
        own_names.len(),
        "an own row is as long as its shape"
    );
    let shape = book.id(db, &fields)?;
    let own_shape = book.id(db, &own_names)?;
    let settled: Vec<Option<(&Cell, treaty_model::Revision)>> = record
        .settled
        .iter()
        .map(|settled| {
            settled
                .as_ref()
                .map(|settled| (&settled.value, settled.revision))
        })
        .collect();
    let mut statement = db.prepare_cached(
        "INSERT INTO record (entity, system, remote, link, presence, own_shape, own, settled_own,
             shape, observed, settled, origin, changed_at, problems, waiting, listing)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
         ON CONFLICT (entity, system, remote) DO UPDATE SET link = excluded.link,
             presence = excluded.presence, own_shape = excluded.own_shape, own = excluded.own,
             settled_own = excluded.settled_own, shape = excluded.shape,
             observed = excluded.observed, settled = excluded.settled, origin = excluded.origin,
             changed_at = excluded.changed_at, problems = excluded.problems,
             waiting = excluded.waiting, listing = excluded.listing
         RETURNING id",
    )?;
    statement.query_row(
        params![
            record.key.entity.as_str(),
            record.key.system.as_str(),
            record.key.remote.as_str(),
            record.link.map(number_of),
            to_json(&record.presence),
            own_shape.0,
            to_json(&record.own),
            record.settled_own.as_ref().map(to_json),
            shape.0,
            to_json(&record.observed),
            to_json(&settled),
            to_json(&record.origin),
            record.changed_at.map(Timestamp::as_micros),
            to_json(&record.problems),
            record.waiting,
            i64::try_from(record.listing).unwrap_or(i64::MAX),
        ],
        |row| row.get(0),
    )
}

pub(crate) fn link_id(number: i64) -> LinkId {
    LinkId(u64::try_from(number).unwrap_or(0))
}

pub(crate) fn number_of(link: LinkId) -> i64 {
    i64::try_from(link.0).unwrap_or(i64::MAX)
}
