//! The two files, opened as one database.
//!
//! The journal is attached to the ledger as `journal`. A transaction over both
//! is one only under three conditions, and opening makes sure of them: the
//! first file is a named one, both keep a rollback journal on disk (not in
//! memory, and not a write-ahead log), and neither is opened with less than
//! full synchronisation. SQLite then ties the two rollback journals together
//! with a third file, and deleting that is the moment of the commit. See
//! <https://sqlite.org/atomiccommit.html>, section 5, and `tests/kill.rs`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::LedgerError;
use crate::schema::{self, Holds};

/// Is asked at every step of SQLite's machine whether the files fail there: for
/// tests that play what a machine does.
#[derive(Clone)]
pub struct Interrupt(pub Arc<dyn Fn() -> bool + Send + Sync>);

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupt")
    }
}

/// How the files are opened.
#[derive(Clone, Debug)]
pub struct LedgerOptions {
    /// How long to wait while another program holds a file's lock.
    pub wait: Duration,
    /// How many pages of 4 KiB each file may have; none: as many as fit.
    pub pages_max: Option<u32>,
    /// How much of the ledger is kept in memory, in KiB.
    pub cache_kib: u32,
    /// Whether something may fail the files at any step.
    pub interrupt: Option<Interrupt>,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(10),
            pages_max: None,
            cache_kib: 32_000,
            interrupt: None,
        }
    }
}

/// One of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateFile {
    Ledger,
    Journal,
}

impl StateFile {
    pub(crate) fn path(self, state: &Path) -> PathBuf {
        state.join(match self {
            Self::Ledger => "ledger.db",
            Self::Journal => "journal.db",
        })
    }

    /// Its name in SQL.
    pub(crate) fn schema(self) -> &'static str {
        match self {
            Self::Ledger => "main",
            Self::Journal => "journal",
        }
    }
}

/// Opens the files for work, and makes them where there are none.
pub(crate) fn open(state: &Path, options: &LedgerOptions) -> Result<Connection, LedgerError> {
    use StateFile::{Journal, Ledger};
    // Before anything is opened: SQLite would make the one that is missing.
    for (file, other) in [(Ledger, Journal), (Journal, Ledger)] {
        let (missing, other) = (file.path(state), other.path(state));
        let other_length = other.metadata().map_or(0, |metadata| metadata.len());
        if !missing.exists() && other_length > 0 {
            return Err(LedgerError::Parted { missing, other });
        }
    }
    let (mut connection, holds) = connect(state, options, OpenFlags::SQLITE_OPEN_CREATE)?;
    keep_rollback_journals(&connection, state)?;
    let explain = |error| LedgerError::from_sqlite(state, &error);
    schema::migrate(&mut connection, holds).map_err(explain)?;
    sweep(&mut connection, state).map_err(explain)?;
    limit_pages(&connection, options).map_err(explain)?;
    Ok(connection)
}

/// Opens the files for reading. They must be there, in the newest format.
pub(crate) fn open_to_read(
    state: &Path,
    options: &LedgerOptions,
) -> Result<Connection, LedgerError> {
    use StateFile::{Journal, Ledger};
    let missing = || LedgerError::Missing {
        path: state.to_owned(),
    };
    for (file, other) in [(Ledger, Journal), (Journal, Ledger)] {
        let (path, other) = (file.path(state), other.path(state));
        match (path.exists(), other.exists()) {
            (true, _) => {}
            (false, true) => {
                return Err(LedgerError::Parted {
                    missing: path,
                    other,
                });
            }
            (false, false) => return Err(missing()),
        }
    }
    let (connection, holds) = connect(state, options, OpenFlags::empty())?;
    if holds.iter().any(|(_, holds)| *holds == Holds::Nothing) {
        return Err(missing());
    }
    connection
        .execute_batch("PRAGMA query_only = ON;")
        .map_err(|error| LedgerError::from_sqlite(state, &error))?;
    Ok(connection)
}

type Inspected = [(StateFile, Holds); 2];

fn connect(
    state: &Path,
    options: &LedgerOptions,
    create: OpenFlags,
) -> Result<(Connection, Inspected), LedgerError> {
    let ledger = StateFile::Ledger.path(state);
    let journal = StateFile::Journal.path(state);
    // Reading a file whose writer was killed may have to roll it back first,
    // so that readers open it for writing too.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let explain = |error| LedgerError::from_sqlite(state, &error);
    let mut connection = Connection::open_with_flags(&ledger, flags).map_err(explain)?;
    if let Some(Interrupt(fails)) = options.interrupt.clone() {
        connection
            .progress_handler(1, Some(move || fails()))
            .map_err(explain)?;
    }
    connection.busy_timeout(options.wait).map_err(explain)?;
    // Enough for every statement of this room, so that none is parsed twice.
    connection.set_prepared_statement_cache_capacity(128);
    // The ledger is looked at before the journal is attached, which reads both:
    // so that the right one is named.
    let ledger_holds = schema::inspect(&connection, &ledger, StateFile::Ledger)?;
    let Some(journal_text) = journal.to_str() else {
        return Err(LedgerError::Folder {
            path: state.to_owned(),
            message: "its name is not Unicode".to_owned(),
        });
    };
    connection
        .execute("ATTACH DATABASE ?1 AS journal", [journal_text])
        .map_err(|error| LedgerError::from_sqlite(&journal, &error))?;
    let journal_holds = schema::inspect(&connection, &journal, StateFile::Journal)?;
    let (missing, other) = match (ledger_holds, journal_holds) {
        (Holds::Nothing, Holds::Format(_)) => (ledger, journal),
        (Holds::Format(_), Holds::Nothing) => (journal, ledger),
        _ => {
            set_up(&connection, options).map_err(explain)?;
            let holds = [
                (StateFile::Ledger, ledger_holds),
                (StateFile::Journal, journal_holds),
            ];
            return Ok((connection, holds));
        }
    };
    Err(LedgerError::Parted { missing, other })
}

fn set_up(connection: &Connection, options: &LedgerOptions) -> rusqlite::Result<()> {
    // A statement beside a partial index would otherwise be planned again for
    // every value that is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&format!(
        "PRAGMA main.synchronous = FULL; PRAGMA journal.synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
         PRAGMA main.cache_size = -{};",
        options.cache_kib
    ))
}

/// Makes both files keep rollback journals, and checks that they do: a file
/// that somebody turned to a write-ahead log would commit for itself.
fn keep_rollback_journals(connection: &Connection, state: &Path) -> Result<(), LedgerError> {
    for file in [StateFile::Ledger, StateFile::Journal] {
        let path = file.path(state);
        let sql = format!("PRAGMA {}.journal_mode = TRUNCATE", file.schema());
        let mode: String = connection
            .query_row(&sql, [], |row| row.get(0))
            .map_err(|error| LedgerError::from_sqlite(&path, &error))?;
        if mode != "truncate" {
            let message = format!("it insists on journal mode {mode}");
            return Err(LedgerError::Failed { path, message });
        }
    }
    Ok(())
}

/// Takes away the files that tied rollback journals together in processes that
/// were killed before the tie held: nothing refers to them any more, and SQLite
/// leaves them for ever.
fn sweep(connection: &mut Connection, state: &Path) -> rusqlite::Result<()> {
    let ties: Vec<PathBuf> = std::fs::read_dir(state)
        .map(|files| {
            let paths = files.flatten().map(|file| file.path());
            paths.filter(|path| is_tie(path)).collect()
        })
        .unwrap_or_default();
    if ties.is_empty() {
        return Ok(());
    }
    // With both files locked, nobody is in the middle of a commit, and both
    // have been mended if that was needed.
    let lock = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for tie in ties {
        // One that stays does no harm.
        let _ = std::fs::remove_file(tie);
    }
    lock.rollback()
}

/// SQLite names them after the first file: `ledger.db-mj0BAC6F9CB`.
fn is_tie(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let digits = name.and_then(|name| name.strip_prefix("ledger.db-mj"));
    digits.is_some_and(|digits| {
        digits.len() == 9 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

fn limit_pages(connection: &Connection, options: &LedgerOptions) -> rusqlite::Result<()> {
    let Some(pages) = options.pages_max else {
        return Ok(());
    };
    connection.execute_batch(&format!(
        "PRAGMA main.max_page_count = {pages}; PRAGMA journal.max_page_count = {pages};"
    ))
}
