//! The decision table of the design as cases that a person can read: a file for
//! each row, in `decision_table/`.
//!
//! A case is a title (`== …`), a link in a few words (`shorthand.rs`), a line
//! `--`, and the plan. `TREATY_BLESS=1 cargo test -p treaty-planner` writes
//! the plans anew, and the difference is the review.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::shorthand::plan_of;

#[test]
fn every_row_decides_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decision_table");
    let mut rows: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder of rows")
        .map(|entry| entry.expect("a row").path())
        .collect();
    rows.sort();
    assert!(!rows.is_empty(), "no row in {}", folder.display());
    let update = std::env::var_os("TREATY_BLESS").is_some();
    for path in rows {
        let expected = fs::read_to_string(&path).expect("a row is text");
        let actual = decided(&expected);
        if update {
            fs::write(&path, actual).expect("the row is written");
        } else {
            assert_eq!(actual, expected, "{}", path.display());
        }
    }
}

/// The file with the plans that the planner makes.
fn decided(file: &str) -> String {
    let mut parts = file.split("\n== ");
    let mut text = parts
        .next()
        .expect("what the row says")
        .trim_end()
        .to_owned();
    for case in parts {
        let (title, words) = case.split_once('\n').expect("a title and a link");
        let words = words.split("\n--").next().expect("a link").trim_end();
        let plan = plan_of(words);
        let _ = write!(text, "\n\n== {title}\n{words}\n--\n{plan}");
    }
    text.push('\n');
    text
}
