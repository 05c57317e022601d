//! Puts words on standard output and standard error: the only module that
//! prints.
#![expect(clippy::print_stderr, reason = "this is where printing lives")]

use std::io::Write as _;

use serde::Serialize;

use crate::exit::Failed;

/// A line for the person who asked.
pub fn line(text: impl AsRef<str>) {
    put(text.as_ref());
}

/// The one JSON document of a command.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => put(&text),
        Err(error) => eprintln!("error: the result has no JSON form: {error}"),
    }
}

/// Puts a text on standard output. A reader that has gone away (`| head`) is no
/// failure: what was to be done is done all the same.
fn put(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
}

/// A failure: what, and what to do.
pub fn error(failed: &Failed) {
    eprintln!("error: {}", failed.message.trim_end());
    if !failed.hint.is_empty() {
        eprintln!("hint: {}", failed.hint);
    }
}

/// A remark beside the result.
pub fn remark(text: impl AsRef<str>) {
    eprintln!("{}", text.as_ref());
}
