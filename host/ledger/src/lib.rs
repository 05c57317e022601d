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
//!
//! What is easily confused:
//!
//! | this | is not |
//! |---|---|
//! | [`StoredRecord`]: one system's record as kept, in a link or not | [`treaty_model::Side`]: what the planner sees of it |
//! | [`StoredLink`]: a link with its records, loaded | [`LinkChange`]: a link alone, to be written |
//! | a record's *number*: the ledger's own, an `i64` | its remote id, which its system gave |
//! | *listing*: the number of a complete listing | *waiting*, *attention*: what identify and reconcile still have to look at |
//! | the journal, `journal.db` | SQLite's rollback journals, `*-journal` |
//!
//! ```
//! use treaty_ledger::{Commit, Ledger};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let state = folder.path();
//! let ledger = Ledger::open(state)?;
//! ledger.commit(&Commit {
//!     facts: vec![("mapper".into(), "sha256:…".into())],
//!     ..Commit::default()
//! })?;
//! assert_eq!(ledger.fact("mapper")?.as_deref(), Some("sha256:…"));
//! # Ok(())
//! # }
//! ```

mod asked;
mod backup;
mod commit;
mod error;
mod feed;
mod files;
mod forget;
mod history;
mod inbox;
mod intent;
mod journal;
mod json;
mod link;
mod load;
mod lock;
mod mark;
mod matching;
mod number;
mod packed;
mod presence;
mod problem;
mod question;
mod record;
mod recordings;
mod run;
mod schema;
mod search;
mod shape;
mod side_by_side;
mod tally;
mod trip;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::shape::ShapeBook;

pub use asked::{AskedBatch, Decided, ShadowBatch};
pub use commit::Commit;
pub use error::LedgerError;
pub use feed::{CursorChange, FeedState};
pub use files::{Interrupt, LedgerOptions};
pub use forget::Forgotten;
pub use history::KeptEntry;
pub use inbox::{LeftAnswer, LeftApproval};
pub use intent::{Intent, IntentAction, IntentChange, IntentContent};
pub use journal::{Content, Entry, EntryKind};
pub use link::{LinkChange, StoredLink};
pub use load::RecordHead;
pub use lock::StateLock;
pub use matching::{MatchHit, MatchKey, PreparedRecord, Whose};
pub use problem::RecordProblem;
pub use question::{AnswerGiven, QuestionChange, QuestionState, StoredQuestion, Subject};
pub use record::{RecordKey, StoredRecord};
pub use recordings::{Fit, KeptBatch, KeptDecision, KeptSetup, KeptShadow, Recordings, Said};
pub use run::{KeptRun, RunChange, Totals};
pub use search::Holder;
pub use shape::EntityShape;
pub use trip::{StoredTrip, TripChange, TripState};

/// An open ledger with its journal. Holds the state folder's lock: one process
/// works on a treaty at a time, and readers open their own.
#[derive(Debug)]
pub struct Ledger {
    desk: Mutex<Desk>,
    path: PathBuf,
    _lock: Option<StateLock>,
}

/// What one caller at a time works with.
#[derive(Debug)]
struct Desk {
    connection: Connection,
    book: ShapeBook,
}

impl Ledger {
    /// Opens the ledger in a state folder for work, makes it where there is
    /// none, and brings older versions up to date.
    pub fn open(state: &Path) -> Result<Self, LedgerError> {
        Self::open_with(state, &LedgerOptions::default())
    }

    /// As [`Self::open`], with other options.
    pub fn open_with(state: &Path, options: &LedgerOptions) -> Result<Self, LedgerError> {
        std::fs::create_dir_all(state).map_err(|error| LedgerError::Folder {
            path: state.to_owned(),
            message: error.to_string(),
        })?;
        let lock = StateLock::take(state)?;
        let connection = files::open(state, options)?;
        Ok(Self::new(state, connection, Some(lock)))
    }

    /// Opens the ledger for questions only (status, explain) while another
    /// process may be working. Fails where there is none yet.
    pub fn open_to_read(state: &Path) -> Result<Self, LedgerError> {
        Self::open_to_read_with(state, &LedgerOptions::default())
    }

    /// As [`Self::open_to_read`], with other options.
    pub fn open_to_read_with(state: &Path, options: &LedgerOptions) -> Result<Self, LedgerError> {
        let connection = files::open_to_read(state, options)?;
        Ok(Self::new(state, connection, None))
    }

    fn new(state: &Path, connection: Connection, lock: Option<StateLock>) -> Self {
        Self {
            desk: Mutex::new(Desk {
                connection,
                book: ShapeBook::default(),
            }),
            path: state.to_owned(),
            _lock: lock,
        }
    }

    /// The state folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // A panic cannot leave a half-made transaction behind: it was rolled
        // back when its guard was dropped, and the book forgets it here.
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.book.recover();
        desk
    }

    /// Runs a read of things that have no shape.
    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        self.read_shaped(|db, _| read(db))
    }

    /// Runs a read of rows. All its statements see the same moment, and lock
    /// the files once instead of once each, which takes longer than most of
    /// them.
    fn read_shaped<T>(
        &self,
        read: impl FnOnce(&Connection, &mut ShapeBook) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let mut desk = self.desk();
        let desk = &mut *desk;
        let result = desk.connection.transaction().and_then(|transaction| {
            let found = read(&transaction, &mut desk.book)?;
            transaction.commit()?;
            Ok(found)
        });
        result.map_err(|error| LedgerError::from_sqlite(&self.path, &error))
    }

    /// Makes values of what a read found, after its transaction.
    fn understand<K: Send, T: Send>(
        &self,
        kept: Vec<K>,
        read: impl Fn(K) -> rusqlite::Result<T> + Sync + Send,
    ) -> Result<Vec<T>, LedgerError> {
        let values: rusqlite::Result<_> = side_by_side::each(kept, read).into_iter().collect();
        values.map_err(|error| LedgerError::from_sqlite(&self.path, &error))
    }
}
