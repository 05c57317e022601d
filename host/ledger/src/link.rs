//! Links as they are kept.

use rusqlite::{Connection, params};
use treaty_model::{BaseField, EntityName, Life, Link, LinkId, Provenance};

use crate::json::{from_json, to_json};
use crate::packed::{PackedBase, pack_base, unpack_base};
use crate::record::{RECORD_COLUMNS, StoredRecord, read_record};
use crate::shape::{ShapeBook, ShapeId};
use crate::tally::Tally;
use crate::{Ledger, LedgerError, number, presence};

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

/// A link as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkChange {
    /// Its number.
    pub id: LinkId,
    /// Its entity, which never changes.
    pub entity: EntityName,
    /// Whether the thing is there.
    pub life: Life,
    /// By field.
    pub base: Vec<BaseField>,
    /// Whether reconcile has to look at it again.
    pub attention: bool,
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

impl Ledger {
    /// How many links reconcile has to look at.
    pub fn attention_count(&self, entity: &EntityName) -> Result<u64, LedgerError> {
        self.read(|db| {
            db.prepare_cached("SELECT count(*) FROM link WHERE attention = 1 AND entity = ?1")?
                .query_row([entity.as_str()], |row| row.get(0))
                .map(number::read)
        })
    }

    /// Links that reconcile has to look at, by number, after one.
    pub fn attention(
        &self,
        entity: &EntityName,
        after: LinkId,
        links_max: usize,
    ) -> Result<Vec<StoredLink>, LedgerError> {
        self.links_page("attention = 1 AND entity = ?1", entity, after, links_max)
    }

    /// All links of an entity, by number, after one.
    pub fn all_links(
        &self,
        entity: &EntityName,
        after: LinkId,
        links_max: usize,
    ) -> Result<Vec<StoredLink>, LedgerError> {
        self.links_page("+entity = ?1", entity, after, links_max)
    }

    fn links_page(
        &self,
        condition: &str,
        entity: &EntityName,
        after: LinkId,
        links_max: usize,
    ) -> Result<Vec<StoredLink>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT id FROM link WHERE {condition} AND id > ?2 ORDER BY id LIMIT ?3"
            ))?;
            let wanted = params![
                entity.as_str(),
                number::of_link(after),
                number::limit(links_max)
            ];
            let mut rows = statement.query(wanted)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.extend(read_link(db, book, number::link(row.get(0)?))?);
            }
            Ok(found)
        })
    }

    /// Links by number, in the order asked for; those that are not there, and
    /// those of entities that left the treaty, are left out.
    pub fn links(&self, ids: &[LinkId]) -> Result<Vec<StoredLink>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                found.extend(read_link(db, book, *id)?);
            }
            Ok(found)
        })
    }
}

fn read_link(
    db: &Connection,
    book: &mut ShapeBook,
    id: LinkId,
) -> rusqlite::Result<Option<StoredLink>> {
    let mut statement =
        db.prepare_cached("SELECT entity, life, shape, base, provenance FROM link WHERE id = ?1")?;
    let mut rows = statement.query([number::of_link(id)])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let entity = row.get_ref(0)?.as_str()?;
    let Some(shapes) = book.find(entity) else {
        return Ok(None);
    };
    let view = shapes.fields.view(db, ShapeId(row.get(2)?))?;
    let base: Vec<PackedBase> = view.read(row.get_ref(3)?.as_str()?)?;
    let provenance: Vec<Provenance> = from_json(row.get_ref(4)?.as_str()?)?;
    let mut link = StoredLink {
        id,
        entity: entity.into(),
        life: presence::read_life(row.get_ref(1)?.as_str()?)?,
        base: unpack_base(base, &provenance)?,
        records: vec![None; shapes.systems_count()],
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {RECORD_COLUMNS} FROM record WHERE link = ?1"
    ))?;
    let mut rows = statement.query([number::of_link(id)])?;
    while let Some(row) = rows.next()? {
        let Some(record) = read_record(db, book, row)? else {
            continue;
        };
        let shapes = book.entity(&link.entity)?;
        if let Some(place) = shapes.place(record.key.system.as_str()) {
            link.records[place] = Some(record);
        }
    }
    Ok(Some(link))
}

pub(crate) fn write_link(
    db: &Connection,
    book: &mut ShapeBook,
    tally: &mut Tally,
    link: &LinkChange,
) -> rusqlite::Result<()> {
    let fields = &mut book.entity(&link.entity)?.fields;
    assert_eq!(
        link.base.len(),
        fields.width(),
        "a base is as long as its shape"
    );
    let shape = fields.id(db)?;
    let (base, provenance) = pack_base(&link.base);
    let id = number::of_link(link.id);
    let is_known = db
        .prepare_cached("SELECT 1 FROM link WHERE id = ?1")?
        .exists([id])?;
    let sql = if is_known {
        "UPDATE link SET life = ?3, shape = ?4, base = ?5, provenance = ?6, attention = ?7
         WHERE id = ?1"
    } else {
        tally.new_link(link.entity.as_str());
        "INSERT INTO link (id, entity, life, shape, base, provenance, attention)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    };
    db.prepare_cached(sql)?.execute(params![
        id,
        link.entity.as_str(),
        presence::life_word(link.life),
        shape.0,
        to_json(&base),
        to_json(&provenance),
        link.attention,
    ])?;
    Ok(())
}
