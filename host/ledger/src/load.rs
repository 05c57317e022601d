//! What a batch needs, loaded.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use treaty_model::{
    BaseField, EntityName, LinkId, Prepared, RunId, SystemName, TermCount, Timestamp,
};

use crate::commit::PackedBase;
use crate::intent::{INTENT_COLUMNS, Intent, read_intent};
use crate::matching::{self, MatchHit, MatchKey};
use crate::question::{QUESTION_COLUMNS, StoredQuestion, read_question};
use crate::record::{
    RECORD_COLUMNS, RecordKey, StoredLink, StoredRecord, link_id, number_of, read_record,
};
use crate::shape::{ShapeBook, ShapeId, from_json};
use crate::{Ledger, LedgerError};

/// How far a feed of changes has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedState {
    /// Where to go on; none: from the start.
    pub cursor: Option<String>,
    /// The complete listing under way, or the last.
    pub listing: u64,
    /// Whether a complete listing is under way.
    pub listing_open: bool,
    /// When the system was asked last.
    pub asked_at: Option<Timestamp>,
}

/// The little that identify needs to know of many records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordHead {
    /// The record's number.
    pub number: i64,
    /// Its system.
    pub system: SystemName,
    /// Its link, if it has one.
    pub link: Option<LinkId>,
    /// Whether identify has to look at it.
    pub waiting: bool,
}

/// How much there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records in links, by entity and system.
    pub linked: BTreeMap<(EntityName, SystemName), u64>,
    /// Records not identified, by entity and system.
    pub unlinked: BTreeMap<(EntityName, SystemName), u64>,
    /// Links, by entity.
    pub links: BTreeMap<EntityName, u64>,
}

impl Ledger {
    /// How far a feed has been read.
    pub fn feed(&self, entity: &EntityName, system: &SystemName) -> Result<FeedState, LedgerError> {
        self.read(|db| {
            let found = db
                .prepare_cached(
                    "SELECT cursor, listing, asked_at, listing_open FROM feed WHERE entity = ?1 AND system = ?2",
                )?
                .query_row(params![entity.as_str(), system.as_str()], |row| {
                    Ok(FeedState {
                        cursor: row.get(0)?,
                        listing: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
                        asked_at: Some(Timestamp::from_micros(row.get(2)?)),
                        listing_open: row.get(3)?,
                    })
                })
                .optional()?;
            Ok(found.unwrap_or_default())
        })
    }

    /// Records by their keys, in the order asked for.
    pub fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<StoredRecord>>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {RECORD_COLUMNS} FROM record
                 WHERE entity = ?1 AND system = ?2 AND remote = ?3"
            ))?;
            let mut found = Vec::with_capacity(keys.len());
            for key in keys {
                let key = params![
                    key.entity.as_str(),
                    key.system.as_str(),
                    key.remote.as_str()
                ];
                let mut rows = statement.query(key)?;
                found.push(
                    rows.next()?
                        .map(|row| read_record(db, book, row))
                        .transpose()?,
                );
            }
            Ok(found)
        })
    }

    /// Records by their numbers, in the order asked for; those that are gone
    /// are left out.
    pub fn records_by_number(&self, numbers: &[i64]) -> Result<Vec<StoredRecord>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {RECORD_COLUMNS} FROM record WHERE id = ?1"
            ))?;
            let mut found = Vec::with_capacity(numbers.len());
            for number in numbers {
                let mut rows = statement.query([number])?;
                if let Some(row) = rows.next()? {
                    found.push(read_record(db, book, row)?);
                }
            }
            Ok(found)
        })
    }

    /// The little that identify needs to know of many records, in the order
    /// asked for; those that are gone are left out.
    pub fn heads(&self, numbers: &[i64]) -> Result<Vec<RecordHead>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id, system, link, waiting FROM record
                 WHERE id = ?1 AND presence NOT IN ('\"gone\"', '\"deleted\"')",
            )?;
            let mut found = Vec::with_capacity(numbers.len());
            for number in numbers {
                let mut rows = statement.query([number])?;
                if let Some(row) = rows.next()? {
                    found.push(RecordHead {
                        number: row.get(0)?,
                        system: SystemName(row.get(1)?),
                        link: row.get::<_, Option<i64>>(2)?.map(link_id),
                        waiting: row.get(3)?,
                    });
                }
            }
            Ok(found)
        })
    }

    /// All records of an entity by number, after one.
    pub fn all_records(
        &self,
        entity: &EntityName,
        after: i64,
        records_max: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {RECORD_COLUMNS} FROM record
                 WHERE entity = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
            ))?;
            let limit = i64::try_from(records_max).unwrap_or(i64::MAX);
            let mut rows = statement.query(params![entity.as_str(), after, limit])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read_record(db, book, row)?);
            }
            Ok(found)
        })
    }

    /// Records that identify has to look at, by number, after one.
    pub fn waiting(
        &self,
        entity: &EntityName,
        after: i64,
        records_max: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {RECORD_COLUMNS} FROM record
                 WHERE waiting = 1 AND entity = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
            ))?;
            let limit = i64::try_from(records_max).unwrap_or(i64::MAX);
            let mut rows = statement.query(params![entity.as_str(), after, limit])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read_record(db, book, row)?);
            }
            Ok(found)
        })
    }

    /// Records of a system that the latest complete listing did not show though
    /// they counted as there, by number, after one.
    pub fn unlisted(
        &self,
        entity: &EntityName,
        system: &SystemName,
        listing: u64,
        after: i64,
        records_max: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {RECORD_COLUMNS} FROM record
                 WHERE entity = ?1 AND system = ?2 AND listing < ?3 AND id > ?4
                   AND presence NOT IN ('\"missing\"', '\"deleted\"', '\"gone\"')
                 ORDER BY id LIMIT ?5"
            ))?;
            let mut rows = statement.query(params![
                entity.as_str(),
                system.as_str(),
                i64::try_from(listing).unwrap_or(i64::MAX),
                after,
                i64::try_from(records_max).unwrap_or(i64::MAX),
            ])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read_record(db, book, row)?);
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
        let numbers: Vec<i64> = self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id FROM link WHERE attention = 1 AND entity = ?1 AND id > ?2
                 ORDER BY id LIMIT ?3",
            )?;
            let limit = i64::try_from(links_max).unwrap_or(i64::MAX);
            let rows = statement
                .query_map(params![entity.as_str(), number_of(after), limit], |r| {
                    r.get(0)
                })?;
            rows.collect()
        })?;
        let ids: Vec<_> = numbers.into_iter().map(link_id).collect();
        self.links(&ids)
    }

    /// Links by number; those that are not there are left out.
    pub fn links(&self, ids: &[LinkId]) -> Result<Vec<StoredLink>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                found.extend(read_link(db, book, *id)?);
            }
            Ok(found)
        })
    }

    /// The number that the next link gets.
    pub fn next_link(&self) -> Result<LinkId, LedgerError> {
        self.next("link").map(LinkId)
    }

    /// The number that the next run gets.
    pub fn next_run(&self) -> Result<RunId, LedgerError> {
        self.next("run").map(RunId)
    }

    fn next(&self, table: &str) -> Result<u64, LedgerError> {
        self.read(|db| {
            let last: Option<i64> = db
                .query_row(
                    "SELECT seq FROM sqlite_sequence WHERE name = ?1",
                    [table],
                    |r| r.get(0),
                )
                .optional()?;
            Ok(u64::try_from(last.unwrap_or(0)).unwrap_or(0) + 1)
        })
    }

    /// Intents that are open for a system, oldest first.
    pub fn open_intents(&self, system: &SystemName) -> Result<Vec<Intent>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {INTENT_COLUMNS} FROM intent
                 WHERE closed_at IS NULL AND system = ?1 ORDER BY opened_at, id"
            ))?;
            let rows = statement.query_map([system.as_str()], read_intent)?;
            rows.collect()
        })
    }

    /// How many intents there have ever been: the next id's number.
    pub fn intents_ever(&self) -> Result<u64, LedgerError> {
        self.read(|db| {
            let count: i64 = db.query_row("SELECT count(*) FROM intent", [], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or(0))
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
                let count: i64 = row.get(1)?;
                Ok((SystemName(row.get(0)?), u64::try_from(count).unwrap_or(0)))
            })?;
            rows.collect()
        })
    }

    /// Questions that are open or answered, oldest first.
    pub fn questions(&self) -> Result<Vec<StoredQuestion>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {QUESTION_COLUMNS} FROM question
                 WHERE state IN ('open', 'answered') ORDER BY id"
            ))?;
            let rows = statement.query_map([], read_question)?;
            rows.collect()
        })
    }

    /// Questions about one link that are open or answered.
    pub fn questions_of(&self, link: LinkId) -> Result<Vec<StoredQuestion>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {QUESTION_COLUMNS} FROM question
                 WHERE link = ?1 AND state IN ('open', 'answered') ORDER BY id"
            ))?;
            let rows = statement.query_map([number_of(link)], read_question)?;
            rows.collect()
        })
    }

    /// How much there is.
    pub fn totals(&self) -> Result<Totals, LedgerError> {
        self.read(|db| {
            let mut totals = Totals::default();
            let mut statement = db.prepare_cached(
                "SELECT entity, system, link IS NOT NULL, count(*) FROM record
                 WHERE presence != '\"gone\"' GROUP BY 1, 2, 3",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let key = (EntityName(row.get(0)?), SystemName(row.get(1)?));
                let count = u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0);
                let linked: bool = row.get(2)?;
                if linked {
                    &mut totals.linked
                } else {
                    &mut totals.unlinked
                }
                .insert(key, count);
            }
            let mut statement =
                db.prepare_cached("SELECT entity, count(*) FROM link GROUP BY 1")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let count = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
                totals.links.insert(EntityName(row.get(0)?), count);
            }
            Ok(totals)
        })
    }

    /// A fact by name.
    pub fn fact(&self, name: &str) -> Result<Option<String>, LedgerError> {
        self.read(|db| {
            db.query_row("SELECT value FROM fact WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()
        })
    }

    /// The blocks of some keys.
    pub fn blocks(
        &self,
        entity: &EntityName,
        keys: &[MatchKey],
        records_max: usize,
    ) -> Result<Vec<MatchHit>, LedgerError> {
        self.read(|db| {
            keys.iter()
                .map(|key| {
                    let records = matching::block(db, entity, *key, records_max + 1)?;
                    Ok(MatchHit { key: *key, records })
                })
                .collect()
        })
    }

    /// The keys that are kept for a record.
    pub fn keys_of(&self, record: i64) -> Result<Vec<MatchKey>, LedgerError> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT hash FROM match_key WHERE record = ?1 ORDER BY hash")?;
            let rows = statement.query_map([record], |row| {
                Ok(MatchKey(row.get::<_, i64>(0)?.cast_unsigned()))
            })?;
            rows.collect()
        })
    }

    /// How often a term was seen; counting stops at a thousand.
    pub fn term_count(&self, entity: &EntityName, value: u64) -> Result<TermCount, LedgerError> {
        const RECORDS_MAX: u32 = 1_000;
        self.read(|db| matching::count(db, entity, value, RECORDS_MAX))
    }

    /// What is kept of a record's preparation, if it is of this version.
    pub fn prepared(&self, record: i64, version: &str) -> Result<Option<Prepared>, LedgerError> {
        self.read(|db| matching::read(db, record, version))
    }

    /// Whether a person said that two records are not the same.
    pub fn are_distinct(&self, one: i64, other: i64) -> Result<bool, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT 1 FROM distinct_pair WHERE first = ?1 AND second = ?2 LIMIT 1",
            )?;
            statement.exists([one.min(other), one.max(other)])
        })
    }

    fn read_shaped<T>(
        &self,
        read: impl FnOnce(&Connection, &mut ShapeBook) -> Result<T, rusqlite::Error>,
    ) -> Result<T, LedgerError> {
        self.read(|db| read(db, &mut self.book()))
    }
}

fn read_link(
    db: &Connection,
    book: &mut ShapeBook,
    id: LinkId,
) -> rusqlite::Result<Option<StoredLink>> {
    let mut statement =
        db.prepare_cached("SELECT entity, life, shape, base FROM link WHERE id = ?1")?;
    let mut rows = statement.query([number_of(id)])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let entity = EntityName(row.get(0)?);
    let shape = book.entity(&entity)?.clone();
    let stored = ShapeId(row.get(2)?);
    let packed: Vec<PackedBase> =
        book.read(db, row.get_ref(3)?.as_str()?, stored, &shape.fields)?;
    let base = packed
        .into_iter()
        .map(|(value, revision, provenance)| BaseField {
            value,
            revision,
            provenance,
        })
        .collect();
    let mut link = StoredLink {
        id,
        entity,
        life: from_json(row.get_ref(1)?.as_str()?)?,
        base,
        records: vec![None; shape.systems.len()],
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {RECORD_COLUMNS} FROM record WHERE link = ?1"
    ))?;
    let mut rows = statement.query([number_of(id)])?;
    while let Some(row) = rows.next()? {
        let record = read_record(db, book, row)?;
        let place = shape
            .systems
            .iter()
            .position(|(name, _)| *name == record.key.system);
        // A system that left the treaty keeps its records for when it returns.
        if let Some(place) = place {
            link.records[place] = Some(record);
        }
    }
    Ok(Some(link))
}
