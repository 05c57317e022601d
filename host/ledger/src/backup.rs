//! A copy of both files as of one moment, made beside a process that works.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::files::StateFile;
use crate::{Ledger, LedgerError};

const FILES: [StateFile; 2] = [StateFile::Ledger, StateFile::Journal];

impl Ledger {
    /// Copies both files into a folder that holds neither. A process that works
    /// waits with its next commit until the copy is made.
    pub fn back_up(&self, folder: &Path) -> Result<(), LedgerError> {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        for file in FILES {
            let there = file.path(folder);
            if there.exists() {
                let message = "there is a backup already; name another folder".to_owned();
                return Err(LedgerError::Folder {
                    path: there,
                    message,
                });
            }
        }
        // While both are read, nobody can commit. They are opened before and
        // closed after: closing a file gives up this process's locks on it.
        let opened: io::Result<Vec<File>> = FILES
            .iter()
            .map(|file| File::open(file.path(self.path())))
            .collect();
        let opened = opened.map_err(|error| failed(self.path(), &error))?;
        let copied = self.read(|db| {
            for file in FILES {
                let sql = format!("SELECT count(*) FROM {}.sqlite_schema", file.schema());
                db.query_row(&sql, [], |row| row.get::<_, i64>(0))?;
            }
            Ok(copy(&opened, folder))
        })?;
        copied.map_err(|error| {
            // Half a backup is none.
            for file in FILES {
                let _ = fs::remove_file(file.path(folder));
            }
            failed(folder, &error)
        })
    }

    /// Puts a backup in the place of the files in a state folder, and what stood
    /// there into a folder beside them, whose name is given back. Nobody may be at
    /// work: the caller holds the folder's lock.
    pub fn restore(
        state: &Path,
        backup: &Path,
        aside: &str,
        _lock: &crate::StateLock,
    ) -> Result<PathBuf, LedgerError> {
        // It is only put there if it can be read.
        Self::open_to_read(backup)?;
        let aside = state.join(aside);
        fs::create_dir_all(&aside).map_err(|error| failed(&aside, &error))?;
        for file in FILES {
            let (from, to) = (file.path(state), file.path(&aside));
            match fs::rename(&from, &to) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(failed(&from, &error));
                }
                _ => {}
            }
        }
        for file in FILES {
            let (from, to) = (file.path(backup), file.path(state));
            fs::copy(&from, &to).map_err(|error| failed(&to, &error))?;
            let copied = File::open(&to).and_then(|copied| copied.sync_all());
            copied.map_err(|error| failed(&to, &error))?;
        }
        File::open(state)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| failed(state, &error))?;
        Ok(aside)
    }
}

fn copy(opened: &[File], folder: &Path) -> io::Result<()> {
    for (mut from, file) in opened.iter().zip(FILES) {
        let mut to = File::create(file.path(folder))?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()?;
    }
    File::open(folder)?.sync_all()
}

fn failed(path: &Path, error: &io::Error) -> LedgerError {
    LedgerError::Folder {
        path: path.to_owned(),
        message: error.to_string(),
    }
}
