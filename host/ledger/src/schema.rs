//! The tables, and how older files become newer ones.
//!
//! Migrations are numbered by SQLite's `user_version` and never edited once
//! released. The journal is attached as `journal`. Both files use a rollback
//! journal: with it, SQLite commits a transaction over two files as one, also
//! when the process is killed in between, which its write-ahead log does not.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::LedgerError;

/// Says in the files' headers that they are ours: "Trty".
const APPLICATION_ID: i64 = 0x5472_7479;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const LEDGER: &str = "ledger.db";
const JOURNAL: &str = "journal.db";

const LEDGER_MIGRATIONS: &[&str] = &[include_str!("../migrations/ledger-1.sql")];
const JOURNAL_MIGRATIONS: &[&str] = &[include_str!("../migrations/journal-1.sql")];

pub(crate) fn open(state: &Path) -> Result<Connection, LedgerError> {
    let explain = |error| LedgerError::from_sqlite(state, error);
    let mut connection = Connection::open(state.join(LEDGER)).map_err(explain)?;
    prepare(&connection, state).map_err(explain)?;
    connection
        .execute_batch("PRAGMA journal_mode = TRUNCATE; PRAGMA journal.journal_mode = TRUNCATE;")
        .map_err(explain)?;
    migrate(&mut connection, state, "main", LEDGER_MIGRATIONS)?;
    migrate(&mut connection, state, "journal", JOURNAL_MIGRATIONS)?;
    Ok(connection)
}

pub(crate) fn open_to_read(state: &Path) -> Result<Connection, LedgerError> {
    if !state.join(LEDGER).exists() {
        return Err(LedgerError::Missing {
            path: state.to_owned(),
        });
    }
    let explain = |error| LedgerError::from_sqlite(state, error);
    // Reading a file whose writer was killed may have to roll it back first,
    // so it is opened for writing, and nothing is written.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(state.join(LEDGER), flags).map_err(explain)?;
    prepare(&connection, state).map_err(explain)?;
    check_version(&connection, state, "main", LEDGER_MIGRATIONS.len())?;
    check_version(&connection, state, "journal", JOURNAL_MIGRATIONS.len())?;
    connection
        .execute_batch("PRAGMA query_only = ON;")
        .map_err(explain)?;
    Ok(connection)
}

fn prepare(connection: &Connection, state: &Path) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    let journal = state.join(JOURNAL);
    connection.execute("ATTACH DATABASE ?1 AS journal", [journal.to_string_lossy()])?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA journal.synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY;",
    )
}

fn version(connection: &Connection, file: &str) -> rusqlite::Result<i64> {
    connection.query_row(&format!("PRAGMA {file}.user_version"), [], |row| row.get(0))
}

fn check_version(
    connection: &Connection,
    state: &Path,
    file: &str,
    known: usize,
) -> Result<i64, LedgerError> {
    let explain = |error| LedgerError::from_sqlite(state, error);
    let found = version(connection, file).map_err(explain)?;
    let known = i64::try_from(known).unwrap_or(i64::MAX);
    if found > known {
        return Err(LedgerError::Newer {
            path: state.to_owned(),
            found,
            known,
        });
    }
    let id: i64 = connection
        .query_row(&format!("PRAGMA {file}.application_id"), [], |row| {
            row.get(0)
        })
        .map_err(explain)?;
    if found > 0 && id != APPLICATION_ID {
        let message = "the file belongs to another program".to_owned();
        return Err(LedgerError::Damaged {
            path: state.to_owned(),
            message,
        });
    }
    Ok(found)
}

fn migrate(
    connection: &mut Connection,
    state: &Path,
    file: &str,
    migrations: &[&str],
) -> Result<(), LedgerError> {
    let explain = |error| LedgerError::from_sqlite(state, error);
    let found = check_version(connection, state, file, migrations.len())?;
    let done = usize::try_from(found).unwrap_or(0);
    for (index, migration) in migrations.iter().enumerate().skip(done) {
        let transaction = connection.transaction().map_err(explain)?;
        transaction.execute_batch(migration).map_err(explain)?;
        transaction
            .execute_batch(&format!(
                "PRAGMA {file}.application_id = {APPLICATION_ID}; PRAGMA {file}.user_version = {};",
                index + 1
            ))
            .map_err(explain)?;
        transaction.commit().map_err(explain)?;
    }
    Ok(())
}
