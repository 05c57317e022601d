//! What the journal says of a link, read back in the order in which it was told.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Params, Row as SqlRow, params};
use serde_json::Value as Json;
use treaty_model::{EntityName, LinkId, RemoteId, RunId, SystemName, Timestamp};

use crate::forget::FORGOTTEN;
use crate::json::{from_json, wrong};
use crate::record::RecordKey;
use crate::{EntryKind, Ledger, LedgerError, number};

/// An entry of the journal as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptEntry {
    /// Its number: later entries have higher ones.
    pub number: i64,
    /// When it was told.
    pub at: Timestamp,
    /// In which run.
    pub run: RunId,
    /// What kind of event.
    pub kind: EntryKind,
    /// The link it is about.
    pub link: Option<LinkId>,
    /// The system it is about.
    pub system: Option<SystemName>,
    /// The record there.
    pub remote: Option<RemoteId>,
    /// The field, by name.
    pub field: Option<String>,
    /// Everything else, by kind of event.
    pub content: Json,
}

const COLUMNS: &str = "id, at, run, kind, link, system, remote, field, content";
/// The plus keeps SQLite from walking the whole file by number where the index
/// of links leads to the few entries of one.
const OF_LINK: &str = "entity = ?1 AND link = ?2 AND +id > ?3";
const OF_RECORD: &str = "entity = ?1 AND link IS NULL AND system = ?2 AND remote = ?3";

const OF_WRITES: &str = "+kind IN ('write', 'create', 'delete')";

impl Ledger {
    /// Entries about a link after the one with a number, at most so many.
    pub fn history(
        &self,
        entity: &EntityName,
        link: LinkId,
        after: i64,
        entries_max: usize,
    ) -> Result<Vec<KeptEntry>, LedgerError> {
        let limit = number::limit(entries_max);
        self.entries(
            &format!("{OF_LINK} ORDER BY +id LIMIT ?4"),
            params![entity.as_str(), number::of_link(link), after, limit],
        )
    }

    /// Entries about a record from the time when it was in no link.
    pub fn history_without_link(&self, key: &RecordKey) -> Result<Vec<KeptEntry>, LedgerError> {
        self.entries(
            &format!("{OF_RECORD} ORDER BY +id"),
            params![
                key.entity.as_str(),
                key.system.as_str(),
                key.remote.as_str()
            ],
        )
    }

    /// Links that went into a link, and into those, as the journal tells it.
    pub fn joined_into(
        &self,
        entity: &EntityName,
        link: LinkId,
    ) -> Result<Vec<LinkId>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT json_extract(content, '$.from') FROM journal.entry
                 WHERE entity = ?1 AND link = ?2 AND kind = 'link'
                     AND json_extract(content, '$.into') = ?2 ORDER BY 1",
            )?;
            let mut found = Vec::new();
            let mut open = vec![link];
            while let Some(into) = open.pop() {
                let wanted = params![entity.as_str(), number::of_link(into)];
                let rows = statement.query_map(wanted, |row| row.get(0).map(number::link))?;
                let more = rows.collect::<rusqlite::Result<Vec<_>>>()?;
                open.extend(&more);
                found.extend(more);
            }
            Ok(found)
        })
    }

    /// Records that the journal names together with a link, also those that left it.
    pub fn records_told_of(
        &self,
        entity: &EntityName,
        link: LinkId,
    ) -> Result<Vec<RecordKey>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT system, remote FROM journal.entry
                 WHERE entity = ?1 AND link = ?2 AND system IS NOT NULL AND remote IS NOT NULL",
            )?;
            let wanted = params![entity.as_str(), number::of_link(link)];
            let rows = statement.query_map(wanted, |row| {
                Ok(RecordKey {
                    entity: entity.clone(),
                    system: SystemName(row.get(0)?),
                    remote: RemoteId(row.get(1)?),
                })
            })?;
            rows.collect()
        })
    }

    /// How many writes, by system, runs made after one; and how many runs.
    pub fn done_after(&self, run: RunId) -> Result<(u64, BTreeMap<SystemName, u64>), LedgerError> {
        self.read(|db| {
            let runs = db.query_row(
                "SELECT count(DISTINCT run) FROM journal.entry WHERE run > ?1",
                [number::of_run(run)],
                |row| row.get(0).map(number::read),
            )?;
            let mut statement = db.prepare_cached(&format!(
                "SELECT system, count(*) FROM journal.entry
                 WHERE run > ?1 AND system IS NOT NULL AND {OF_WRITES} GROUP BY system"
            ))?;
            let rows = statement.query_map([number::of_run(run)], |row| {
                Ok((SystemName(row.get(0)?), number::read(row.get(1)?)))
            })?;
            Ok((runs, rows.collect::<rusqlite::Result<_>>()?))
        })
    }

    /// Links that a run wrote, made or removed records of, by number, after one.
    pub fn links_of_run(
        &self,
        run: RunId,
        entity: &EntityName,
        after: LinkId,
        links_max: usize,
    ) -> Result<Vec<LinkId>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT DISTINCT link FROM journal.entry
                 WHERE run = ?1 AND entity = ?2 AND link > ?3 AND {OF_WRITES}
                 ORDER BY link LIMIT ?4"
            ))?;
            let wanted = params![
                number::of_run(run),
                entity.as_str(),
                number::of_link(after),
                number::limit(links_max)
            ];
            let rows = statement.query_map(wanted, |row| row.get(0).map(number::link))?;
            rows.collect()
        })
    }

    /// What is told of a link in a run, in order.
    pub fn entries_of_run(
        &self,
        run: RunId,
        entity: &EntityName,
        link: LinkId,
    ) -> Result<Vec<KeptEntry>, LedgerError> {
        self.entries(
            "run = ?1 AND entity = ?2 AND link = ?3 ORDER BY id",
            params![number::of_run(run), entity.as_str(), number::of_link(link)],
        )
    }

    /// Links that the journal names together with a remote id: for a record that
    /// was taken out of its link, or is forgotten. Reads the whole journal.
    pub fn links_told_of(
        &self,
        entity: &EntityName,
        remote: &RemoteId,
    ) -> Result<Vec<LinkId>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT link FROM journal.entry
                 WHERE +entity = ?1 AND remote = ?2 AND link IS NOT NULL ORDER BY link",
            )?;
            let rows = statement.query_map(params![entity.as_str(), remote.as_str()], |row| {
                row.get(0).map(number::link)
            })?;
            rows.collect()
        })
    }

    /// Shows entries of some kinds since a time, in order. Reads the whole
    /// journal.
    pub fn journal_since(
        &self,
        since: Timestamp,
        kinds: &[EntryKind],
        show: &mut dyn FnMut(EntityName, KeptEntry),
    ) -> Result<(), LedgerError> {
        let words: Vec<_> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
        let words = words.join(", ");
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS}, entity FROM journal.entry
                 WHERE at >= ?1 AND +kind IN ({words}) ORDER BY id"
            ))?;
            let mut rows = statement.query([since.as_micros()])?;
            while let Some(row) = rows.next()? {
                show(EntityName(row.get(9)?), read_entry(row)?);
            }
            Ok(())
        })
    }

    /// When the first entry was told that still says something; none: there is no
    /// such entry.
    pub fn journal_begins(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT at FROM journal.entry WHERE content <> ?1 ORDER BY id LIMIT 1",
            )?
            .query_row([FORGOTTEN], |row| row.get(0).map(Timestamp::from_micros))
            .optional()
        })
    }

    fn entries(&self, condition: &str, params: impl Params) -> Result<Vec<KeptEntry>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM journal.entry WHERE {condition}"
            ))?;
            statement.query_map(params, read_entry)?.collect()
        })
    }
}

fn read_entry(row: &SqlRow<'_>) -> rusqlite::Result<KeptEntry> {
    let kind = row.get_ref(3)?.as_str()?;
    let kind =
        EntryKind::of_word(kind).ok_or_else(|| wrong(format!("{kind:?} is no kind of entry")))?;
    Ok(KeptEntry {
        number: row.get(0)?,
        at: Timestamp::from_micros(row.get(1)?),
        run: RunId(number::read(row.get(2)?)),
        kind,
        link: row.get::<_, Option<i64>>(4)?.map(number::link),
        system: row.get::<_, Option<String>>(5)?.map(SystemName),
        remote: row.get::<_, Option<String>>(6)?.map(RemoteId),
        field: row.get(7)?,
        content: from_json(row.get_ref(8)?.as_str()?)?,
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_history_is_found_by_the_index_of_links() {
        let db = Connection::open_in_memory().expect("SQLite works");
        db.execute_batch("ATTACH DATABASE ':memory:' AS journal")
            .expect("a second file");
        db.execute_batch(include_str!("../migrations/journal-1.sql"))
            .expect("the schema is SQL");
        for condition in [OF_LINK, OF_RECORD] {
            let sql = format!(
                "EXPLAIN QUERY PLAN SELECT {COLUMNS} FROM journal.entry
                 WHERE {condition} ORDER BY +id"
            );
            let plan: Vec<String> = db
                .prepare(&sql)
                .and_then(|mut sql| {
                    let nothing = vec![1; sql.parameter_count()];
                    sql.query_map(rusqlite::params_from_iter(nothing), |row| row.get(3))?
                        .collect()
                })
                .expect("SQLite has a plan");
            assert_eq!(
                plan[0],
                "SEARCH journal.entry USING INDEX entry_link (entity=? AND link=?)"
            );
        }
    }
}
