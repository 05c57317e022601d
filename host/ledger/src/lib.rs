//! The durable memory of a treaty, and the only writer of it.
//!
//! Two SQLite files in the treaty's state folder: the *ledger* (records, links,
//! base, observed, settled, cursors, intents, questions) and the *journal* (an
//! append-only account of every conflict, verdict, write, delete and fault).
//! Anyone can open them with SQLite's own shell: values are JSON text.
//!
//! The interface is batch-shaped: load what a batch needs, then [`Ledger::commit`]
//! everything that it did as one [`Commit`], in one transaction over both files.
//! A killed process leaves either all of a commit or nothing of it.
//!
//! The ledger decides nothing and calls nobody. It reads no clock: whoever
//! commits says what time it is.

mod commit;
mod error;
mod intent;
mod journal;
mod load;
mod lock;
mod matching;
mod question;
mod record;
mod schema;
mod shape;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use rusqlite::Connection;

use crate::shape::ShapeBook;

pub use commit::{Commit, CursorChange, LinkChange, RunChange};
pub use error::LedgerError;
pub use intent::{Intent, IntentAction, IntentChange, IntentContent};
pub use journal::{Entry, EntryKind};
pub use load::{FeedState, RecordHead, Totals};
pub use lock::StateLock;
pub use matching::{MatchHit, MatchKey, PreparedRecord};
pub use question::{AnswerGiven, QuestionChange, QuestionState, StoredQuestion, Subject};
pub use record::{RecordKey, StoredLink, StoredRecord};
pub use shape::EntityShape;

/// An open ledger with its journal. Holds the state folder's lock: one process
/// works on a treaty at a time, and readers open their own.
#[derive(Debug)]
pub struct Ledger {
    connection: Mutex<Connection>,
    book: Mutex<ShapeBook>,
    path: PathBuf,
    _lock: Option<StateLock>,
}

impl Ledger {
    /// Opens the ledger in a state folder for work, makes it where there is
    /// none, and brings older versions up to date.
    pub fn open(state: &Path) -> Result<Self, LedgerError> {
        std::fs::create_dir_all(state).map_err(|source| LedgerError::Folder {
            path: state.to_owned(),
            source,
        })?;
        let lock = StateLock::take(state)?;
        let connection = schema::open(state)?;
        Ok(Self {
            connection: Mutex::new(connection),
            book: Mutex::default(),
            path: state.to_owned(),
            _lock: Some(lock),
        })
    }

    /// Opens the ledger for questions only (status, explain) while another
    /// process may be working. Fails where there is none yet.
    pub fn open_to_read(state: &Path) -> Result<Self, LedgerError> {
        let connection = schema::open_to_read(state)?;
        Ok(Self {
            connection: Mutex::new(connection),
            book: Mutex::default(),
            path: state.to_owned(),
            _lock: None,
        })
    }

    /// The state folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere cannot leave a half-made transaction behind: it was
        // rolled back when its guard was dropped.
        self.connection
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn book(&self) -> MutexGuard<'_, ShapeBook> {
        self.book
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Runs a read, and says what went wrong in words.
    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, LedgerError> {
        read(&self.connection()).map_err(|error| LedgerError::from_sqlite(&self.path, error))
    }
}
