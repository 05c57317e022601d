//! Runs, totals and single facts.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use treaty_model::{EntityName, LinkId, RunId, SystemName, Timestamp};

use crate::json::from_json;
use crate::{Ledger, LedgerError, number};

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

/// A run as it was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRun {
    /// Its number.
    pub run: RunId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What it did, as the engine told it.
    pub summary: serde_json::Value,
}

/// How much there is. What is not there has no number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records in links, by entity and system.
    pub linked: BTreeMap<(EntityName, SystemName), u64>,
    /// Records in no link, by entity and system.
    pub unlinked: BTreeMap<(EntityName, SystemName), u64>,
    /// Links, by entity.
    pub links: BTreeMap<EntityName, u64>,
}

impl Ledger {
    /// How much there is. Takes no longer the more that is.
    pub fn totals(&self) -> Result<Totals, LedgerError> {
        self.read(|db| {
            let mut totals = Totals::default();
            let mut statement = db.prepare_cached(
                "SELECT entity, system, linked, records FROM record_total WHERE records > 0",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let key = (EntityName(row.get(0)?), SystemName(row.get(1)?));
                let of_kind = match row.get(2)? {
                    true => &mut totals.linked,
                    false => &mut totals.unlinked,
                };
                of_kind.insert(key, number::read(row.get(3)?));
            }
            let mut statement =
                db.prepare_cached("SELECT entity, links FROM link_total WHERE links > 0")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let entity = EntityName(row.get(0)?);
                totals.links.insert(entity, number::read(row.get(1)?));
            }
            Ok(totals)
        })
    }

    /// The number that the next link gets.
    pub fn next_link(&self) -> Result<LinkId, LedgerError> {
        Ok(LinkId(self.last("link")? + 1))
    }

    /// The number that the next run gets: one that no run had that was killed
    /// after it had begun to write.
    pub fn next_run(&self) -> Result<RunId, LedgerError> {
        let ended = self.last("run")?;
        let told = self.read(|db| {
            let newest = "SELECT max(run) FROM journal.entry";
            db.query_row(newest, [], |row| row.get::<_, Option<i64>>(0))
        })?;
        let told = told.map_or(0, number::read);
        Ok(RunId(ended.max(told) + 1))
    }

    /// When a run ended; none where there was no such run, or it changed nothing.
    pub fn run_ended(&self, run: RunId) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|db| {
            let ended = db
                .prepare_cached("SELECT coalesce(ended_at, started_at) FROM run WHERE id = ?1")?
                .query_row([number::of_run(run)], |row| row.get(0))
                .optional()?;
            Ok(ended.map(Timestamp::from_micros))
        })
    }

    /// Runs that began at a time or later, and in any case the last few, newest
    /// first.
    pub fn runs_since(
        &self,
        since: Timestamp,
        at_least: usize,
    ) -> Result<Vec<KeptRun>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id, started_at, ended_at, summary FROM run ORDER BY id DESC",
            )?;
            let mut rows = statement.query([])?;
            let mut runs = Vec::new();
            while let Some(row) = rows.next()? {
                let started_at = Timestamp::from_micros(row.get(1)?);
                if started_at < since && runs.len() >= at_least {
                    break;
                }
                runs.push(KeptRun {
                    run: RunId(number::read(row.get(0)?)),
                    started_at,
                    ended_at: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_micros),
                    summary: from_json(row.get_ref(3)?.as_str()?)?,
                });
            }
            Ok(runs)
        })
    }

    /// How many intents there have ever been.
    pub fn intents_ever(&self) -> Result<u64, LedgerError> {
        self.last("intent")
    }

    /// The highest number that a table ever gave.
    fn last(&self, table: &str) -> Result<u64, LedgerError> {
        self.read(|db| {
            let last: Option<i64> = db
                .prepare_cached("SELECT seq FROM main.sqlite_sequence WHERE name = ?1")?
                .query_row([table], |row| row.get(0))
                .optional()?;
            Ok(last.map_or(0, number::read))
        })
    }

    /// A fact by name.
    pub fn fact(&self, name: &str) -> Result<Option<String>, LedgerError> {
        self.read(|db| {
            db.prepare_cached("SELECT value FROM fact WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()
        })
    }
}

pub(crate) fn write_run(db: &Connection, run: &RunChange) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO run (id, started_at, ended_at, summary) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        number::of_run(run.run),
        run.started_at.as_micros(),
        run.ended_at.map(Timestamp::as_micros),
        run.summary.to_string(),
    ])?;
    Ok(())
}

pub(crate) fn write_fact(db: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO fact (name, value) VALUES (?1, ?2)")?
        .execute([name, value])?;
    Ok(())
}
