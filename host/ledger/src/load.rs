//! Records, loaded as a batch needs them.

use std::collections::BTreeSet;

use rusqlite::{Connection, Params, params};
use treaty_model::{EntityName, LinkId, SystemName, Timestamp};

use crate::presence::{EXPECTED, MATCHABLE};
use crate::record::{KeptRecord, RECORD_COLUMNS, RecordKey, StoredRecord};
use crate::shape::ShapeBook;
use crate::{Ledger, LedgerError, number};

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

/// Records of systems that left the treaty are kept for when these return, and
/// none of these functions gives them out.
impl Ledger {
    /// Records by their keys, in the order asked for; none where there is none.
    pub fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<StoredRecord>>, LedgerError> {
        let kept = self.read_shaped(|db, book| {
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
                found.push(match rows.next()? {
                    Some(row) => KeptRecord::load(db, book, row)?,
                    None => None,
                });
            }
            Ok(found)
        })?;
        self.understand(kept, |kept| kept.map(KeptRecord::read).transpose())
    }

    /// Records by their numbers, in the order asked for; those that are gone
    /// are left out.
    pub fn records_by_number(&self, numbers: &[i64]) -> Result<Vec<StoredRecord>, LedgerError> {
        let kept = self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {RECORD_COLUMNS} FROM record WHERE id = ?1"
            ))?;
            let mut found = Vec::with_capacity(numbers.len());
            for number in numbers {
                let mut rows = statement.query([number])?;
                if let Some(row) = rows.next()? {
                    found.extend(KeptRecord::load(db, book, row)?);
                }
            }
            Ok(found)
        })?;
        self.understand(kept, KeptRecord::read)
    }

    /// The little that identify needs to know of many records, in the order
    /// asked for; those that are gone are left out.
    pub fn heads(&self, numbers: &[i64]) -> Result<Vec<RecordHead>, LedgerError> {
        self.read_shaped(|db, book| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT entity, system, link, waiting FROM record WHERE id = ?1 AND {MATCHABLE}"
            ))?;
            let mut found = Vec::with_capacity(numbers.len());
            for number in numbers {
                let mut rows = statement.query([number])?;
                let Some(row) = rows.next()? else { continue };
                let system = row.get_ref(1)?.as_str()?;
                let rows = book.find(row.get_ref(0)?.as_str()?);
                if rows.is_some_and(|rows| rows.place(system).is_some()) {
                    found.push(RecordHead {
                        number: *number,
                        system: system.into(),
                        link: row.get::<_, Option<i64>>(2)?.map(number::link),
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
        self.page(entity, ALL, params![entity.as_str(), after], records_max)
    }

    /// How many records identify has to look at.
    pub fn waiting_count(&self, entity: &EntityName) -> Result<u64, LedgerError> {
        self.read(|db| {
            db.prepare_cached("SELECT count(*) FROM record WHERE waiting = 1 AND entity = ?1")?
                .query_row([entity.as_str()], |row| row.get(0))
                .map(number::read)
        })
    }

    /// Records that identify has to look at, by number, after one.
    pub fn waiting(
        &self,
        entity: &EntityName,
        after: i64,
        records_max: usize,
    ) -> Result<Vec<RecordHead>, LedgerError> {
        self.read_shaped(|db, book| {
            let shapes = book.entity(entity)?;
            let mut statement = db.prepare_cached(&waiting_sql())?;
            let mut rows = statement.query(params![entity.as_str(), after])?;
            let mut found = Vec::new();
            while found.len() < records_max {
                let Some(row) = rows.next()? else { break };
                let system = row.get_ref(1)?.as_str()?;
                if shapes.place(system).is_some() {
                    found.push(RecordHead {
                        number: row.get(0)?,
                        system: system.into(),
                        link: row.get::<_, Option<i64>>(2)?.map(number::link),
                        waiting: true,
                    });
                }
            }
            Ok(found)
        })
    }

    /// Records, by number, that are left alone at a time because somebody may
    /// still be typing.
    pub fn restless(
        &self,
        entity: &EntityName,
        now: Timestamp,
    ) -> Result<BTreeSet<i64>, LedgerError> {
        self.read(|db| {
            db.prepare_cached("SELECT id FROM record WHERE entity = ?1 AND quiet_at > ?2")?
                .query_map(params![entity.as_str(), now.as_micros()], |row| row.get(0))?
                .collect()
        })
    }

    /// Whether a system shows any record at all.
    pub fn shows_any(&self, entity: &EntityName, system: &SystemName) -> Result<bool, LedgerError> {
        self.read(|db| {
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM record WHERE entity = ?1 AND system = ?2 AND {EXPECTED})"
            );
            db.prepare_cached(&sql)?
                .query_row([entity.as_str(), system.as_str()], |row| row.get(0))
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
        self.page(
            entity,
            &unlisted(),
            params![
                entity.as_str(),
                system.as_str(),
                after,
                number::stored(listing)
            ],
            records_max,
        )
    }

    /// The first records, by number, for which a condition holds.
    fn page(
        &self,
        entity: &EntityName,
        condition: &str,
        params: impl Params,
        records_max: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        let kept = self.read_shaped(|db, book| {
            book.entity(entity)?;
            load_page(db, book, condition, params, records_max)
        })?;
        self.understand(kept, KeptRecord::read)
    }
}

/// The plus keeps SQLite from sorting what stands under the entity in an index:
/// the table itself is in the order of the numbers.
const ALL: &str = "+entity = ?1 AND id > ?2";
const WAITING: &str = "waiting = 1 AND entity = ?1 AND id > ?2";

fn unlisted() -> String {
    format!("entity = ?1 AND system = ?2 AND id > ?3 AND listing < ?4 AND {EXPECTED}")
}

fn load_page(
    db: &Connection,
    book: &mut ShapeBook,
    condition: &str,
    params: impl Params,
    records_max: usize,
) -> rusqlite::Result<Vec<KeptRecord>> {
    let mut statement = db.prepare_cached(&page_sql(condition))?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    // SQL cannot limit the rows: those of systems that left do not count, and
    // a page of nothing else would look like the end.
    while found.len() < records_max {
        let Some(row) = rows.next()? else { break };
        found.extend(KeptRecord::load(db, book, row)?);
    }
    Ok(found)
}

fn page_sql(condition: &str) -> String {
    format!("SELECT {RECORD_COLUMNS} FROM record WHERE {condition} ORDER BY id")
}

fn waiting_sql() -> String {
    format!("SELECT id, system, link FROM record WHERE {WAITING} ORDER BY id")
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_page_is_read_in_order_without_sorting() {
        let db = Connection::open_in_memory().expect("SQLite works");
        let schema = include_str!("../migrations/ledger-1.sql");
        db.execute_batch(schema).expect("the schema is SQL");
        let check = |sql: &str, expected: &str| {
            let plan: Vec<String> = db
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .and_then(|mut sql| {
                    let width = sql.parameter_count();
                    let params = rusqlite::params_from_iter(vec![1; width]);
                    sql.query_map(params, |row| row.get(3))?.collect()
                })
                .expect("SQLite has a plan");
            assert_eq!(plan, [expected]);
        };
        check(
            &page_sql(ALL),
            "SEARCH record USING INTEGER PRIMARY KEY (rowid>?)",
        );
        check(
            &waiting_sql(),
            "SEARCH record USING INDEX record_waiting (entity=? AND id>?)",
        );
        check(
            &page_sql(&unlisted()),
            "SEARCH record USING INDEX record_system (entity=? AND system=? AND id>?)",
        );
    }
}
