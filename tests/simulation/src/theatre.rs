//! Where histories are played: the rules, compiled once, and a folder for the
//! files of each history.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use treaty_engine::{KeptRules, ShippedRule};
use treaty_folder::{Known, KnownConnector, Location, TreatyFolder};

use crate::world::World;

/// Where files cost nothing: a history synchronises its ledger hundreds of
/// times.
const IN_MEMORY: &str = "/dev/shm";

/// Where histories are played.
pub struct Theatre {
    /// The rules that ship.
    pub shipped: Vec<ShippedRule>,
    /// What a treaty may name.
    pub known: Known,
    /// The rules that were loaded.
    pub kept: KeptRules,
    /// Where compiled rules are kept.
    pub cache: PathBuf,
    folder: tempfile::TempDir,
}

impl Theatre {
    /// A theatre that keeps compiled rules in a folder.
    pub fn new(cache: &Path) -> anyhow::Result<Self> {
        let shipped: Vec<_> = treaty_shipped::all()
            .iter()
            .map(|rule| ShippedRule {
                name: rule.name,
                component: rule.component,
            })
            .collect();
        let folder = match Path::new(IN_MEMORY).is_dir() {
            true => tempfile::tempdir_in(IN_MEMORY),
            false => tempfile::tempdir(),
        };
        Ok(Self {
            known: Known {
                connectors: vec![KnownConnector {
                    name: "simulated".to_owned(),
                    location: Location::Path,
                    options: Vec::new(),
                }],
                shipped_rules: shipped.iter().map(|rule| rule.name.to_owned()).collect(),
            },
            shipped,
            kept: KeptRules::default(),
            cache: cache.to_owned(),
            folder: folder.context("making a folder for histories")?,
        })
    }

    /// A fresh folder of a name; what was played there before is gone. Its path
    /// is the same each time, because a ledger's name is made of it.
    pub fn fresh(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.path().join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Writes a world's treaty as it is after so many upgrades of its rule, and
    /// reads it.
    pub fn write(&self, root: &Path, world: &World, upgrades: u64) -> anyhow::Result<TreatyFolder> {
        std::fs::write(root.join("treaty.toml"), world.treaty(upgrades))?;
        treaty_folder::read(root, &self.known)
            .map_err(|problems| anyhow::anyhow!("the world's treaty: {problems:?}"))
    }

    /// Takes a folder of a name away.
    pub fn forget(&self, name: &str) {
        // One that stays goes with the theatre.
        let _ = std::fs::remove_dir_all(self.folder.path().join(name));
    }
}
