//! What `pack.toml` says, as types.
//!
//! Serialized they are the configuration blob of the artifact, so the order of
//! the fields here is part of the format: a change of it changes every digest.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::PackPath;

mod budget;
mod read;

pub(crate) use budget::Budget;
pub(crate) use read::{Read, outside, read};

/// The released versions of the contract: the folders of `wit/`.
pub const CONTRACTS: &[&str] = &["0.1.0"];

/// The file that makes a folder a pack.
pub(crate) const PACK_FILE: &str = "pack.toml";

/// What `pack.toml` says, with the cases that its patterns stand for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PackSettings {
    /// Its name: small letters, digits and hyphens.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The version of the contract that its rules are written for.
    pub contract: String,
    /// The licence, as an SPDX expression.
    pub licence: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// The pack that it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extends: Option<Extends>,
    /// Rules by name.
    pub rules: BTreeMap<String, PackRule>,
    /// The field table of each entity.
    pub tables: BTreeMap<String, PackPath>,
    /// Examples of what the rules must decide, by name.
    pub cases: Vec<PackPath>,
    /// What else belongs to it for people: a licence's text, a README.
    pub documents: Vec<PackPath>,
    /// What a rule of it may use up.
    #[serde(serialize_with = "Budget::serialize_limits")]
    pub budget: treaty_folder::Limits,
}

/// A rule of a pack.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PackRule {
    /// Where its component is.
    #[serde(skip_serializing_if = "Component::is_inherited")]
    pub component: Component,
    /// What the component may import.
    pub profile: PackProfile,
    /// Its own configuration, a JSON object with its keys in order.
    pub configuration: Json,
}

/// Where the component of a rule is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Component {
    /// In the pack.
    File(PackPath),
    /// Inside the binary. Whether such a rule ships, whoever installs the pack
    /// knows.
    Shipped(String),
    /// As the pack has it that this one changes.
    Inherited,
}

impl Component {
    fn is_inherited(&self) -> bool {
        *self == Self::Inherited
    }
}

/// What a component may import, in the words of `treaty.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackProfile {
    /// Only what the contract names.
    #[default]
    Contract,
    /// Also a WASI that gives nothing.
    InertWasi,
}

/// The pack that a pack changes: `b2b-base@2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extends {
    /// Its name.
    pub name: String,
    /// The versions that fit; `2` stands for every one from 2.0.0 up to 3.
    pub version: VersionReq,
}

/// What a pack may be called: it becomes part of file names and of the names in
/// registries.
pub(crate) fn is_pack_name(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_part = |part: &str| !part.is_empty() && part.chars().all(fits);
    text.len() <= 64 && text.split('-').all(is_part)
}

/// A pack's name, and which version of it: what stands around the `@`.
pub(crate) fn name_and_version<V: FromStr>(text: &str) -> Option<(String, V)> {
    let (name, version) = text.split_once('@')?;
    let version = version.parse().ok()?;
    is_pack_name(name).then(|| (name.to_owned(), version))
}

impl Serialize for Component {
    /// As `pack.toml` says it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Shipped(rule) => write!(f, "shipped:{rule}"),
            Self::Inherited => f.write_str("as the base has it"),
        }
    }
}

impl FromStr for Extends {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = name_and_version(text).map(|(name, version)| Self { name, version });
        found.ok_or("a pack and its version, as in b2b-base@2")
    }
}

impl fmt::Display for Extends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl Serialize for Extends {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_names_a_pack_and_its_versions() {
        let check = |text: &str, expected: Option<&str>| {
            let found = text.parse::<Extends>().ok();
            let found = found.map(|extends| extends.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("b2b-base@2", Some("b2b-base@^2"));
        check("b2b-base@=2.1.0", Some("b2b-base@=2.1.0"));
        check("b2b-base", None);
        check("B2B@2", None);
        check("b2b-base@new", None);
    }

    #[test]
    fn a_name_fits_files_and_registries() {
        for good in ["a", "b2b-base", "2"] {
            assert!(is_pack_name(good), "{good}");
        }
        for bad in ["", "-", "a-", "A", "a_b", "a.b", "a/b", &"a".repeat(65)] {
            assert!(!is_pack_name(bad), "{bad}");
        }
    }

    /// The folders of the contract are those that a pack may name.
    #[test]
    fn the_contracts_are_those_that_were_released() {
        let wit = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let entries = std::fs::read_dir(wit).expect("the contract's folder");
        let mut folders: Vec<_> = entries
            .map(|entry| entry.expect("an entry"))
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().expect("a name"))
            .collect();
        folders.sort();
        assert_eq!(folders, CONTRACTS);
    }
}
