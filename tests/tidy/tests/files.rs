//! The style that a machine can check, file by file.

use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 800;
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "README.md",
    "LICENSE",
    "host",
    "wit",
    "plugins",
    "tests",
    "examples",
    // Made by the build, never committed.
    "target",
];
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "mod.rs",
    "utils.rs",
    "util.rs",
    "common.rs",
    "helpers.rs",
    "imp.rs",
];
/// Marks of something left for later. Put together so that this file is not
/// one of its own findings.
const MARKS: &[&str] = &[
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("TO", "DO"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All Rust files of the repository, with their text.
fn rust_files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["host", "plugins", "tests", "examples"] {
        walk(&root().join(folder), &mut found);
    }
    assert!(
        found.len() > 50,
        "the walk found only {} files",
        found.len()
    );
    found
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let entries = fs::read_dir(folder).expect("a folder of the repository can be read");
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if entry.file_name() != "target" {
                walk(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is UTF-8");
            found.push((path, text));
        }
    }
}

/// Names the files that fail a check.
fn check(what: &str, fails: impl Fn(&Path, &str) -> bool) {
    let wrong: Vec<_> = rust_files()
        .into_iter()
        .filter(|(path, text)| fails(path, text))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    check("files over the limit; split them", |_, text| {
        text.lines().count() > LINES_MAX
    });
}

#[test]
fn every_file_says_what_it_is() {
    check("files that do not open with //!", |_, text| {
        !text.starts_with("//!")
    });
}

#[test]
fn no_file_has_an_empty_name() {
    check("files whose names say nothing", |path, _| {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        EMPTY_NAMES.contains(&name)
    });
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_ignored() {
    check("files with marks of something left for later", |_, text| {
        MARKS.iter().any(|mark| text.contains(mark)) || text.contains(concat!("#[ign", "ore"))
    });
}

#[test]
fn the_top_level_is_what_the_design_says() {
    let entries = fs::read_dir(root()).expect("the repository can be read");
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let known = TOP_LEVEL.contains(&name.as_str()) || name.starts_with('.');
        assert!(known, "{name} has no place at the top level");
    }
}

#[test]
fn every_top_level_folder_has_a_readme() {
    for folder in ["host", "wit", "plugins", "tests", "examples"] {
        assert!(
            root().join(folder).join("README.md").exists(),
            "{folder} has no README.md"
        );
    }
}
