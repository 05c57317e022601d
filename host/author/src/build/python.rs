//! Python: CPython with the rule inside, its modules already loaded.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Job, read};
use crate::AuthorError;
use crate::tool::Tool;

const REQUIREMENTS: &str = "requirements.txt";

/// What a virtual environment was filled from, kept in it.
const FILLED_FROM: &str = "filled-from.txt";

/// What the program `componentize-py` does. The program itself names the folder in
/// which it was installed, so it breaks when the rule's folder is moved.
const COMPONENTIZE: &str = "from componentize_py import script; raise SystemExit(script())";

const GET_PYTHON: &str = "install Python 3.10 or newer with its module venv: https://www.python.org \
                          (Debian: apt install python3-venv)";

pub(super) fn component(
    job: &Job<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, AuthorError> {
    let programs = install(job, progress)?;
    let kind = job.manifest.kind;
    job.needed("rule.py")?;
    job.needed(&format!("treaty/entry/{kind}.py"))?;
    progress("making the component");
    let out = job.work("component.wasm")?;
    let program = programs.join("python");
    let tool = Tool {
        program: program.as_os_str(),
        doing: "making the component",
        wanted: "a rule in Python is made a component with it",
        get: "remove the folder .venv, and build again",
        hint: "mend the rule; the message is the tool's own",
    };
    tool.run(job.folder, |command| {
        command
            .args(["-c", COMPONENTIZE])
            .args(["--wit-path", "treaty/wit/0.1.0", "--world", kind.world()])
            .args(["componentize", "--stub-wasi", "--python-path", "."])
            .arg(format!("treaty.entry.{kind}"))
            .arg("--output")
            .arg(&out);
    })?;
    read(&out, |out| fs::read(out))
}

/// Makes a virtual environment in the folder with what `requirements.txt` asks
/// for, unless it is there, and says where its programs are.
fn install(job: &Job<'_>, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, AuthorError> {
    let wanted = job.text(REQUIREMENTS)?;
    let environment = job.folder.join(".venv");
    let filled_from = environment.join(FILLED_FROM);
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    if fs::read_to_string(&filled_from).is_ok_and(|had| had == wanted) {
        return Ok(programs);
    }
    progress("installing the tools (pip)");
    make(job.folder)?;
    let pip = programs.join("python");
    let tool = Tool {
        program: pip.as_os_str(),
        doing: "installing the tools",
        wanted: "the tools that make a component of Python come with it",
        get: GET_PYTHON,
        hint: "pip must reach its registry; the versions stand in requirements.txt",
    };
    tool.run(job.folder, |command| {
        command.args(["-m", "pip", "install", "--quiet"]).args([
            "--disable-pip-version-check",
            "--requirement",
            REQUIREMENTS,
        ]);
    })?;
    fs::write(&filled_from, wanted).map_err(|source| AuthorError::File {
        doing: "write",
        path: filled_from,
        source,
    })?;
    Ok(programs)
}

fn make(folder: &Path) -> Result<(), AuthorError> {
    let tool = Tool {
        program: OsStr::new(if cfg!(windows) { "python" } else { "python3" }),
        doing: "making a virtual environment",
        wanted: "a rule in Python is made a component with it",
        get: GET_PYTHON,
        hint: GET_PYTHON,
    };
    tool.run(folder, |command| {
        command.args(["-m", "venv", ".venv"]);
    })?;
    Ok(())
}
