//! Builds a pack: the folder in, one file out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use treaty_folder::{Problem, Problems};
use treaty_model::Digest;

use crate::claims::{Claims, claims, split};
use crate::settings::{self, PACK_FILE, Read};
use crate::{Pack, PackFile, PackLimits, PackPath, Refusal, archive, read_archive};

/// Why a folder does not become a pack.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Something is wrong with the folder.
    #[error("{0}")]
    Folder(Problems),
    /// What it would become is larger than a pack may be.
    #[error("the pack of {} would be refused: {refusal}", .folder.display())]
    Refused {
        /// The folder.
        folder: PathBuf,
        /// Why.
        refusal: Refusal,
    },
    /// The file cannot be written.
    #[error("{} cannot be written", .file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl BuildError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Folder(_) => "mend the folder and build it again: treaty pack build",
            Self::Refused { refusal, .. } => refusal.hint(),
            Self::Write { .. } => "name a file in a folder that you may write to",
        }
    }
}

/// Builds the pack of a folder into a file, which is there whole or not at all,
/// and returns the digest of its manifest.
///
/// # Errors
/// Every problem of the folder; or the file cannot be written.
pub fn build(folder: &Path, out: &Path, limits: &PackLimits) -> Result<Digest, BuildError> {
    let pack = read_folder(folder, limits)?;
    save(&pack, out)?;
    Ok(pack.digest())
}

/// Writes a pack into a file, which is there whole or not at all: what was
/// pulled, for instance.
///
/// # Errors
/// The file cannot be written.
pub fn save(pack: &Pack, out: &Path) -> Result<(), BuildError> {
    write(pack, out).map_err(|source| BuildError::Write {
        file: out.to_owned(),
        source,
    })
}

/// Writes the archive of a pack, whole or not at all.
pub(crate) fn write(pack: &Pack, out: &Path) -> io::Result<()> {
    let folder = out.parent().filter(|folder| *folder != Path::new(""));
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    archive::write(pack, &mut file)?;
    file.flush()?;
    file.as_file().sync_all()?;
    open_to_readers(file.as_file())?;
    file.persist(out).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file is closed to everybody else; a pack holds no secret.
#[cfg(unix)]
pub(crate) fn open_to_readers(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(crate) fn open_to_readers(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// Reads the folder of a pack.
///
/// # Errors
/// Every problem of the folder; or that it is too large to be opened again.
pub fn read_folder(folder: &Path, limits: &PackLimits) -> Result<Pack, BuildError> {
    let files = gather(folder, limits).map_err(BuildError::Folder)?;
    let pack = Pack::of(files.settings, files.found);
    let mut bytes = Vec::new();
    archive::write(&pack, &mut bytes).map_err(|source| BuildError::Write {
        file: folder.to_owned(),
        source,
    })?;
    // Whoever gets it has to be able to open it.
    match read_archive(&bytes, limits) {
        Ok(_) => Ok(pack),
        Err(refusal) => Err(BuildError::Refused {
            folder: folder.to_owned(),
            refusal,
        }),
    }
}

struct Gathered {
    settings: settings::PackSettings,
    found: Vec<PackFile>,
}

fn gather(folder: &Path, limits: &PackLimits) -> Result<Gathered, Problems> {
    let own: PackPath = PACK_FILE.parse().expect("it is a name");
    let bytes = read_file(folder, &own, limits.settings_bytes_max).map_err(|problem| {
        problem.hint("a pack is a folder with a pack.toml in it, saved as UTF-8")
    })?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Problem::of_file(PACK_FILE, "is not saved as UTF-8"))?;
    let read = settings::read(text)?;
    let there = there(folder, &read, limits)?;
    let Claims { settings, files } = claims(read, &there)?;
    let mut problems = Vec::new();
    if files.len() > limits.files_max {
        let message = format!("{} files are more than {}", files.len(), limits.files_max);
        return Err(Problem::of_file(PACK_FILE, message).into());
    }
    let mut found = BTreeMap::from([(own, bytes)]);
    let mut total = 0;
    for (path, kind) in &files {
        if !found.contains_key(path) {
            match read_file(folder, path, limits.file_bytes_max) {
                Ok(bytes) => found.insert(path.clone(), bytes),
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
        }
        let bytes = &found[path];
        total += bytes.len() as u64;
        if let Some(refused) = kind.refuses(bytes) {
            problems.push(Problem::of_file(path.as_str(), refused));
        }
        if total > limits.pack_bytes_max {
            let message = format!("the files have more than {} bytes", limits.pack_bytes_max);
            return Err(Problem::of_file(PACK_FILE, message).into());
        }
    }
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let found = files.into_iter().map(|(path, kind)| PackFile {
        bytes: found.remove(&path).expect("it was read"),
        path,
        kind,
    });
    let found = found.collect();
    Ok(Gathered { settings, found })
}

/// Reads a file, which has to be below the folder also where links lead.
fn read_file(folder: &Path, path: &PackPath, bytes_max: u64) -> Result<Vec<u8>, Problem> {
    let problem = |message: String| Problem::of_file(path.as_str(), message);
    let unreadable = |error: io::Error| problem(format!("cannot be read: {error}"));
    let whole = path.below(folder);
    let root = folder.canonicalize().map_err(unreadable)?;
    let real = whole.canonicalize().map_err(unreadable)?;
    if !real.starts_with(root) {
        return Err(problem("is a link out of the folder".to_owned())
            .hint("a pack holds what it consists of: put a copy in its place"));
    }
    let about = fs::metadata(&real).map_err(unreadable)?;
    if !about.is_file() {
        return Err(problem("is no file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(&real).map_err(unreadable)?;
    let mut some = file.take(bytes_max + 1);
    if about.len() <= bytes_max {
        some.read_to_end(&mut bytes).map_err(unreadable)?;
    }
    if about.len() > bytes_max || bytes.len() as u64 > bytes_max {
        return Err(problem(format!("has more than {bytes_max} bytes")));
    }
    Ok(bytes)
}

/// The files that `pack.toml` can mean: those that it names, and what is in the
/// folders of its cases.
fn there(folder: &Path, read: &Read, limits: &PackLimits) -> Result<BTreeSet<PackPath>, Problem> {
    let mut there = BTreeSet::new();
    for spot in &read.places {
        if spot.value.below(folder).is_file() {
            there.insert(spot.value.clone());
        }
    }
    for pattern in &read.case_patterns {
        let named = pattern.value.trim_end_matches('/');
        let (above, _) = split(named);
        let whole = named.parse::<PackPath>().ok();
        match whole.map(|path| (path.below(folder), path)) {
            Some((place, path)) if place.is_file() => {
                there.insert(path);
            }
            Some((place, path)) if place.is_dir() => {
                walk(&place, path.as_str(), limits.files_max, &mut there)?;
            }
            // With a `*` in it, it is no name itself.
            _ => match above.parse::<PackPath>() {
                Ok(path) => walk(
                    &path.below(folder),
                    path.as_str(),
                    limits.files_max,
                    &mut there,
                )?,
                Err(_) if above.is_empty() => files_of(folder, "", &mut there)?,
                Err(problem) => {
                    return Err(settings::outside(&pattern.place, problem.to_string()));
                }
            },
        }
    }
    Ok(there)
}

/// Finds the files in a folder and below it. Links to folders are not followed,
/// and what cannot be named in a pack is passed over.
fn walk(
    place: &Path,
    name: &str,
    files_max: usize,
    found: &mut BTreeSet<PackPath>,
) -> Result<(), Problem> {
    files_of(place, name, found)?;
    if found.len() > files_max {
        let message = format!("has more than {files_max} files");
        return Err(Problem::of_file(name, message));
    }
    for (name, place) in entries(place, name)? {
        if place.is_dir() && !place.is_symlink() {
            walk(&place, &name, files_max, found)?;
        }
    }
    Ok(())
}

fn files_of(place: &Path, name: &str, found: &mut BTreeSet<PackPath>) -> Result<(), Problem> {
    for (name, place) in entries(place, name)? {
        if place.is_file() {
            found.extend(name.parse::<PackPath>());
        }
    }
    Ok(())
}

/// What is in a folder, with names as a pack has them.
fn entries(place: &Path, name: &str) -> Result<Vec<(String, PathBuf)>, Problem> {
    let entries = match fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Problem::of_file(name, format!("cannot be read: {error}")));
        }
    };
    let entries = entries.flatten().filter_map(|entry| {
        let last = entry.file_name().into_string().ok()?;
        let whole = match name {
            "" => last,
            name => format!("{name}/{last}"),
        };
        whole.parse::<PackPath>().ok()?;
        Some((whole, entry.path()))
    });
    Ok(entries.collect())
}
