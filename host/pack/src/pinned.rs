//! The packs of a treaty folder: what the lock file pins, verified each time and
//! read from the files that were verified.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use semver::{Version, VersionReq};
use treaty_folder::{
    Component as RuleComponent, Document, Known, PackAsked, PackParts, PackSheet, PackedComponent,
    PackedRule, PacksAsked, Problem, Problems, Profile, TreatyFolder, packs_asked, read_with,
};

use crate::settings::is_pack_name;
use crate::{Component, Pack, PackLimits, PackProfile, PublicKey, open, save, verify};

/// The file that pins packs, at the top of the treaty folder.
const LOCK_FILE: &str = "treaty.lock";
/// The folder of installed packs.
const FOLDER: &str = "packs";

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

/// Reads a treaty with its packs: the one way into a treaty folder.
///
/// # Errors
/// Every problem of the treaty, or the first of its packs.
pub fn read_treaty(root: &Path, known: &Known) -> Result<TreatyFolder, Problems> {
    let asked = packs_asked(root)?;
    let pinned = read_lock(root)?;
    let parts = parts_in_use(root, &asked, &pinned)?;
    read_with(root, known, parts)
}

/// Puts a pack that lies in a file into a treaty folder and pins the treaty to it.
/// The treaty is read with it before anything is pinned.
///
/// # Errors
/// A pack that is not asked for, not signed by a trusted key, of another version
/// than is asked for, or that does not fit the treaty.
pub fn install(root: &Path, file: &Path, known: &Known) -> Result<Pinned, Problems> {
    let asked = packs_asked(root)?;
    let pack = open(file, &PackLimits::default())
        .map_err(|error| Problem::of_file(file, error.to_string()).hint(error.hint()))?;
    let key = verified(&pack, file, &asked)?;
    let settings = pack.settings();
    let Some(used) = asked
        .uses
        .iter()
        .find(|used| used.name.value == settings.name)
    else {
        let message = format!("the treaty does not use the pack {}", settings.name);
        let hint = format!("name it in treaty.toml: [packs.use.{}]", settings.name);
        return Err(Problem::of_file("treaty.toml", message).hint(hint).into());
    };
    check_version(used, &settings.version)?;
    refuse_overlay(&pack)?;
    let pinned = Pinned {
        name: settings.name.clone(),
        version: settings.version.clone(),
        digest: pack.digest().to_string(),
        key,
    };
    let mut lock = read_lock(root)?;
    lock.retain(|other| other.name != pinned.name);
    lock.push(pinned.clone());
    lock.sort_by(|one, other| one.name.cmp(&other.name));
    store(root, &pack, &pinned)?;
    // Packs that are asked for as well may be installed next.
    if asked
        .uses
        .iter()
        .all(|used| lock.iter().any(|pin| pin.name == used.name.value))
    {
        read_with(root, known, parts_in_use(root, &asked, &lock)?)?;
    }
    write_lock(root, &lock)
        .map_err(|error| Problem::of_file(LOCK_FILE, format!("cannot be written: {error}")))?;
    Ok(pinned)
}

/// Keeps a pack among those of the treaty. Another one under its name and version
/// is never written over.
fn store(root: &Path, pack: &Pack, pinned: &Pinned) -> Result<(), Problem> {
    let path = path_of(pinned);
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

/// What the packs of a treaty bring along.
fn parts_in_use(
    root: &Path,
    asked: &PacksAsked,
    lock: &[Pinned],
) -> Result<Vec<PackParts>, Problems> {
    let mut parts = Vec::new();
    for used in &asked.uses {
        let name = &used.name.value;
        let Some(pinned) = lock.iter().find(|pinned| pinned.name == *name) else {
            let message = format!("the pack {name} is not installed");
            let hint = "treaty pack install <file>";
            return Err(Problem::at(&used.name.place, message).hint(hint).into());
        };
        check_version(used, &pinned.version)?;
        parts.push(parts_of(&pinned_pack(root, asked, pinned)?)?);
    }
    let names: BTreeSet<_> = asked.uses.iter().map(|used| &used.name.value).collect();
    if let Some(other) = lock.iter().find(|pinned| !names.contains(&pinned.name)) {
        let message = format!(
            "pins the pack {}, which the treaty does not use",
            other.name
        );
        let hint = format!(
            "name it in treaty.toml, [packs.use.{}], or take it out here",
            other.name
        );
        return Err(Problem::of_file(LOCK_FILE, message).hint(hint).into());
    }
    Ok(parts)
}

/// Opens what is pinned, and believes neither the file nor the lock.
fn pinned_pack(root: &Path, asked: &PacksAsked, pinned: &Pinned) -> Result<Pack, Problem> {
    let path = path_of(pinned);
    let pack = open(&root.join(&path), &PackLimits::default()).map_err(|error| {
        let hint = "install the pack again: treaty pack install <file>";
        Problem::of_file(&path, error.to_string()).hint(hint)
    })?;
    let settings = pack.settings();
    let is_pinned = pack.digest().to_string() == pinned.digest
        && settings.name == pinned.name
        && settings.version == pinned.version;
    if !is_pinned {
        let message = format!("is not the pack that treaty.lock pins: {}", pinned.digest);
        let hint = "install the pack again: treaty pack install <file>";
        return Err(Problem::of_file(path, message).hint(hint));
    }
    verified(&pack, &path, asked)?;
    refuse_overlay(&pack)?;
    Ok(pack)
}

/// The number of the trusted key that signed a pack.
fn verified(pack: &Pack, file: &Path, asked: &PacksAsked) -> Result<String, Problem> {
    let mut keys = Vec::new();
    for key in &asked.keys {
        let read = key
            .value
            .parse::<PublicKey>()
            .map_err(|error| Problem::at(&key.place, error.to_string()).hint(error.hint()))?;
        keys.push(read);
    }
    let hint = "trust its key in treaty.toml, [packs] keys, or install a pack by a trusted one";
    let key = verify(pack, &keys)
        .map_err(|error| Problem::of_file(file, error.to_string()).hint(hint))?;
    Ok(key.to_string())
}

fn check_version(used: &PackAsked, version: &Version) -> Result<(), Problem> {
    let wanted = &used.version;
    let fits = VersionReq::parse(&wanted.value).map_err(|_| {
        let message = format!("{:?} is no requirement of a version", wanted.value);
        Problem::at(&wanted.place, message).hint("as in 2, or =2.1.0")
    })?;
    if fits.matches(version) {
        return Ok(());
    }
    let name = &used.name.value;
    let message = format!(
        "the pack {name} {version} does not fit version {:?}",
        wanted.value
    );
    let hint = "install a version that fits: treaty pack install <file>";
    Err(Problem::at(&wanted.place, message).hint(hint))
}

/// What a pack that changes another one means is not built yet.
fn refuse_overlay(pack: &Pack) -> Result<(), Problem> {
    let Some(extends) = &pack.settings().extends else {
        return Ok(());
    };
    let name = &pack.settings().name;
    let message = format!("the pack {name} changes {extends}, which cannot be installed yet");
    Err(Problem::of_file("pack.toml", message).hint("build a pack without extends"))
}

/// What a pack brings along, as the treaty's room takes it.
fn parts_of(pack: &Pack) -> Result<PackParts, Problem> {
    let settings = pack.settings();
    let label = PathBuf::from(format!("{}@{}", settings.name, settings.version));
    let bytes = |path: &str| {
        pack.file(path)
            .map(|file| file.bytes.clone())
            .unwrap_or_default()
    };
    let sheets = settings.tables.iter().map(|(entity, path)| {
        let sheet = PackSheet {
            file: label.join(path.as_str()),
            bytes: bytes(path.as_str()),
        };
        (entity.clone(), vec![sheet])
    });
    let rules = settings.rules.iter().map(|(name, rule)| {
        let component = match &rule.component {
            Component::Shipped(shipped) => RuleComponent::Shipped(shipped.clone()),
            Component::File(path) => RuleComponent::Packed(PackedComponent {
                name: label.join(path.as_str()).display().to_string(),
                bytes: Arc::from(bytes(path.as_str())),
            }),
        };
        let profile = match rule.profile {
            PackProfile::Contract => Profile::Contract,
            PackProfile::InertWasi => Profile::InertWasi,
        };
        let rule = PackedRule {
            component,
            profile,
            configuration: rule.configuration.clone(),
            limits: settings.budget.clone(),
        };
        (name.clone(), rule)
    });
    let mut cases = Vec::new();
    for path in &settings.cases {
        let shown = label.join(path.as_str());
        let text = String::from_utf8(bytes(path.as_str()))
            .map_err(|_| Problem::of_file(&shown, "is not UTF-8"))?;
        cases.push((shown, text));
    }
    Ok(PackParts {
        name: settings.name.clone(),
        version: settings.version.to_string(),
        digests: vec![pack.digest()],
        sheets: sheets.collect(),
        rules: rules.collect(),
        cases,
    })
}

/// Where a pinned pack lies, below the treaty folder. Name and version are such
/// that nothing leads out of it.
fn path_of(pinned: &Pinned) -> PathBuf {
    Path::new(FOLDER).join(format!("{}-{}.treaty-pack", pinned.name, pinned.version))
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
fn write_lock(root: &Path, lock: &[Pinned]) -> std::io::Result<()> {
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
