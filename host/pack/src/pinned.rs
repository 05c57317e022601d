//! The packs of a treaty folder: what the lock file pins, verified each time and
//! read from the files that were verified.

use std::collections::BTreeSet;
use std::path::Path;

use semver::{Version, VersionReq};
use treaty_folder::{
    Known, PackAsked, PackParts, PacksAsked, Problem, Problems, TreatyFolder, packs_asked,
    read_with,
};

use crate::{Extends, Pack, PackLimits, PublicKey, open, verify};

mod install;
mod lock;
mod overlay;
mod stack;

pub use install::{PackVersion, install, installed_pack, remove, switch, versions_in};
pub use lock::{Pinned, read_lock};
pub use overlay::{Layer, effective};
pub use stack::{CannotStack, NoStack, stack};

use lock::{LOCK_FILE, path_of};

/// Reads a treaty with its packs: the one way into a treaty folder.
///
/// # Errors
/// Every problem of the treaty, or the first of its packs.
pub fn read_treaty(root: &Path, known: &Known) -> Result<TreatyFolder, Problems> {
    let asked = packs_asked(root)?;
    let lock = read_lock(root)?;
    let shelf = Shelf {
        root,
        asked: &asked,
        lock: &lock,
        fresh: &[],
    };
    let (parts, used) = shelf.parts_in_use()?;
    if let Some(other) = lock.iter().find(|pinned| !used.contains(&pinned.name)) {
        let name = &other.name;
        let message = format!("pins the pack {name}, which the treaty does not use");
        let hint = format!("name it in treaty.toml, [packs.use.{name}], or take it out here");
        return Err(Problem::of_file(LOCK_FILE, message).hint(hint).into());
    }
    read_with(root, known, parts)
}

/// Where packs are found: those that are about to be installed go before the files.
struct Shelf<'a> {
    root: &'a Path,
    asked: &'a PacksAsked,
    lock: &'a [Pinned],
    fresh: &'a [Pack],
}

impl Shelf<'_> {
    /// What the packs of the treaty bring along, and the names of all of them.
    fn parts_in_use(&self) -> Result<(Vec<PackParts>, BTreeSet<String>), Problem> {
        let mut stacks = Vec::new();
        for used in &self.asked.uses {
            stacks.push(self.stack_of(used)?);
        }
        let name = |pack: &Pack| pack.settings().name.clone();
        let below = stacks.iter().filter_map(|stack| stack.split_last());
        let below: BTreeSet<_> = below
            .flat_map(|(_, below)| below.iter().map(name))
            .collect();
        let names = stacks.iter().flatten().map(name).collect();
        // A pack that another one changes counts as that one has it.
        stacks.retain(|stack| stack.last().is_none_or(|top| !below.contains(&name(top))));
        let mut parts = Vec::new();
        for stack in &stacks {
            let layers: Vec<_> = stack.iter().map(Layer::of).collect();
            parts.push(effective(&layers)?);
        }
        Ok((parts, names))
    }

    /// A pack and those that it changes, the lowest first.
    fn stack_of(&self, used: &PackAsked) -> Result<Vec<Pack>, Problem> {
        let name = &used.name.value;
        let Some(pinned) = self.pinned(name) else {
            let message = format!("the pack {name} is not installed");
            let hint = "treaty pack install <file>, with all that are missing in one command";
            return Err(Problem::at(&used.name.place, message).hint(hint));
        };
        check_version(used, &pinned.version)?;
        let mut find = |extends: &Extends| match self.pinned(&extends.name) {
            Some(pinned) => self.pack(pinned).map(Some),
            None => Ok(None),
        };
        stack(self.pack(pinned)?, &mut find).map_err(|error| match error {
            NoStack::Search(problem) => problem,
            NoStack::Unfit(why) => {
                let hint = "install both in one command: treaty pack install <base> <overlay>";
                Problem::at(&used.name.place, why.to_string()).hint(hint)
            }
        })
    }

    fn pinned(&self, name: &str) -> Option<&Pinned> {
        self.lock.iter().find(|pinned| pinned.name == name)
    }

    fn pack(&self, pinned: &Pinned) -> Result<Pack, Problem> {
        let mut fresh = self.fresh.iter();
        match fresh.find(|pack| pack.digest().to_string() == pinned.digest) {
            Some(pack) => Ok(pack.clone()),
            None => pinned_pack(self.root, self.asked, pinned),
        }
    }
}

/// Opens what is pinned, and believes neither the file nor the lock.
fn pinned_pack(root: &Path, asked: &PacksAsked, pinned: &Pinned) -> Result<Pack, Problem> {
    let path = path_of(&pinned.name, &pinned.version);
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
