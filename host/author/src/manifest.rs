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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a manifest can be read; if not, what is said.
    fn check(text: &str, expected: Result<Language, &str>) {
        let folder = tempfile::TempDir::new().expect("a folder");
        fs::write(folder.path().join(FILE), text).expect("a file");
        match (Manifest::read(folder.path()), expected) {
            (Ok(manifest), Ok(language)) => assert_eq!(manifest.language, language),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (read, _) => panic!("{read:?}"),
        }
    }

    #[test]
    fn every_key_is_needed_and_no_other_exists() {
        let sound = "name = \"keep-it\"\nkind = \"mapper\"\nlanguage = \"typescript\"\n\
                     contract = \"0.1.0\"\n";
        check(sound, Ok(Language::TypeScript));
        check(
            &format!("{sound}author = \"a\"\n"),
            Err("unknown field `author`"),
        );
        check(
            &sound.replace("kind = \"mapper\"\n", ""),
            Err("missing field `kind`"),
        );
        check(
            &sound.replace("typescript", "cobol"),
            Err("unknown variant `cobol`"),
        );
        check(
            &sound.replace("keep-it", "Keep it"),
            Err("is no name for a rule"),
        );
        check(
            &sound.replace("0.1.0", "0.2.0"),
            Err("asks for version 0.2.0"),
        );
    }
}
