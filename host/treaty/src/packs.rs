//! What packs bring to a treaty, as data: whoever opens them hands it in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;
use treaty_model::Digest;

use crate::{Component, Limits, Profile, RuleSettings};

/// What a pack in use brings along, its overlays laid over it.
#[derive(Clone, Debug, Default)]
pub struct PackParts {
    /// Its name, as the treaty names it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest, and those of the packs that it changes, the outermost first.
    pub digests: Vec<Digest>,
    /// The field tables of each entity. A row of a later one replaces the row of
    /// the same field in an earlier one.
    pub sheets: BTreeMap<String, Vec<PackSheet>>,
    /// Its rules by name.
    pub rules: BTreeMap<String, PackedRule>,
    /// Its case files.
    pub cases: Vec<PackCases>,
}

/// A case file in a pack.
#[derive(Clone, Debug)]
pub struct PackCases {
    /// What it is called in problems.
    pub file: PathBuf,
    /// What is in it.
    pub text: String,
    /// How many packs lie below the one that it is from: a case takes the place of
    /// those of its name further down.
    pub depth: usize,
}

/// A field table in a pack.
#[derive(Clone, Debug)]
pub struct PackSheet {
    /// What it is called in problems: the pack, its version, and the file.
    pub file: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A rule of a pack.
#[derive(Clone, Debug)]
pub struct PackedRule {
    /// Its component.
    pub component: Component,
    /// What the component may import.
    pub profile: Profile,
    /// Its configuration, a JSON object.
    pub configuration: Json,
    /// What it may use up where the treaty does not say otherwise.
    pub limits: Limits,
}

impl PackedRule {
    /// The rule as a treaty has it that says nothing more of it.
    pub fn settings(&self, name: &str) -> RuleSettings {
        RuleSettings {
            name: name.to_owned(),
            component: self.component.clone(),
            profile: self.profile,
            configuration: self.configuration.clone(),
            limits: self.limits.clone(),
            shadow: None,
        }
    }
}

/// A component in a pack: the bytes that were verified, and no file that could
/// be another one by now.
#[derive(Clone, PartialEq, Eq)]
pub struct PackedComponent {
    /// What it is called: the pack, its version, and the file.
    pub name: String,
    /// The component.
    pub bytes: Arc<[u8]>,
}

impl fmt::Debug for PackedComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackedComponent({:?})", self.name)
    }
}
