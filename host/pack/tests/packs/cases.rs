//! Case folders: each folder of `tests/cases` is the folder of a pack, and its
//! `expected.txt` is what reading it says.
//!
//! To add a case, add a folder with a `pack.toml`. To write or refresh what is
//! expected, and then review the difference:
//!
//! ```text
//! TREATY_BLESS=1 cargo test -p treaty-pack --test packs cases
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use treaty_pack::{PackLimits, read_folder};

#[test]
fn every_case_says_what_is_expected() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let bless = std::env::var_os("TREATY_BLESS").is_some();
    let mut folders: Vec<_> = fs::read_dir(&cases)
        .expect("the folder of the cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    folders.sort();
    assert!(folders.len() >= 8, "the cases are gone");
    let mut differences = String::new();
    for folder in folders {
        let found = say(&folder);
        let file = folder.join("expected.txt");
        if bless {
            fs::write(&file, &found).expect("the expectation is written");
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            let name = folder.file_name().expect("a name").display();
            let _ = write!(
                differences,
                "== {name}, expected:\n{expected}\n== {name}, found:\n{found}\n"
            );
        }
    }
    assert!(
        differences.is_empty(),
        "{differences}\nif this is meant: TREATY_BLESS=1 cargo test -p treaty-pack --test packs cases"
    );
}

fn say(folder: &Path) -> String {
    match read_folder(folder, &PackLimits::default()) {
        Err(error) => format!("{error}\n"),
        Ok(pack) => {
            let mut text = format!("{} {}\n", pack.label(), pack.digest());
            for file in pack.files() {
                let _ = writeln!(text, "  {file:?}");
            }
            let settings = serde_json::to_string_pretty(pack.settings());
            text + &settings.expect("it is JSON") + "\n"
        }
    }
}

/// Every key of the case that uses them all is explained.
#[test]
fn every_key_is_documented() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| fs::read_to_string(room.join(file)).expect("a text");
    let (readme, full) = (read("README.md"), read("tests/cases/full/pack.toml"));
    for line in full.lines() {
        if let Some((key, _)) = line.split_once(" = ")
            && !["z", "a", "contact", "company"].contains(&key)
        {
            assert!(
                readme.contains(&format!("`{key}`")),
                "{key} is not explained"
            );
        }
    }
}
