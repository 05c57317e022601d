//! Rust: cargo makes a module, and the module is made a component here.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wit_component::ComponentEncoder;

use super::{Job, RustTarget, read};
use crate::AuthorError;
use crate::tool::Tool;

const GET_RUST: &str = "install Rust with rustup: https://rustup.rs";

/// A line of what cargo says with `--message-format json`.
#[derive(Debug, Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    target: Option<Artifact>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Artifact {
    name: String,
}

impl RustTarget {
    fn triple(self) -> &'static str {
        match self {
            Self::Unknown => "wasm32-unknown-unknown",
            Self::Wasip2 => "wasm32-wasip2",
        }
    }
}

pub(super) fn component(
    job: &Job<'_>,
    target: RustTarget,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, AuthorError> {
    job.needed("Cargo.toml")?;
    require(job, target)?;
    progress("compiling (cargo)");
    let tool = Tool {
        program: OsStr::new("cargo"),
        doing: "compiling",
        wanted: "a rule in Rust is compiled with it",
        get: GET_RUST,
        hint: "mend the rule; the message is the compiler's own",
    };
    let said = tool.run(job.folder, |command| {
        command
            .args(["build", "--lib", "--release", "--target", target.triple()])
            .args(["--message-format", "json-render-diagnostics"])
            .env_remove("RUSTFLAGS")
            .env("CARGO_ENCODED_RUSTFLAGS", without_paths(job.folder));
    })?;
    let module = artifact(&said, job.manifest.name.as_str()).ok_or_else(|| {
        let detail = "cargo made no .wasm of this rule's name; Cargo.toml must say the name \
                      that rule.toml says, and crate-type = [\"cdylib\", \"rlib\"]";
        AuthorError::NoComponent {
            detail: detail.to_owned(),
        }
    })?;
    let bytes = read(&module, |module| fs::read(module))?;
    match target {
        RustTarget::Unknown => encode(&bytes),
        RustTarget::Wasip2 => Ok(bytes),
    }
}

/// The standard library for the target must be there.
fn require(job: &Job<'_>, target: RustTarget) -> Result<(), AuthorError> {
    let rustc = Tool {
        program: OsStr::new("rustc"),
        doing: "asking the compiler for its targets",
        wanted: "a rule in Rust is compiled with it",
        get: GET_RUST,
        hint: GET_RUST,
    };
    let folder = rustc.run(job.folder, |command| {
        command.args(["--print", "target-libdir", "--target", target.triple()]);
    })?;
    let folder = String::from_utf8_lossy(&folder).trim().to_owned();
    let is_core = |name: OsString| name.to_string_lossy().starts_with("libcore-");
    let there = fs::read_dir(folder)
        .is_ok_and(|files| files.flatten().any(|file| is_core(file.file_name())));
    match there {
        true => Ok(()),
        false => Err(AuthorError::NoTarget {
            target: target.triple(),
        }),
    }
}

/// Where cargo says that it put the module of a crate.
fn artifact(said: &[u8], name: &str) -> Option<PathBuf> {
    let name = name.replace('-', "_");
    let lines = String::from_utf8_lossy(said);
    let messages = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let files = messages
        .filter(|message| message.reason == "compiler-artifact")
        .filter(|message| message.target.as_ref().is_some_and(|of| of.name == name))
        .flat_map(|message| message.filenames);
    let mut modules = files.filter(|file| file.extension() == Some(OsStr::new("wasm")));
    modules.next()
}

/// Panic messages name source files. Without this a component's digest would
/// depend on the folder in which it was built.
fn without_paths(folder: &Path) -> OsString {
    let mut flags = OsString::from("--remap-path-prefix=");
    flags.push(folder);
    flags.push("=rule");
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = home.or_else(|| Some(env::home_dir()?.join(".cargo"))) {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(home);
        flags.push("=cargo");
    }
    flags
}

/// Makes a component of a module that says what it exports.
pub(super) fn encode(module: &[u8]) -> Result<Vec<u8>, AuthorError> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| AuthorError::NoComponent {
            detail: format!("{error:#}"),
        })
}
