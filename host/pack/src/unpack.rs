//! Makes the folder of a pack again: whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::Pack;

/// Why a pack is not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// Something is there already.
    #[error("{} is there already", .folder.display())]
    Taken {
        /// The folder.
        folder: PathBuf,
    },
    /// Something cannot be written.
    #[error("{} cannot be written: {source}", .file.display())]
    Write {
        /// The file or folder.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl UnpackError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "name a folder that is not there yet; nothing is written over",
            Self::Write { .. } => "name a folder below one that you may write to",
        }
    }
}

/// Unpacks a pack into a folder that is not there yet.
///
/// Everything is written beside it first; a folder of that name is there only
/// once it is whole.
///
/// # Errors
/// A folder that is there, or a disk that refuses.
pub fn unpack(pack: &Pack, folder: &Path) -> Result<(), UnpackError> {
    let cannot = |file: &Path| {
        let file = file.to_owned();
        |source| UnpackError::Write { file, source }
    };
    // Also a link that leads nowhere is there.
    if fs::symlink_metadata(folder).is_ok() {
        let folder = folder.to_owned();
        return Err(UnpackError::Taken { folder });
    }
    let above = folder.parent().filter(|above| *above != Path::new(""));
    let above = above.unwrap_or(Path::new("."));
    let beside = tempfile::Builder::new()
        .prefix(".treaty-pack-")
        .tempdir_in(above)
        .map_err(cannot(above))?;
    let whole = beside.path().join("pack");
    fs::create_dir(&whole).map_err(cannot(folder))?;
    for file in pack.files() {
        let path = file.path.below(&whole);
        let parent = path.parent().expect("it is below the folder");
        fs::create_dir_all(parent).map_err(cannot(&file.path.below(folder)))?;
        write_new(&path, &file.bytes).map_err(cannot(&file.path.below(folder)))?;
    }
    fs::rename(&whole, folder).map_err(cannot(folder))
}

/// Writes a file that is not there: two names that this file system takes for
/// one do not become one file.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
