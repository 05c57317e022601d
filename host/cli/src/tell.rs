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

/// A line with texts that people and systems have typed: what a terminal would
/// take for an order is shown, not sent.
pub fn typed_line(text: impl AsRef<str>) {
    put(&harmless(text.as_ref()));
}

/// A text in which control characters, and those that turn the direction of
/// writing, are shown by their numbers.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match letter.is_control() || turns {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    shown
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

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn nothing_typed_gives_orders_to_a_terminal() {
        let check = |text: &str, expected: &str| assert_eq!(harmless(text), expected);
        check("Größe 中", "Größe 中");
        check("a\u{1b}[2Jb\r\n", "a\\u{1b}[2Jb\\r\\n");
        check("\u{9b}1m\u{202e}x", "\\u{9b}1m\\u{202e}x");
    }
}
