//! Treaty's own tables in a user's database, and the triggers that keep the log.
//!
//! | table | what it holds |
//! |---|---|
//! | `treaty_changes` | the log: source, key, whether the row was put or deleted, our intent, when |
//! | `treaty_feeds` | for each source the number of its log, and how far it was pruned |
//! | `treaty_mark` | the intent that our own transaction is carrying out; empty outside of it |
//! | `treaty_intents` | which intents were carried out, on which record, and what they left there |
//!
//! The triggers run in other people's programs, with other people's SQLite, so
//! they are plain: no JSON, no functions of ours. The key is kept as a list of
//! SQL literals, which `quote()` writes.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::sqlite::schema::{Table, literal, quote};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS treaty_changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    op TEXT NOT NULL,
    intent TEXT,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS treaty_changes_by_source ON treaty_changes (source, seq);
CREATE TABLE IF NOT EXISTS treaty_feeds (
    source TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    pruned INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS treaty_mark (intent TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS treaty_intents (
    intent TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    record TEXT NOT NULL,
    wrote TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS treaty_intents_by_time ON treaty_intents (at);
";

/// How many of Treaty's own tables there are.
const TABLES_COUNT: i64 = 4;

/// Makes Treaty's own tables where they are not there.
pub(super) fn create_tables(connection: &Connection) -> rusqlite::Result<()> {
    let there: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN
             ('treaty_changes', 'treaty_feeds', 'treaty_mark', 'treaty_intents')",
        )?
        .query_row([], |row| row.get(0))?;
    if there == TABLES_COUNT {
        return Ok(());
    }
    connection.execute_batch(TABLES)
}

/// Whether there is a table of Treaty's own.
pub(super) fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1")?
        .exists([name])
}

/// The log of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Log {
    /// Its number.
    pub(super) epoch: i64,
    /// The last entry that was pruned.
    pub(super) pruned: i64,
}

/// The log of a table; none where it is not kept, or not as it should be.
pub(super) fn log(connection: &Connection, table: &Table) -> rusqlite::Result<Option<Log>> {
    if !has_table(connection, "treaty_feeds")? || !has_table(connection, "treaty_changes")? {
        return Ok(None);
    }
    for (name, sql) in triggers(table) {
        let found: Option<String> = connection
            .prepare_cached(
                "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?1
                 AND tbl_name = ?2",
            )?
            .query_row([&name, &table.name], |row| row.get(0))
            .optional()?;
        if found.as_ref() != Some(&sql) {
            return Ok(None);
        }
    }
    connection
        .prepare_cached("SELECT epoch, pruned FROM treaty_feeds WHERE source = ?1")?
        .query_row([&table.name], |row| {
            Ok(Log {
                epoch: row.get(0)?,
                pruned: row.get(1)?,
            })
        })
        .optional()
}

/// Begins a log for a table: triggers, and a number that no earlier log had.
/// Within the caller's transaction.
pub(super) fn begin_log(
    connection: &Connection,
    table: &Table,
    now_micros: i64,
) -> rusqlite::Result<Log> {
    create_tables(connection)?;
    let stale: Vec<String> = connection
        .prepare(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1
             AND name LIKE 'treaty\\_%' ESCAPE '\\'",
        )?
        .query_map([&table.name], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for name in stale {
        connection.execute_batch(&format!("DROP TRIGGER {}", quote(&name)))?;
    }
    for (_, sql) in triggers(table) {
        connection.execute_batch(&sql)?;
    }
    let earlier: Option<i64> = connection
        .query_row(
            "SELECT epoch FROM treaty_feeds WHERE source = ?1",
            [&table.name],
            |row| row.get(0),
        )
        .optional()?;
    let epoch = earlier.map_or(now_micros, |earlier| now_micros.max(earlier + 1));
    let pruned = last_entry(connection)?;
    connection.execute(
        "INSERT OR REPLACE INTO treaty_feeds (source, epoch, pruned) VALUES (?1, ?2, ?3)",
        params![table.name, epoch, pruned],
    )?;
    Ok(Log { epoch, pruned })
}

/// The last entry that any log of the database had.
pub(super) fn last_entry(connection: &Connection) -> rusqlite::Result<i64> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'treaty_changes'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// The triggers of a table: name and text, exactly as the schema keeps it.
fn triggers(table: &Table) -> Vec<(String, String)> {
    let old = key_text(table, "OLD.");
    let new = key_text(table, "NEW.");
    let entry = |key: &str, op: &str, only: &str| {
        format!(
            "INSERT INTO treaty_changes (source, key, op, intent, at) SELECT {}, {key}, '{op}', \
             (SELECT intent FROM treaty_mark), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'){only};",
            literal(&table.name)
        )
    };
    let moved = format!(" WHERE {old} <> {new}");
    let events = [
        ("insert", entry(&new, "put", "")),
        (
            "update",
            format!(
                "{} {}",
                entry(&old, "delete", &moved),
                entry(&new, "put", "")
            ),
        ),
        ("delete", entry(&old, "delete", "")),
    ];
    let trigger = |(event, body): (&str, String)| {
        let name = format!("treaty_{event}_{}", table.name);
        let sql = format!(
            "CREATE TRIGGER {} AFTER {} ON {} BEGIN {body} END",
            quote(&name),
            event.to_uppercase(),
            quote(&table.name)
        );
        (name, sql)
    };
    events.into_iter().map(trigger).collect()
}

fn key_text(table: &Table, row: &str) -> String {
    let parts = table.key_names(row).into_iter();
    let parts = parts.map(|name| format!("quote(CAST({name} AS TEXT))"));
    parts.collect::<Vec<_>>().join(" || ',' || ")
}

/// The parts of a key in the log: SQL literals with commas between them.
pub(super) fn key_parts(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.strip_prefix('\'')?;
        let mut part = String::new();
        loop {
            let end = rest.find('\'')?;
            part.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            let Some(more) = rest.strip_prefix('\'') else {
                break;
            };
            part.push('\'');
            rest = more;
        }
        parts.push(part);
        if rest.is_empty() {
            return Some(parts);
        }
        rest = rest.strip_prefix(',')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_the_log() {
        let check = |text, expected: Option<&[&str]>| {
            let expected =
                expected.map(|parts| parts.iter().map(|&part| part.to_owned()).collect());
            assert_eq!(key_parts(text), expected, "{text}");
        };
        check("'7'", Some(&["7"]));
        check("'O''Hara','',''''", Some(&["O'Hara", "", "'"]));
        check("NULL", None);
        check("'7", None);
    }
}
