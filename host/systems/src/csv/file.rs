//! Files on disk: which one a source is, whether it changed, and reading it.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use treaty_model::{Clock, Digest};

use crate::csv::Shared;
use crate::csv::table::{Table, content};
use crate::{Source, SystemError};

/// A file whose time is younger than this may change again without its time or
/// size showing it: file systems keep times coarsely.
const SETTLED_MICROS: i64 = 2_000_000;

/// How often a file is read again that changes while it is read.
const READS_MAX: usize = 3;

/// What a look at the folder says about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stat {
    /// Its size.
    pub(super) size_bytes: u64,
    /// When it was last modified.
    pub(super) modified_micros: i64,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The source that it was read for.
    source: Source,
    /// Where it stands.
    pub(super) path: PathBuf,
    /// What the folder said when it was read.
    pub(super) stat: Stat,
    /// The digest of its bytes.
    pub(super) digest: Digest,
    /// What it holds.
    pub(super) table: Table,
}

impl Stat {
    /// What the folder says now.
    pub(super) fn of(path: &Path) -> Result<Self, SystemError> {
        let metadata = fs::metadata(path).map_err(|error| failed("read", path, &error))?;
        Ok(Self::from_metadata(&metadata))
    }

    fn from_metadata(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|modified| {
            let since = modified.duration_since(UNIX_EPOCH).ok()?;
            i64::try_from(since.as_micros()).ok()
        });
        Self {
            size_bytes: metadata.len(),
            modified_micros: modified.unwrap_or_default(),
        }
    }

    /// Whether an equal stat later means an equal file.
    pub(super) fn is_settled(&self, clock: &dyn Clock) -> bool {
        clock.now().as_micros() - self.modified_micros > SETTLED_MICROS
    }
}

impl Shared {
    /// The file of a source.
    pub(super) fn path(&self, source: &Source) -> Result<PathBuf, SystemError> {
        let name = &source.name;
        let plain = !name.is_empty() && !name.contains(['/', '\\', '\0']) && !name.starts_with('.');
        for file in [name.clone(), format!("{name}.csv")] {
            let path = self.folder.join(file);
            if plain && path.is_file() {
                // A link is followed, so that replacing the file keeps it.
                return path
                    .canonicalize()
                    .map_err(|error| failed("read", &path, &error));
            }
        }
        let known = self.file_names()?;
        let known = if known.is_empty() {
            "no files".to_owned()
        } else {
            known.join(", ")
        };
        Err(SystemError::Schema {
            source_name: name.clone(),
            message: format!(
                "there is no such file in {}; there is: {known}",
                self.folder.display()
            ),
        })
    }

    /// The files of the folder, sorted, without hidden ones.
    pub(super) fn file_names(&self) -> Result<Vec<String>, SystemError> {
        let fail = |error: io::Error| failed("list", &self.folder, &error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name();
            if let Some(name) = name.to_str()
                && !name.starts_with('.')
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// A source's file as it stands now, from the last reading where it has not
    /// changed since.
    pub(super) fn read(&self, source: &Source) -> Result<Arc<Loaded>, SystemError> {
        let path = self.path(source)?;
        let last = {
            let readings = self.readings.lock().expect("no reader panics");
            readings.get(&path).cloned()
        };
        let last = last.filter(|last| last.source == *source);
        if let Some(last) = &last
            && last.stat == Stat::of(&path)?
            && last.stat.is_settled(&*self.clock)
        {
            return Ok(Arc::clone(last));
        }
        let (stat, bytes) = read_whole(&path)?;
        let digest = Digest::of(&bytes);
        let loaded = match last {
            Some(last) if last.digest == digest && last.stat == stat => last,
            _ => Arc::new(self.load(source, &path, stat, digest, &bytes)?),
        };
        let mut readings = self.readings.lock().expect("no reader panics");
        readings.insert(path, Arc::clone(&loaded));
        Ok(loaded)
    }

    fn load(
        &self,
        source: &Source,
        path: &Path,
        stat: Stat,
        digest: Digest,
        bytes: &[u8],
    ) -> Result<Loaded, SystemError> {
        let dialect = &self.options.dialect;
        let (text, encoding, mark) = dialect
            .decode(bytes)
            .map_err(|message| content(path, message))?;
        let dialect = dialect.detect(&text, encoding, mark);
        Ok(Loaded {
            source: source.clone(),
            path: path.to_owned(),
            stat,
            digest,
            table: Table::build(path, source, self.options.empty, dialect, text)?,
        })
    }
}

/// A file's bytes, read while it did not change.
pub(super) fn read_whole(path: &Path) -> Result<(Stat, Vec<u8>), SystemError> {
    for _ in 0..READS_MAX {
        let before = Stat::of(path)?;
        let bytes = fs::read(path).map_err(|error| failed("read", path, &error))?;
        let after = Stat::of(path)?;
        if before == after && after.size_bytes == bytes.len() as u64 {
            return Ok((after, bytes));
        }
    }
    Err(SystemError::Busy {
        system: path.display().to_string(),
        message: "somebody is writing the file; it is read in the next pass".to_owned(),
    })
}

/// The error of something that was done to a file.
pub(super) fn failed(what: &str, path: &Path, error: &io::Error) -> SystemError {
    let place = path.display().to_string();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => SystemError::Forbidden {
            what: format!("{what} {place}"),
            message: error.to_string(),
        },
        ErrorKind::NotFound => SystemError::Unreachable {
            system: place,
            message: "the file or its folder is not there".to_owned(),
        },
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => SystemError::Failed {
            system: place,
            message: "a file stands where Treaty keeps a folder of its own; move it away"
                .to_owned(),
        },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => SystemError::Failed {
            system: place,
            message: "the disk is full; the file is as it was".to_owned(),
        },
        _ => SystemError::Failed {
            system: place,
            message: format!("cannot {what} it: {error}"),
        },
    }
}
