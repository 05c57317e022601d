//! Packs come into a treaty folder, are changed for others there, and go.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use semver::Version;
use treaty_folder::{Known, Problem, Problems, packs_asked, read_with};

use super::lock::{FOLDER, LOCK_FILE, Pinned, path_of, read_lock, write_lock};
use super::{Shelf, verified};
use crate::settings::{is_pack_name, name_and_version};
use crate::{Pack, PackLimits, open, save};

/// Puts packs into a treaty folder and pins the treaty to them; each comes with the
/// place that problems name. The whole treaty is read with them before a file is
/// copied or anything is pinned.
///
/// # Errors
/// A pack that is not asked for, not signed by a trusted key, of another version
/// than is asked for, or that does not fit the treaty.
pub fn install(
    root: &Path,
    packs: &[(PathBuf, Pack)],
    known: &Known,
) -> Result<Vec<Pinned>, Problems> {
    let asked = packs_asked(root)?;
    let mut lock = read_lock(root)?;
    let mut given = Vec::new();
    for (file, pack) in packs {
        let settings = pack.settings();
        let pinned = Pinned {
            name: settings.name.clone(),
            version: settings.version.clone(),
            digest: pack.digest().to_string(),
            key: verified(pack, file, &asked)?,
        };
        lock.retain(|other| other.name != pinned.name);
        lock.push(pinned.clone());
        given.push(pinned);
    }
    lock.sort_by(|one, other| one.name.cmp(&other.name));
    let fresh: Vec<_> = packs.iter().map(|(_, pack)| pack.clone()).collect();
    let shelf = Shelf {
        root,
        asked: &asked,
        lock: &lock,
        fresh: &fresh,
    };
    let (parts, used) = shelf.parts_in_use()?;
    if let Some(other) = given.iter().find(|pinned| !used.contains(&pinned.name)) {
        let name = &other.name;
        let message = format!("the treaty does not use the pack {name}");
        let hint = format!("name it in treaty.toml: [packs.use.{name}]");
        return Err(Problem::of_file("treaty.toml", message).hint(hint).into());
    }
    read_with(root, known, parts)?;
    // What nothing uses any more is not pinned any more.
    lock.retain(|pinned| used.contains(&pinned.name));
    for pack in &fresh {
        store(root, pack)?;
    }
    write_lock(root, &lock)
        .map_err(|error| Problem::of_file(LOCK_FILE, format!("cannot be written: {error}")))?;
    Ok(given)
}

/// Pins the treaty to another version of a pack that lies in its folder.
///
/// # Errors
/// A version that is not there, and what [`install`] refuses.
pub fn switch(root: &Path, to: &PackVersion, known: &Known) -> Result<Pinned, Problems> {
    let pinned = install(root, &[installed_pack(root, to)?], known)?;
    Ok(pinned.into_iter().next().expect("one pack was given"))
}

/// Takes the file of a pack out of a treaty folder.
///
/// # Errors
/// A version that is not there, or is in use.
pub fn remove(root: &Path, what: &PackVersion) -> Result<PathBuf, Problems> {
    let path = installed(root, what)?;
    let lock = read_lock(root)?;
    let mut pinned = lock.iter();
    if pinned.any(|pinned| pinned.name == what.name && pinned.version == what.version) {
        let message = "is the pack that treaty.lock pins";
        let hint = "use another version first: treaty pack use <name>@<version>";
        return Err(Problem::of_file(path, message).hint(hint).into());
    }
    fs::remove_file(root.join(&path))
        .map_err(|error| Problem::of_file(&path, format!("cannot be removed: {error}")))?;
    Ok(path)
}

/// One version of a pack: `b2b-base@2.1.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackVersion {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

impl fmt::Display for PackVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl FromStr for PackVersion {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = name_and_version(text).map(|(name, version)| Self { name, version });
        found.ok_or("a pack and its version, as in b2b-base@2.1.0")
    }
}

/// Opens a pack that lies in a treaty folder, whoever signed it.
///
/// # Errors
/// A version that is not there, or a file that is another pack.
pub fn installed_pack(root: &Path, what: &PackVersion) -> Result<(PathBuf, Pack), Problem> {
    let path = installed(root, what)?;
    let pack = open(&root.join(&path), &PackLimits::default())
        .map_err(|error| Problem::of_file(&path, error.to_string()).hint(error.hint()))?;
    let settings = pack.settings();
    if settings.name != what.name || settings.version != what.version {
        let message = format!("is the pack {} {}", settings.name, settings.version);
        let hint = "remove the file, and install the pack again";
        return Err(Problem::of_file(path, message).hint(hint));
    }
    Ok((path, pack))
}

/// The versions of packs whose files lie in a treaty folder, by name and version.
pub fn versions_in(root: &Path) -> Vec<PackVersion> {
    let entries = fs::read_dir(root.join(FOLDER)).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<_> = names.filter_map(|file| version_of(&file)).collect();
    found.sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
    found
}

/// What a file is the pack of. A version begins with a digit and has dots, a name
/// has none.
fn version_of(file: &str) -> Option<PackVersion> {
    let stem = file.strip_suffix(".treaty-pack")?;
    let mut hyphens = stem.match_indices('-');
    hyphens.find_map(|(at, _)| {
        let name = stem[..at].to_owned();
        let version = Version::parse(&stem[at + 1..]).ok()?;
        is_pack_name(&name).then_some(PackVersion { name, version })
    })
}

/// The file of a pack, below the treaty folder.
fn installed(root: &Path, what: &PackVersion) -> Result<PathBuf, Problem> {
    let path = path_of(&what.name, &what.version);
    if root.join(&path).is_file() {
        return Ok(path);
    }
    let there = versions_in(root).into_iter();
    let there = there.filter(|there| there.name == what.name);
    let there: Vec<_> = there.map(|there| there.to_string()).collect();
    let hint = match there.is_empty() {
        true => "treaty pack install <file>".to_owned(),
        false => format!("these are there: {}", there.join(", ")),
    };
    Err(Problem::of_file(path, "is not installed").hint(hint))
}

/// Keeps a pack among those of the treaty. Another one under its name and version
/// is never written over.
fn store(root: &Path, pack: &Pack) -> Result<(), Problem> {
    let settings = pack.settings();
    let path = path_of(&settings.name, &settings.version);
    let target = root.join(&path);
    if target.exists() {
        let there = open(&target, &PackLimits::default());
        if there.is_ok_and(|there| there.digest() == pack.digest()) {
            return Ok(());
        }
        let message = "is another pack under the same name and version";
        return Err(Problem::of_file(path, message).hint("remove the file, or build a new version"));
    }
    let cannot = |error: &dyn std::fmt::Display| {
        Problem::of_file(&path, format!("cannot be written: {error}"))
    };
    fs::create_dir_all(root.join(FOLDER)).map_err(|error| cannot(&error))?;
    save(pack, &target).map_err(|error| cannot(&error))
}
