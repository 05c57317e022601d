//! The formats of the files, and how older ones become newer ones.
//!
//! Each file keeps the number of its format in SQLite's `user_version`. A
//! released migration is never edited. To add format 2 of a file:
//!
//! 1. Add `migrations/ledger-2.sql` (or `journal-2.sql`), which turns format 1
//!    into format 2. Names carry their file: `main.` or `journal.`.
//! 2. Append it to the list below. If only one file changes, only its list
//!    grows: the two count for themselves.
//! 3. Run `KEEP_FORMAT=1 cargo test -p treaty-ledger the_newest_format`, which keeps a
//!    sample of the new format under `tests/formats/`, and commit that. The
//!    samples of the older formats stay as they are, and are read for ever.
//! 4. Say in the commit what an older `treaty` does with the new files: it
//!    refuses them ([`LedgerError::Newer`]).

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::LedgerError;
use crate::files::StateFile;

/// Says in the files' headers that they are ours: "Trty".
const APPLICATION_ID: i64 = 0x5472_7479;

const LEDGER: &[&str] = &[include_str!("../migrations/ledger-1.sql")];
const JOURNAL: &[&str] = &[include_str!("../migrations/journal-1.sql")];

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Nothing yet.
    Nothing,
    /// This format of ours.
    Format(usize),
}

fn migrations(file: StateFile) -> &'static [&'static str] {
    match file {
        StateFile::Ledger => LEDGER,
        StateFile::Journal => JOURNAL,
    }
}

/// Looks at a file that is open, before anything is done with it.
pub(crate) fn inspect(
    connection: &Connection,
    path: &Path,
    file: StateFile,
) -> Result<Holds, LedgerError> {
    let schema = file.schema();
    let number = |sql: String| -> Result<i64, LedgerError> {
        let found = connection.query_row(&sql, [], |row| row.get(0));
        found.map_err(|error| LedgerError::from_sqlite(path, &error))
    };
    let tables = number(format!("SELECT count(*) FROM {schema}.sqlite_schema"))?;
    let id = number(format!("PRAGMA {schema}.application_id"))?;
    let found = number(format!("PRAGMA {schema}.user_version"))?;
    if (tables, id, found) == (0, 0, 0) {
        return Ok(Holds::Nothing);
    }
    if id != APPLICATION_ID {
        return Err(LedgerError::Foreign {
            path: path.to_owned(),
        });
    }
    let known = migrations(file).len();
    match usize::try_from(found) {
        Ok(format) if (1..=known).contains(&format) => Ok(Holds::Format(format)),
        Ok(format) if format > known => Err(LedgerError::Newer {
            path: path.to_owned(),
            found,
            known: i64::try_from(known).unwrap_or(i64::MAX),
        }),
        _ => Err(LedgerError::Damaged {
            path: path.to_owned(),
            message: format!("format {found} never was"),
        }),
    }
}

/// Brings both files to the newest format, in one transaction: a process that
/// is killed meanwhile leaves both as they were.
pub(crate) fn migrate(
    connection: &mut Connection,
    holds: [(StateFile, Holds); 2],
) -> rusqlite::Result<()> {
    let missing = |(file, holds): (StateFile, Holds)| {
        let done = match holds {
            Holds::Nothing => 0,
            Holds::Format(format) => format,
        };
        (file, &migrations(file)[done..])
    };
    let missing = holds.map(missing);
    if missing.iter().all(|(_, migrations)| migrations.is_empty()) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (file, missing) in missing {
        for migration in missing {
            transaction.execute_batch(migration)?;
        }
        let schema = file.schema();
        let newest = migrations(file).len();
        transaction.execute_batch(&format!(
            "PRAGMA {schema}.application_id = {APPLICATION_ID};
             PRAGMA {schema}.user_version = {newest};"
        ))?;
    }
    transaction.commit()
}
