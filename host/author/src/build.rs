//! From a rule's folder to its component.

mod javascript;
mod module;
mod python;
mod rust;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

pub use module::{BuiltModule, build_module};

use crate::{AuthorError, Kind, Language, Manifest, RuleName};

/// Where a build keeps what it makes on the way, within the rule's folder.
const WORK: &str = "build";

/// How a component is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuildOptions {
    /// What Rust compiles to; other languages have one way.
    pub rust_target: RustTarget,
}

/// What Rust compiles to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RustTarget {
    /// `wasm32-unknown-unknown`: the component imports nothing but the log.
    #[default]
    Unknown,
    /// `wasm32-wasip2`: for libraries that ask for an operating system. The
    /// component then needs the profile `inert-wasi`.
    Wasip2,
}

/// A component that was made of a rule's folder.
#[derive(Clone, Debug, Serialize)]
pub struct Built {
    /// The rule's name.
    pub name: RuleName,
    /// What it decides.
    pub kind: Kind,
    /// What it is written in.
    pub language: Language,
    /// The component.
    #[serde(flatten)]
    pub component: Component,
}

/// A component that was made, in its file.
#[derive(Clone, Debug, Serialize)]
pub struct Component {
    /// The file.
    pub file: PathBuf,
    /// Its size, in bytes.
    pub size_bytes: u64,
    /// Its digest, `sha256:…`.
    pub digest: String,
}

/// Makes `<name>.wasm` in a rule's folder. `progress` is told of each step that
/// takes a while, as a fragment: `compiling`.
pub fn build(
    folder: &Path,
    options: BuildOptions,
    progress: &mut dyn FnMut(&str),
) -> Result<Built, AuthorError> {
    let manifest = Manifest::read(folder)?;
    // Programs run in the folder, and some of them want to be told of it by its
    // full path.
    let whole = fs::canonicalize(folder).map_err(|source| AuthorError::File {
        doing: "read",
        path: folder.to_owned(),
        source,
    })?;
    let job = Job {
        folder: &whole,
        manifest: &manifest,
    };
    let component = match manifest.language {
        Language::Rust => rust::component(&job, options.rust_target, progress)?,
        Language::JavaScript => javascript::component(&job, javascript::Source::Plain, progress)?,
        Language::TypeScript => javascript::component(&job, javascript::Source::Typed, progress)?,
        Language::Python => python::component(&job, progress)?,
    };
    let file = folder.join(format!("{}.wasm", manifest.name));
    Ok(Built {
        name: manifest.name,
        kind: manifest.kind,
        language: manifest.language,
        component: Component::write(file, &component)?,
    })
}

impl Component {
    fn write(file: PathBuf, bytes: &[u8]) -> Result<Self, AuthorError> {
        fs::write(&file, bytes).map_err(|source| AuthorError::File {
            doing: "write",
            path: file.clone(),
            source,
        })?;
        Ok(Self {
            file,
            size_bytes: bytes.len() as u64,
            digest: format!("sha256:{}", hex::encode(Sha256::digest(bytes))),
        })
    }
}

/// A folder that is being built.
struct Job<'a> {
    /// Its full path.
    folder: &'a Path,
    manifest: &'a Manifest,
}

impl Job<'_> {
    /// A file that the folder must have.
    fn needed(&self, path: &str) -> Result<PathBuf, AuthorError> {
        let file = self.folder.join(path);
        match file.is_file() {
            true => Ok(file),
            false => Err(AuthorError::NoFile(file)),
        }
    }

    /// The file, as text.
    fn text(&self, path: &str) -> Result<String, AuthorError> {
        let file = self.needed(path)?;
        read(&file, |file| fs::read_to_string(file))
    }

    /// Where a build keeps a file of this name that it makes on the way.
    fn work(&self, name: &str) -> Result<PathBuf, AuthorError> {
        let work = self.folder.join(WORK);
        fs::create_dir_all(&work).map_err(|source| AuthorError::File {
            doing: "make",
            path: work.clone(),
            source,
        })?;
        Ok(work.join(name))
    }
}

fn read<T>(
    path: &Path,
    reading: impl FnOnce(&Path) -> std::io::Result<T>,
) -> Result<T, AuthorError> {
    reading(path).map_err(|source| AuthorError::File {
        doing: "read",
        path: path.to_owned(),
        source,
    })
}
