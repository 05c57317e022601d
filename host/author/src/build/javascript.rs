//! JavaScript and TypeScript: QuickJS with the rule inside. The tool runs the
//! rule's modules once and keeps what is then in memory, so a batch starts with
//! the rule already loaded.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::{Job, read};
use crate::AuthorError;
use crate::tool::Tool;

const GET_NODE: &str = "install Node.js 18 or newer, which brings npm: https://nodejs.org";

/// What the rule's files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// JavaScript as it stands.
    Plain,
    /// TypeScript, whose types are taken off first.
    Typed,
}

/// What `package.json` asks for; the rest of the file is its author's.
#[derive(Debug, Deserialize)]
struct Package {
    #[serde(default, rename = "devDependencies")]
    tools: std::collections::BTreeMap<String, String>,
}

/// What an installed package says of itself.
#[derive(Debug, Deserialize)]
struct Installed {
    version: String,
}

pub(super) fn component(
    job: &Job<'_>,
    source: Source,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, AuthorError> {
    install(job, progress)?;
    let kind = job.manifest.kind;
    let script = match source {
        Source::Plain => {
            job.needed("rule.js")?;
            format!("treaty/entry/{kind}.js")
        }
        Source::Typed => {
            job.needed("rule.ts")?;
            progress("taking the types off");
            bundle(job, &format!("treaty/entry/{kind}.ts"))?
        }
    };
    job.needed(&script)?;
    progress("making the component");
    let out = job.work("component.wasm")?;
    let tool = Tool {
        program: OsStr::new("node"),
        doing: "making the component",
        wanted: "a rule in JavaScript is made a component with it",
        get: GET_NODE,
        hint: "mend the rule; the message is the tool's own",
    };
    tool.run(job.folder, |command| {
        command
            .arg("node_modules/componentize-qjs/bin/componentize-qjs")
            .args(["--wit", "treaty/wit/0.1.0", "--world", kind.world()])
            .args(["--js", &script, "--module-root", "."])
            .args(["--stub-wasi", "--sync", "--opt-size", "--minify"])
            .arg("--output")
            .arg(&out);
    })?;
    read(&out, |out| fs::read(out))
}

/// Makes one file of JavaScript out of the rule and the SDK.
fn bundle(job: &Job<'_>, entry: &str) -> Result<String, AuthorError> {
    const SCRIPT: &str = "build/rule.js";
    job.work("rule.js")?;
    let tool = Tool {
        program: OsStr::new("node"),
        doing: "taking the types off",
        wanted: "a rule in TypeScript is made JavaScript with it",
        get: GET_NODE,
        hint: "mend the rule; the message is the tool's own",
    };
    tool.run(job.folder, |command| {
        command
            .arg("node_modules/esbuild/bin/esbuild")
            .args([entry, "--bundle", "--format=esm", "--target=es2022"])
            .args(["--external:treaty:*", "--log-level=warning"])
            .arg(format!("--outfile={SCRIPT}"));
    })?;
    Ok(SCRIPT.to_owned())
}

/// Installs the tools that `package.json` asks for into `node_modules`, unless
/// they are there.
fn install(job: &Job<'_>, progress: &mut dyn FnMut(&str)) -> Result<(), AuthorError> {
    let text = job.text("package.json")?;
    let package: Package =
        serde_json::from_str(&text).map_err(|error| AuthorError::BadManifest {
            path: job.folder.join("package.json"),
            detail: error.to_string(),
        })?;
    let modules = job.folder.join("node_modules");
    let there = |(name, version): (&String, &String)| is_installed(&modules, name, version);
    if package.tools.iter().all(there) {
        return Ok(());
    }
    progress("installing the tools (npm)");
    let tool = Tool {
        program: OsStr::new("npm"),
        doing: "installing the tools",
        wanted: "the tools that make a component of JavaScript come with it",
        get: GET_NODE,
        hint: "npm must reach its registry; the versions stand in package.json",
    };
    let locked = job.folder.join("package-lock.json").is_file();
    tool.run(job.folder, |command| {
        command.arg(if locked { "ci" } else { "install" }).args([
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
        ]);
    })?;
    Ok(())
}

/// A version that is a range (`^1.2`) is taken for installed whatever is there.
fn is_installed(modules: &Path, name: &str, version: &str) -> bool {
    let said = fs::read_to_string(modules.join(name).join("package.json"));
    let said = said.ok().and_then(|text| serde_json::from_str(&text).ok());
    let is_exact = version.starts_with(|first: char| first.is_ascii_digit());
    said.is_some_and(|said: Installed| !is_exact || said.version == version)
}
