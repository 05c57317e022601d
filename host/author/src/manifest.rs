//! `rule.toml`: what a rule's folder holds.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{AuthorError, RuleName};

/// The version of the contract that the SDKs here are written against.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// The file's name.
pub(crate) const FILE: &str = "rule.toml";

/// What a rule's folder holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The rule's name; its component is `<name>.wasm`.
    pub name: RuleName,
    /// What it decides.
    pub kind: Kind,
    /// What it is written in.
    pub language: Language,
    /// The contract's version.
    pub contract: String,
}

/// What a rule decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Who wins a conflict.
    Resolver,
    /// Between a system's own fields and the canonical ones.
    Mapper,
    /// Which records are the same.
    Matcher,
}

/// What a rule is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust.
    Rust,
    /// JavaScript, on QuickJS.
    JavaScript,
    /// TypeScript, on QuickJS.
    TypeScript,
    /// Python, on CPython.
    Python,
}

impl Manifest {
    /// Reads the manifest of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, AuthorError> {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => AuthorError::NoManifest(folder.to_owned()),
            _ => AuthorError::File {
                doing: "read",
                path: path.clone(),
                source,
            },
        })?;
        let manifest: Self = toml::from_str(&text).map_err(|error| AuthorError::BadManifest {
            path: path.clone(),
            detail: error.to_string().trim_end().to_owned(),
        })?;
        match manifest.contract == CONTRACT_VERSION {
            true => Ok(manifest),
            false => Err(AuthorError::OtherContract {
                path,
                asked: manifest.contract,
            }),
        }
    }
}

impl Kind {
    /// The kind as `rule.toml` and the contract have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolver => "resolver",
            Self::Mapper => "mapper",
            Self::Matcher => "matcher",
        }
    }

    /// The contract's world for it.
    pub(crate) fn world(self) -> &'static str {
        match self {
            Self::Resolver => "resolver-rule",
            Self::Mapper => "mapper-rule",
            Self::Matcher => "matcher-rule",
        }
    }
}

impl Language {
    /// The language as `rule.toml` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Python => "python",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Display for Language {
    /// As its people write it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Rust => "Rust",
            Self::JavaScript => "JavaScript",
            Self::TypeScript => "TypeScript",
            Self::Python => "Python",
        })
    }
}
