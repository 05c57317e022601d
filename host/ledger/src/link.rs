//! Links as they are kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, params};
use treaty_model::{BaseField, EntityName, Life, Link, LinkId, Provenance};

use crate::json::{from_json, to_json};
use crate::packed::{PackedBase, pack_base, unpack_base};
use crate::record::{KeptRecord, RECORD_COLUMNS, StoredRecord};
use crate::shape::{ShapeBook, ShapeId, View};
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

    /// Which of some links reconcile has to look at.
    pub fn attention_among(&self, ids: &[LinkId]) -> Result<BTreeSet<LinkId>, LedgerError> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT 1 FROM link WHERE id = ?1 AND attention = 1")?;
            let mut found = BTreeSet::new();
            for id in ids {
                if statement.exists([number::of_link(*id)])? {
                    found.insert(*id);
                }
            }
            Ok(found)
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
        let kept = self.read_shaped(|db, book| {
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
                found.extend(KeptLink::load(db, book, number::link(row.get(0)?))?);
            }
            Ok(found)
        })?;
        self.understand(kept, KeptLink::read)
    }

    /// Links by number, in the order asked for; those that are not there, and
    /// those of entities that left the treaty, are left out.
    pub fn links(&self, ids: &[LinkId]) -> Result<Vec<StoredLink>, LedgerError> {
        let kept = self.read_shaped(|db, book| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                found.extend(KeptLink::load(db, book, *id)?);
            }
            Ok(found)
        })?;
        self.understand(kept, KeptLink::read)
    }
}

/// A link with its records as the files have it.
struct KeptLink {
    id: LinkId,
    entity: EntityName,
    life: Life,
    view: Arc<View>,
    base: String,
    provenance: String,
    /// By system of the entity.
    records: Vec<Option<KeptRecord>>,
}

impl KeptLink {
    /// None: it is not there, or its entity left the treaty.
    fn load(db: &Connection, book: &mut ShapeBook, id: LinkId) -> rusqlite::Result<Option<Self>> {
        let mut statement = db.prepare_cached(
            "SELECT entity, life, shape, base, provenance FROM link WHERE id = ?1",
        )?;
        let mut rows = statement.query([number::of_link(id)])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let entity = row.get_ref(0)?.as_str()?;
        let Some(shapes) = book.find(entity) else {
            return Ok(None);
        };
        let mut link = Self {
            id,
            entity: entity.into(),
            life: presence::read_life(row.get_ref(1)?.as_str()?)?,
            view: Arc::clone(shapes.fields.view(db, ShapeId(row.get(2)?))?),
            base: row.get(3)?,
            provenance: row.get(4)?,
            records: (0..shapes.systems_count()).map(|_| None).collect(),
        };
        let mut statement = db.prepare_cached(&format!(
            "SELECT {RECORD_COLUMNS} FROM record WHERE link = ?1"
        ))?;
        let mut rows = statement.query([number::of_link(id)])?;
        while let Some(row) = rows.next()? {
            let Some(record) = KeptRecord::load(db, book, row)? else {
                continue;
            };
            let shapes = book.entity(&link.entity)?;
            if let Some(place) = shapes.place(record.key.system.as_str()) {
                link.records[place] = Some(record);
            }
        }
        Ok(Some(link))
    }

    fn read(self) -> rusqlite::Result<StoredLink> {
        let base: Vec<PackedBase> = self.view.read(&self.base)?;
        let provenance: Vec<Provenance> = from_json(&self.provenance)?;
        let records = self.records.into_iter();
        Ok(StoredLink {
            id: self.id,
            entity: self.entity,
            life: self.life,
            base: unpack_base(base, &provenance)?,
            records: records
                .map(|record| record.map(KeptRecord::read).transpose())
                .collect::<rusqlite::Result<_>>()?,
        })
    }
}

/// What a link's row says.
pub(crate) struct LinkTexts {
    base: String,
    provenance: String,
}

impl LinkTexts {
    pub(crate) fn of(link: &LinkChange) -> Self {
        let (base, provenance) = pack_base(&link.base);
        Self {
            base: to_json(&base),
            provenance: to_json(&provenance),
        }
    }
}

pub(crate) fn write_link(
    db: &Connection,
    book: &mut ShapeBook,
    tally: &mut Tally,
    link: &LinkChange,
    texts: &LinkTexts,
) -> rusqlite::Result<()> {
    let fields = &mut book.entity(&link.entity)?.fields;
    assert_eq!(
        link.base.len(),
        fields.width(),
        "a base is as long as its shape"
    );
    let shape = fields.id(db)?;
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
        texts.base,
        texts.provenance,
        link.attention,
    ])?;
    Ok(())
}
