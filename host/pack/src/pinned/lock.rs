//! `treaty.lock`: which packs a treaty is pinned to.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use semver::Version;
use treaty_folder::{Document, Problem, Problems};

use crate::settings::is_pack_name;

/// The file, at the top of the treaty folder.
pub(super) const LOCK_FILE: &str = "treaty.lock";
/// The folder of installed packs.
pub(super) const FOLDER: &str = "packs";

/// One pack that a treaty is pinned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its digest, as it is written.
    pub digest: String,
    /// The number of the key that signed it.
    pub key: String,
}

impl Pinned {
    /// Whether its file lies in the treaty folder, whatever is in it.
    pub fn is_there(&self, root: &Path) -> bool {
        root.join(path_of(&self.name, &self.version)).is_file()
    }
}

/// The packs that the lock file of a treaty pins; none where there is no such file.
///
/// # Errors
/// Every problem of the file.
pub fn read_lock(root: &Path) -> Result<Vec<Pinned>, Problems> {
    let text = match fs::read_to_string(root.join(LOCK_FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            let problem = Problem::of_file(LOCK_FILE, format!("cannot be read: {error}"));
            return Err(problem.into());
        }
    };
    let document = Document::parse(LOCK_FILE, &text)?;
    let root = document.section();
    let mut lock: Vec<Pinned> = Vec::new();
    for section in root.list_below("pack") {
        let place = section.place.clone();
        let wanted = ["name", "version", "digest", "key"].map(|key| section.required_text(key));
        section.finish();
        let [Some(name), Some(version), Some(digest), Some(key)] = wanted else {
            continue;
        };
        let parsed = Version::parse(&version.value)
            .ok()
            .filter(|_| is_pack_name(&name.value));
        match parsed {
            Some(version) if lock.iter().all(|other| other.name != name.value) => {
                lock.push(Pinned {
                    name: name.value,
                    version,
                    digest: digest.value,
                    key: key.value,
                });
            }
            _ => {
                let message = format!("{:?} {:?} pins no pack", name.value, version.value);
                let hint = "treaty pack install <file> writes this file; remove what stands here";
                document.report(Problem::at(&place, message).hint(hint));
            }
        }
    }
    root.finish();
    let problems = document.take_problems();
    match problems.is_empty() {
        true => Ok(lock),
        false => Err(Problems(problems)),
    }
}

/// Writes the lock file, whole or not at all.
pub(super) fn write_lock(root: &Path, lock: &[Pinned]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(root)?;
    writeln!(
        file,
        "# Written by treaty pack install: the packs of this treaty."
    )?;
    for pinned in lock {
        let Pinned {
            name,
            version,
            digest,
            key,
        } = pinned;
        // None of these holds a sign that TOML would want escaped.
        writeln!(
            file,
            "\n[[pack]]\nname = \"{name}\"\nversion = \"{version}\"\ndigest = \"{digest}\"\nkey = \"{key}\""
        )?;
    }
    file.as_file().sync_all()?;
    crate::build::open_to_readers(file.as_file())?;
    file.persist(root.join(LOCK_FILE))
        .map_err(|error| error.error)?;
    Ok(())
}

/// Where a pinned pack lies, below the treaty folder. Name and version are such
/// that nothing leads out of it.
pub(super) fn path_of(name: &str, version: &Version) -> PathBuf {
    Path::new(FOLDER).join(format!("{name}-{version}.treaty-pack"))
}
