//! Whether every message has a golden text.
//!
//! The sources are searched for texts of several words that are no SQL. The
//! longest fixed part of each must stand in a golden text, in a test, or below.

use std::fs;
use std::path::Path;

/// What has no golden text, and why.
const WITHOUT: &[(&str, &[&str])] = &[
    (
        "no such server, disk or machine is at hand",
        &[
            "is older than PostgreSQL 13, the oldest that Treaty works with",
            "is older than PostgreSQL 14, which changes = \"decoding\" needs",
            "the disk is full; the file is as it was",
            "the disk is full; nothing was changed",
            "was not made durable:",
            "the machine names no authorities that it trusts (on Debian and Ubuntu: apt-get \
             install ca-certificates); or name a file as sslrootcert in its url",
            "that this machine trusts",
            "the machine names no authorities that it trusts",
            // Nothing keeps an administrator from writing.
            "cannot be written, so no log of changes can be kept in it; allow writing, or name \
             the column that says when a row was changed as the source's updated",
        ],
    ),
    (
        "certificates of every sort are the business of the library that reads them",
        &[
            "no name (what counts is its subjectAltName)",
            "the server's certificate is not valid yet",
            "the server's certificate cannot be used:",
            "sslcert and sslkey in its url cannot be used together:",
        ],
    ),
    (
        "the server says it always, and in this form",
        &[
            "its replication slot cannot be read",
            "the server does not say which transactions are open",
            "the server does not say its place",
            "the log of changes has no number",
            "a message is not as the server writes it",
            "no place in a write-ahead log",
        ],
    ),
    (
        "what there is only so much of, and no message: doctor's own texts have it",
        &["MiB of disk", "MiB of the server's log kept by the slot"],
    ),
    (
        "another check comes first",
        &[
            "what Treaty cannot keep",
            "an array has an order, and a set has none",
            "it is no JSON:",
        ],
    ),
    (
        "the middle of a message that has one: what could not be done",
        &[
            "open the database",
            "list its tables",
            "begin a log of changes",
            "read the log of changes",
            "read a row",
            "read the schema",
            "read the indexes",
            "look up intents",
        ],
    ),
    (
        "a library says it to us",
        &[
            ": error communicating",
            "error performing TLS handshake",
            "server does not support TLS",
        ],
    ),
];

/// How many words make a message.
const WORDS_MIN: usize = 3;

#[test]
fn every_message_has_a_golden_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = String::new();
    for path in files(&root.join("tests")) {
        if !path.ends_with("messages/complete.rs") {
            known += &joined(&fs::read_to_string(&path).expect("a text"));
        }
    }
    let mut messages = Vec::new();
    for path in files(&root.join("src")) {
        let text = fs::read_to_string(&path).expect("a text");
        let (code, tests) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        known += &joined(tests);
        messages.extend(texts(code).into_iter().filter_map(fixed_part));
    }
    let mut without: Vec<&str> = WITHOUT
        .iter()
        .flat_map(|(_, texts)| *texts)
        .copied()
        .collect();
    let mut missing: Vec<String> = messages
        .into_iter()
        .filter(|message| !known.contains(message))
        .collect();
    without.sort_unstable();
    missing.sort_unstable();
    missing.dedup();
    assert_eq!(
        missing, without,
        "left: messages without a golden text; right: those that may have none"
    );
}

/// The files in a folder and those beneath it.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// A source with texts of several lines on one.
fn joined(source: &str) -> String {
    let mut lines = source.split("\\\n");
    let mut joined = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        joined += line.trim_start();
    }
    joined.replace("\\\"", "\"")
}

/// The texts in a piece of source that may be messages.
fn texts(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    let mut before = "";
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (passed, from) = rest.split_at(at);
        if !passed.trim().is_empty() {
            before = passed;
        }
        rest = match from.as_bytes() {
            [b'/', b'/', ..] => from.split_once('\n').map_or("", |(_, rest)| rest),
            [b'\'', b'\\', ..] => from[3..].split_once('\'').map_or("", |(_, rest)| rest),
            [b'\'', _, b'\'', ..] => &from[3..],
            [b'"', ..] => {
                let end = end_of_text(from);
                let aside = ["expect(", "unreachable!(", "about:", "%error,"];
                if !aside.iter().any(|aside| before.trim_end().ends_with(aside)) {
                    found.push(joined(&from[1..end]));
                }
                before = "";
                &from[end + 1..]
            }
            _ => &from[1..],
        };
    }
    found
}

/// Where the text ends that begins here.
fn end_of_text(from: &str) -> usize {
    let mut escaped = false;
    let end = from.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.expect("a text ends") + 1
}

/// The longest part of a message that is always the same; none where the text is
/// no message.
fn fixed_part(text: String) -> Option<String> {
    let is_sql = text.contains(['\n', '|'])
        || text.contains("::")
        || text.contains("set_config(")
        || text.bytes().take_while(u8::is_ascii_uppercase).count() > 2;
    let parts = text
        .split('{')
        .map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    let longest = parts.max_by_key(|part| part.len())?.trim();
    let is_message = !is_sql && longest.split_whitespace().count() >= WORDS_MIN;
    is_message.then(|| longest.to_owned())
}
