//! Why a folder cannot be made or built, and what to do about it.

use std::io;
use std::path::PathBuf;

/// A name that a rule cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no name for a rule")]
pub struct BadName {
    /// The name.
    pub name: String,
}

impl BadName {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        "a verb and a noun in small letters with a hyphen between them, at most 60 letters: \
         `keep-newest`"
    }
}

/// Why a folder cannot be made or built.
#[derive(Debug, thiserror::Error)]
pub enum AuthorError {
    /// Something is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A file or folder cannot be read or written.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// `read`, `write`, `make`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no `rule.toml`.
    #[error("{} is no rule's folder: it has no rule.toml", .0.display())]
    NoManifest(PathBuf),
    /// `rule.toml` cannot be understood.
    #[error("{} cannot be understood: {detail}", path.display())]
    BadManifest {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        detail: String,
    },
    /// The rule is written against another version of the contract.
    #[error("{} asks for version {asked} of the contract; this treaty has {}", path.display(), crate::CONTRACT_VERSION)]
    OtherContract {
        /// The file.
        path: PathBuf,
        /// The version that it asks for.
        asked: String,
    },
    /// A file that the folder must have is not there.
    #[error("{} is missing", .0.display())]
    NoFile(PathBuf),
    /// The machine has no such program.
    #[error("{program} is not installed, and {wanted}")]
    NoProgram {
        /// The program.
        program: String,
        /// What it is wanted for.
        wanted: &'static str,
        /// How to get it.
        hint: &'static str,
    },
    /// Rust cannot compile to WebAssembly here.
    #[error("this Rust has no standard library for {target}")]
    NoTarget {
        /// The target.
        target: &'static str,
    },
    /// A program failed.
    #[error("{doing} failed:\n{said}")]
    Tool {
        /// What it was doing: `installing the tools`.
        doing: &'static str,
        /// What it said.
        said: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// What the compiler made cannot become a component.
    #[error("the module cannot become a component: {detail}")]
    NoComponent {
        /// Why.
        detail: String,
    },
}

impl AuthorError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Exists(_) => "choose another name, or move what is there out of the way".into(),
            Self::File { .. } => "check the path and its permissions".into(),
            Self::NoManifest(_) => {
                "name the folder that `treaty rules new` made: treaty rules build <folder>".into()
            }
            Self::BadManifest { .. } => {
                "the keys are name, kind, language and contract; `treaty rules new` writes them"
                    .into()
            }
            Self::OtherContract { .. } => {
                "build it with the treaty that it was made with, or make a new folder with \
                 `treaty rules new` and move the rule there"
                    .into()
            }
            Self::NoFile(_) => {
                "`treaty rules new` writes it; make a new folder and copy it from there".into()
            }
            Self::NoTarget { target } => format!("rustup target add {target}"),
            Self::NoProgram { hint, .. } | Self::Tool { hint, .. } => (*hint).into(),
            Self::NoComponent { .. } => {
                "the rule must export one kind by `treaty_sdk::export_…!`, and be built against \
                 the SDK in its folder; what a module exports shows examples/rules-c"
                    .into()
            }
        }
    }
}
