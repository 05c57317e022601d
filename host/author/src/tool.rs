//! Programs of a language: started, waited for, and quoted when they fail.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::AuthorError;

/// A program to run in a rule's folder.
pub(crate) struct Tool<'a> {
    /// The program.
    pub program: &'a OsStr,
    /// What it is doing: `installing the tools`.
    pub doing: &'static str,
    /// What it is wanted for, where it is not there.
    pub wanted: &'static str,
    /// How to get it, where it is not there.
    pub get: &'static str,
    /// What to do, where it fails.
    pub hint: &'static str,
}

impl Tool<'_> {
    /// Runs it and gives what it said on standard output. What it says is shown
    /// only where it fails.
    pub(crate) fn run(
        &self,
        folder: &Path,
        with: impl FnOnce(&mut Command),
    ) -> Result<Vec<u8>, AuthorError> {
        let mut command = Command::new(self.program);
        command.current_dir(folder).stdin(Stdio::null());
        with(&mut command);
        let output = command.output().map_err(|error| self.missing(error))?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(AuthorError::Tool {
                doing: self.doing,
                said: said(&output),
                hint: self.hint,
            }),
        }
    }

    fn missing(&self, error: io::Error) -> AuthorError {
        match error.kind() {
            io::ErrorKind::NotFound => AuthorError::NoProgram {
                program: self.program.to_string_lossy().into_owned(),
                wanted: self.wanted,
                hint: self.get,
            },
            _ => AuthorError::Tool {
                doing: self.doing,
                said: error.to_string(),
                hint: self.hint,
            },
        }
    }
}

/// What a program said; where it said nothing, how it ended.
fn said(output: &Output) -> String {
    let text = [&output.stderr, &output.stdout]
        .map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned())
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    match text.is_empty() {
        true => format!("it said nothing ({})", output.status),
        false => text,
    }
}
