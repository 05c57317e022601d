//! What can go wrong with the files, each with what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the ledger could not be opened, read or written. Whatever was to be
/// committed has not been.
///
/// A path is that of the file where one file is at fault, or else that of the
/// state folder.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The state folder cannot be made or used.
    #[error("cannot use the state folder {}: {message}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// There is no ledger yet.
    #[error("there is no ledger in {} yet", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// One of the two files is there without the other.
    #[error("{} is missing or empty, but {} is there, and one is no use without the other",
        missing.display(), other.display())]
    Parted {
        /// The file that is missing.
        missing: PathBuf,
        /// The one that is there.
        other: PathBuf,
    },
    /// Another process works on this treaty.
    #[error("another process works on this treaty ({holder})")]
    Held {
        /// Who, as far as it left word.
        holder: String,
    },
    /// A file is damaged.
    #[error("{} is damaged: {message}", path.display())]
    Damaged {
        /// The file, or the folder.
        path: PathBuf,
        /// What SQLite says.
        message: String,
    },
    /// A file was made by another program.
    #[error("{} was made by another program", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A file was written by a newer version.
    #[error("{} was written by a newer version of Treaty (format {found}, this one knows {known})",
        path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// The files are locked by somebody for too long.
    #[error("the ledger in {} is locked by another program", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The files cannot be opened or written.
    #[error("the ledger in {} cannot be opened or written: {message}", path.display())]
    ReadOnly {
        /// The folder.
        path: PathBuf,
        /// What SQLite says.
        message: String,
    },
    /// The disk is full.
    #[error("the disk is full, so the ledger in {} cannot be written", path.display())]
    Full {
        /// The folder.
        path: PathBuf,
    },
    /// A file is no journal.
    #[error("{} is no journal: {message}", path.display())]
    NoJournal {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// Anything else.
    #[error("the ledger in {} failed: {message}", path.display())]
    Failed {
        /// The folder.
        path: PathBuf,
        /// What SQLite says.
        message: String,
    },
}

impl LedgerError {
    /// What to do, as a sentence fragment.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "check that the folder exists and may be written",
            Self::Missing { .. } => "run `treaty sync` first",
            Self::Parted { .. } => {
                "nothing was written; put both files back from the same backup, or move the other \
                 one away too and let `treaty plan` meet all records again"
            }
            Self::Held { .. } => "wait for it, or end it; both are safe",
            Self::Damaged { .. } => {
                "nothing was written; put a backup of the state folder back, or move it away and \
                 let `treaty plan` meet all records again"
            }
            Self::Foreign { .. } => {
                "nothing was written; move the file away, or name another `state` folder in \
                 treaty.toml"
            }
            Self::Newer { .. } => "use the newer `treaty`, or a backup from before it",
            Self::Locked { .. } => "close the program that has the file open and try again",
            Self::ReadOnly { .. } => {
                "make the state folder and both files in it readable and writable"
            }
            Self::Full { .. } => "free some space and run `treaty sync` again; nothing is lost",
            Self::NoJournal { .. } => "name the journal.db of a treaty's state folder, or a copy",
            Self::Failed { .. } => "nothing was written; run the command again",
        }
    }

    pub(crate) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let message = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, message }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly { path, message }
            }
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(_) => Self::Failed { path, message },
            None => Self::from_content(path, error),
        }
    }

    /// We read back what we wrote, with types: what does not fit was not
    /// written by us.
    fn from_content(path: PathBuf, error: &rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let message = match error {
            E::FromSqlConversionFailure(.., source) => source.to_string(),
            E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..)
            | E::QueryReturnedNoRows => error.to_string(),
            _ => {
                let message = error.to_string();
                return Self::Failed { path, message };
            }
        };
        Self::Damaged { path, message }
    }
}
