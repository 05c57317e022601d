//! Replacing a file in one step: whoever reads it sees the old one or the new
//! one, also after a power cut.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::Path;

use crate::SystemError;
use crate::csv::file::failed;

/// What became of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    /// It is done and durable.
    Done,
    /// The file is no longer as it was read; nothing was done.
    Overtaken,
    /// The new file stands there, but may not survive a power cut.
    Unsure(String),
}

/// Writes a file beside `path` and renames it over it, if `unchanged` still says
/// so right before.
///
/// # Errors
/// What the disk or the file system says. The file at `path` is as it was.
pub(super) fn replace(
    path: &Path,
    bytes: &[u8],
    unchanged: impl FnOnce() -> Result<bool, SystemError>,
) -> Result<Replaced, SystemError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let fail = |error: io::Error| failed("write", path, &error);
    // A file that is write-protected is not replaced, though its folder would
    // allow it.
    let old = match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(fail(io::ErrorKind::PermissionDenied.into()));
        }
        Ok(metadata) => Some(metadata),
        Err(_) => None,
    };
    let mut temporary = tempfile::Builder::new()
        .prefix(".treaty-")
        .tempfile_in(folder)
        .map_err(fail)?;
    temporary.write_all(bytes).map_err(fail)?;
    if let Some(old) = &old {
        keep_rights(temporary.as_file(), old).map_err(fail)?;
    } else {
        readable(temporary.as_file()).map_err(fail)?;
    }
    temporary.as_file().sync_all().map_err(fail)?;
    if !unchanged()? {
        return Ok(Replaced::Overtaken);
    }
    temporary.persist(path).map_err(|error| fail(error.error))?;
    Ok(match sync_folder(folder) {
        Ok(()) => Replaced::Done,
        Err(error) => Replaced::Unsure(format!("{} was not made durable: {error}", path.display())),
    })
}

/// Owner, group and permissions of the old file.
fn keep_rights(new: &File, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let own = new.metadata()?;
        if (own.uid(), own.gid()) != (old.uid(), old.gid())
            && let Err(error) = fchown(new, Some(old.uid()), Some(old.gid()))
        {
            // Only the administrator gives files away. The people who could
            // write the file still can where its permissions say so.
            tracing::warn!(%error, "the owner of a csv file changes with its replacement");
        }
    }
    new.set_permissions(old.permissions())
}

/// A temporary file is private; one that stays is as readable as others.
fn readable(new: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        new.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = new;
    Ok(())
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // Other systems cannot open a folder, and make a rename durable themselves.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
