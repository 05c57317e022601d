//! Forgetting: a person's data goes from both files, the skeleton of what was
//! decided stays.
//!
//! Afterwards both files are written anew, because what was overwritten before is
//! still in their free pages. A backup holds it, and has to be dealt with by whoever
//! keeps it.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use treaty_model::{EntityName, LinkId, Timestamp};

use crate::asked::Span;
use crate::json::from_json;
use crate::record::StoredRecord;
use crate::tally::{Counted, Tally};
use crate::{Entry, Ledger, LedgerError, journal, number};

/// In place of what was forgotten.
pub(crate) const FORGOTTEN: &str = "{\"forgotten\":true}";

/// How much was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Forgotten {
    /// Records, with what matchers made of them.
    pub records: u64,
    /// Entries of the journal, which keep their time, kind, run and field.
    pub entries: u64,
    /// Questions, with their answers.
    pub questions: u64,
    /// Planned writes.
    pub intents: u64,
    /// What resolvers were asked and answered.
    pub decisions: u64,
}

/// What a change left behind in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Free {
    Nothing,
    /// Pages that still hold what was forgotten.
    Pages,
}

impl Ledger {
    /// Forgets what records held, and what was told of them and their link, and of
    /// those that went into it. The links' numbers stay, and `told` is added to the
    /// journal.
    pub fn forget(
        &self,
        entity: &EntityName,
        links: &[LinkId],
        records: &[StoredRecord],
        told: &Entry,
    ) -> Result<Forgotten, LedgerError> {
        self.write_anew(|db| {
            let forgotten = forget(db, entity, links, records)?;
            journal::append(db, told)?;
            Ok((forgotten, Free::Pages))
        })
    }

    /// Forgets what was told, asked and written before a time; the skeleton stays,
    /// and what is still open. Gives how many entries of the journal that were.
    pub fn forget_before(&self, time: Timestamp) -> Result<u64, LedgerError> {
        self.write_anew(|db| {
            let wanted = params![FORGOTTEN, time.as_micros()];
            let entries = past_the_triggers(db, |db| {
                let sql = "UPDATE journal.entry SET content = ?1, remote = NULL
                           WHERE at < ?2 AND content <> ?1";
                db.execute(sql, wanted)
            })?;
            let decisions = past_the_triggers(db, |db| forget_decisions_before(db, time))?;
            let questions = db.execute(
                "UPDATE question SET content = ?1, answer = NULL
                 WHERE opened_at < ?2 AND state NOT IN ('open', 'answered') AND content <> ?1",
                wanted,
            )?;
            let sql = "UPDATE run SET summary = ?1 WHERE ended_at < ?2 AND summary <> ?1";
            let runs = db.execute(sql, wanted)?;
            let intents = db.execute(
                "UPDATE intent SET own = NULL, expected = NULL
                 WHERE closed_at < ?1 AND (own IS NOT NULL OR expected IS NOT NULL)",
                [time.as_micros()],
            )?;
            let free = match entries + decisions + questions + runs + intents {
                0 => Free::Nothing,
                _ => Free::Pages,
            };
            Ok((entries as u64, free))
        })
    }

    /// Changes both files in one transaction, and then, where that left free pages,
    /// writes them anew, each by itself: what they say does not change any more.
    fn write_anew<T>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<(T, Free)>,
    ) -> Result<T, LedgerError> {
        let mut desk = self.desk();
        let connection = &mut desk.connection;
        let changed = connection.transaction().and_then(|transaction| {
            let changed = change(&transaction)?;
            transaction.commit()?;
            Ok(changed)
        });
        let anew = |(changed, free)| {
            if free == Free::Pages {
                connection.execute_batch("VACUUM main; VACUUM journal")?;
            }
            Ok(changed)
        };
        changed
            .and_then(anew)
            .map_err(|error| LedgerError::from_sqlite(self.path(), &error))
    }
}

fn forget(
    db: &Connection,
    entity: &EntityName,
    links: &[LinkId],
    records: &[StoredRecord],
) -> rusqlite::Result<Forgotten> {
    let mut forgotten = Forgotten::default();
    let mut tally = Tally::default();
    for record in records {
        let key = &record.key;
        forgotten.questions += forget_same(db, record.number)?;
        forgotten.entries += past_the_triggers(db, |db| {
            db.execute(
                "UPDATE journal.entry SET content = ?1, remote = NULL
                 WHERE entity = ?2 AND system = ?3 AND remote = ?4",
                params![
                    FORGOTTEN,
                    entity.as_str(),
                    key.system.as_str(),
                    key.remote.as_str()
                ],
            )
        })? as u64;
        shorten_summaries(db, key.remote.as_str())?;
        tally.moved(key, record.counted(), Counted::Nowhere);
        forgotten.records +=
            db.execute("DELETE FROM record WHERE id = ?1", [record.number])? as u64;
    }
    tally.write(db)?;
    for link in links {
        forget_link(db, entity, *link, &mut forgotten)?;
    }
    Ok(forgotten)
}

/// What was told, asked and written of a link, and its base.
fn forget_link(
    db: &Connection,
    entity: &EntityName,
    link: LinkId,
    forgotten: &mut Forgotten,
) -> rusqlite::Result<()> {
    let link = number::of_link(link);
    forgotten.entries += past_the_triggers(db, |db| {
        db.execute(
            "UPDATE journal.entry SET content = ?1, remote = NULL WHERE entity = ?2 AND link = ?3",
            params![FORGOTTEN, entity.as_str(), link],
        )
    })? as u64;
    forgotten.decisions += past_the_triggers(db, |db| forget_decisions(db, entity, link))? as u64;
    forgotten.questions += db.execute(
        "UPDATE question SET content = ?1, answer = NULL,
             state = CASE WHEN state IN ('open', 'answered') THEN 'superseded' ELSE state END
         WHERE entity = ?2 AND link = ?3",
        params![FORGOTTEN, entity.as_str(), link],
    )? as u64;
    forgotten.intents += db.execute(
        "UPDATE intent SET own = NULL, expected = NULL, remote = NULL
         WHERE entity = ?1 AND link = ?2",
        params![entity.as_str(), link],
    )? as u64;
    db.execute(
        "UPDATE link SET base = (SELECT json_group_array(json('[null,0,null]')) FROM json_each(base)),
             provenance = '[]', life = 'deleted', attention = 0
         WHERE id = ?1",
        [link],
    )?;
    Ok(())
}

/// What resolvers were asked and answered about a link. The batches that it was in
/// keep its place.
fn forget_decisions(db: &Connection, entity: &EntityName, link: i64) -> rusqlite::Result<usize> {
    let of_link = params![entity.as_str(), link];
    db.execute(
        "DELETE FROM journal.shadow_answer WHERE decision IN
             (SELECT id FROM journal.decision WHERE entity = ?1 AND link = ?2)",
        of_link,
    )?;
    db.execute(
        "UPDATE journal.decision SET input = ?3, answer = ?3, mark = NULL
         WHERE entity = ?1 AND link = ?2",
        params![entity.as_str(), link, FORGOTTEN],
    )
}

/// Takes away the batches from before a time, then the decisions from before it, and
/// then the setups that nothing refers to. Where a later batch has an older decision,
/// its place is kept.
fn forget_decisions_before(db: &Connection, time: Timestamp) -> rusqlite::Result<usize> {
    let before = [time.as_micros()];
    let newest: Option<i64> = db.query_row(
        "SELECT max(id) FROM journal.decision WHERE at < ?1",
        before,
        |row| row.get(0),
    )?;
    let mut gone = db.execute("DELETE FROM journal.asked WHERE at < ?1", before)?;
    gone += db.execute(
        "DELETE FROM journal.shadow WHERE asked NOT IN (SELECT id FROM journal.asked)",
        [],
    )?;
    db.execute(
        "DELETE FROM journal.shadow_answer WHERE shadow NOT IN (SELECT id FROM journal.shadow)
             OR decision IN (SELECT id FROM journal.decision WHERE at < ?1)",
        before,
    )?;
    if let Some(newest) = newest {
        let needed = numbers_asked_up_to(db, newest)?;
        let mut statement = db.prepare("SELECT id FROM journal.decision WHERE at < ?1")?;
        let old = statement.query_map(before, |row| row.get(0))?;
        for number in old.collect::<rusqlite::Result<Vec<i64>>>()? {
            let sql = match needed.contains(&number) {
                true => {
                    "UPDATE journal.decision SET input = ?2, answer = ?2, mark = NULL
                     WHERE id = ?1 AND mark IS NOT NULL"
                }
                false => "DELETE FROM journal.decision WHERE id = ?1 AND ?2 <> ''",
            };
            gone += db
                .prepare_cached(sql)?
                .execute(params![number, FORGOTTEN])?;
        }
    }
    gone += db.execute(
        "DELETE FROM journal.setup WHERE id NOT IN
             (SELECT setup FROM journal.asked UNION SELECT setup FROM journal.shadow)",
        [],
    )?;
    Ok(gone)
}

/// The numbers of decisions that batches name, up to one.
fn numbers_asked_up_to(db: &Connection, newest: i64) -> rusqlite::Result<BTreeSet<i64>> {
    let mut statement = db.prepare("SELECT decisions FROM journal.asked")?;
    let mut rows = statement.query([])?;
    let mut numbers = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let spans: Vec<Span> = from_json(row.get_ref(0)?.as_str()?)?;
        for (first, last) in spans.into_iter().map(Span::ends) {
            numbers.extend(first..=last.min(newest));
        }
    }
    Ok(numbers)
}

/// Questions whether a record is the same as another show both.
fn forget_same(db: &Connection, record: i64) -> rusqlite::Result<u64> {
    let changed = db.execute(
        "UPDATE question SET content = ?1, answer = NULL,
             state = CASE WHEN state IN ('open', 'answered') THEN 'superseded' ELSE state END
         WHERE json_extract(subject, '$.same[0]') = ?2
            OR json_extract(subject, '$.same[1]') = ?2",
        params![FORGOTTEN, record],
    )?;
    Ok(changed as u64)
}

/// Summaries of runs name records that something went wrong with.
fn shorten_summaries(db: &Connection, remote: &str) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE run SET summary = ?1 WHERE instr(summary, ?2) > 0",
        params![FORGOTTEN, remote],
    )?;
    Ok(())
}

/// Does to the journal what its triggers refuse to everybody else.
fn past_the_triggers<T>(
    db: &Connection,
    change: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let mut statement = db.prepare(
        "SELECT name, sql FROM journal.sqlite_schema WHERE type = 'trigger' ORDER BY name",
    )?;
    let triggers: rusqlite::Result<Vec<(String, String)>> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect();
    let triggers = triggers?;
    for (name, _) in &triggers {
        db.execute_batch(&format!("DROP TRIGGER journal.\"{name}\""))?;
    }
    let done = change(db)?;
    for (_, sql) in &triggers {
        // As it is kept it names no file.
        let sql = sql.replacen("CREATE TRIGGER ", "CREATE TRIGGER journal.", 1);
        db.execute_batch(&sql.replace("journal.journal.", "journal."))?;
    }
    Ok(done)
}
