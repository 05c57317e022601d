//! One process works on a treaty at a time.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::LedgerError;

const LOCK: &str = "lock";

/// Held while a process works on a treaty. The system takes it back when the
/// process ends, however it ends.
#[derive(Debug)]
pub struct StateLock {
    file: File,
}

impl StateLock {
    /// Takes the lock of a state folder.
    ///
    /// # Errors
    /// [`LedgerError::Held`] where another process works there.
    pub fn take(state: &Path) -> Result<Self, LedgerError> {
        let failed = |error: io::Error| LedgerError::Folder {
            path: state.to_owned(),
            message: error.to_string(),
        };
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(state.join(LOCK)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LedgerError::Held {
                    holder: holder(&mut file),
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        sign(&mut file).map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for StateLock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that is just being
        // started has it open too.
        let _ = self.file.unlock();
    }
}

/// Leaves word who holds the lock.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("process {}\n", std::process::id()).as_bytes())
}

/// Who holds the lock. Only a courtesy: it may not have left word yet.
fn holder(file: &mut File) -> String {
    let mut holder = String::new();
    match file.read_to_string(&mut holder) {
        Ok(1..) => holder.trim().to_owned(),
        _ => "its number is not known".to_owned(),
    }
}
