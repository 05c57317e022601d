//! Golden texts: what a user sees, word for word.
//!
//! `TREATY_BLESS=1 cargo test -p treaty-cli --test end-to-end` writes them anew;
//! the diff is the review.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::Bench;
use crate::bench::Ended;

/// Several commands and what they said, as one text.
pub struct Transcript<'a> {
    bench: &'a Bench,
    text: String,
    /// What stands for what: parts that differ from run to run.
    hidden: Vec<(String, &'static str)>,
}

impl<'a> Transcript<'a> {
    /// An empty one.
    pub fn of(bench: &'a Bench) -> Self {
        let folder = bench.path().display().to_string();
        Self {
            bench,
            text: String::new(),
            hidden: vec![(folder, "<folder>")],
        }
    }

    /// Shows something that differs from run to run by a name.
    pub fn hide(&mut self, what: impl Into<String>, name: &'static str) {
        self.hidden.push((what.into(), name));
    }

    /// Runs a command, and keeps what it said and how it ended.
    pub fn run(&mut self, arguments: &[&str]) -> Ended {
        let ended = self.bench.treaty(arguments);
        let command = arguments.join(" ");
        let Ended {
            code,
            stdout,
            stderr,
        } = &ended;
        writeln!(self.text, "$ treaty {command}").expect("a string takes everything");
        self.text += stdout;
        for line in stderr.lines() {
            writeln!(self.text, "[stderr] {line}").expect("a string takes everything");
        }
        writeln!(self.text, "[exit {code}]\n").expect("a string takes everything");
        ended
    }

    /// Shows a text that stands in a file.
    pub fn show(&mut self, name: &str, text: &str) {
        writeln!(self.text, "== {name}\n{text}").expect("a string takes everything");
    }

    /// Compares with the golden text of this name.
    #[track_caller]
    pub fn check(self, name: &str) {
        let mut text = self.text;
        for (what, name) in &self.hidden {
            text = text.replace(what.as_str(), name);
        }
        compare(&format!("{name}.txt"), &hide_times(&hide_disks(&text)));
    }
}

/// Compares a text with the golden one in the file of this name.
#[track_caller]
pub fn compare(file: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/end-to-end/golden")
        .join(file);
    if std::env::var_os("TREATY_BLESS").is_some() {
        std::fs::write(&path, text).expect("a golden text can be written");
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{file}: TREATY_BLESS=1 writes it anew");
}

/// Puts `<disk>` in place of how full a disk is.
fn hide_disks(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let told = line.strip_suffix(" MiB of disk in use\n");
        let whose = told.and_then(|told| told.rsplit_once(": "));
        whose.map_or(line.to_owned(), |(whose, _)| format!("{whose}: <disk>\n"))
    });
    lines.collect()
}

/// Puts `<time>` in place of points in time of this century, and `<span>` in
/// place of spans of time.
fn hide_times(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for word in text.split_inclusive([' ', '\n']) {
        let bare = word.trim_end_matches([' ', '\n', ',', ':', '"']);
        let is_time = bare.len() >= 20
            && bare.starts_with("20")
            && bare.ends_with('Z')
            && bare.as_bytes()[10] == b'T';
        let bare_span = bare.trim_end_matches([':', ';']);
        let unit = bare_span.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let is_span = unit != bare_span && ["ms", "s", "m", "h", "d"].contains(&unit);
        words += &match (is_time, is_span) {
            (true, _) => word.replacen(bare, "<time>", 1),
            (_, true) => word.replacen(bare_span, "<span>", 1),
            _ => word.to_owned(),
        };
    }
    words
}
