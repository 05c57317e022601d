//! Faults that can be planted in the house.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// A fault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// Its name.
    pub name: String,
    /// What goes wrong with it.
    pub why: String,
    /// Where it is planted, from the root of the house.
    pub file: String,
    /// What stands there once.
    pub find: String,
    /// What stands there instead.
    pub replace: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutations {
    mutation: Vec<Mutation>,
}

impl Mutation {
    /// All faults, in the order of `mutations.toml`.
    pub fn all(house: &Path) -> Result<Vec<Self>> {
        let path = house.join("tests/simulation/mutations.toml");
        let text = std::fs::read_to_string(&path)?;
        let all: Mutations = toml::from_str(&text).context("mutations.toml")?;
        Ok(all.mutation)
    }

    /// The text of its file with the fault in it.
    pub fn plant(&self, sound: &str) -> Result<String> {
        let times = sound.matches(&self.find).count();
        ensure!(
            times == 1,
            "{}: {:?} stands {times} times in {}",
            self.name,
            self.find,
            self.file
        );
        Ok(sound.replace(&self.find, &self.replace))
    }
}
