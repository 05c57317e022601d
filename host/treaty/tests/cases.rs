//! Case folders: each folder of `tests/cases` is a treaty, and its
//! `expected.txt` is what reading it says.
//!
//! To add a case, add a folder with a `treaty.toml` and its tables. To write or
//! refresh what is expected, and then review the difference:
//!
//! ```text
//! TREATY_BLESS=1 cargo test -p treaty-folder --test cases
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use treaty_folder::{EntitySettings, Known, KnownConnector, Location, TreatyFolder, read};
use treaty_model::{FieldRow, Owner};

fn known() -> Known {
    let connector = |name: &str, location, options: &[&str]| KnownConnector {
        name: name.into(),
        location,
        options: options.iter().map(|option| (*option).into()).collect(),
    };
    let rules = ["map-fields", "match-people", "resolve-standard"];
    Known {
        connectors: vec![
            connector("csv", Location::Path, &["delimiter", "encoding"]),
            connector("sqlite", Location::Path, &[]),
            connector("postgres", Location::Url, &["schema"]),
        ],
        shipped_rules: rules.map(String::from).to_vec(),
    }
}

/// Every key of the case that uses them all is explained.
#[test]
fn every_key_is_documented() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| fs::read_to_string(room.join(file)).expect("a text");
    let (readme, full) = (read("README.md"), read("tests/cases/full/treaty.toml"));
    for line in full.lines() {
        let in_rule_or_options = [
            "delimiter",
            "options",
            "prefer",
            "since",
            "weight",
            "countries",
        ];
        if let Some((key, _)) = line.split_once(" = ")
            && !in_rule_or_options.contains(&key)
        {
            assert!(
                readme.contains(&format!("`{key}`")),
                "{key} is not explained"
            );
        }
    }
}

#[test]
fn every_case_says_what_is_expected() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let bless = std::env::var_os("TREATY_BLESS").is_some();
    let mut differences = String::new();
    let mut count = 0;
    let mut folders: Vec<_> = fs::read_dir(&cases)
        .expect("the folder of the cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    folders.sort();
    for folder in folders {
        count += 1;
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
    assert!(count >= 15, "the cases are gone");
    assert!(
        differences.is_empty(),
        "{differences}\nif this is meant: TREATY_BLESS=1 cargo test -p treaty-folder --test cases"
    );
}

fn say(folder: &Path) -> String {
    match read(folder, &known()) {
        Err(problems) => format!("{problems}\n"),
        Ok(treaty) if treaty.warnings.0.is_empty() => show(&treaty),
        Ok(treaty) => format!("{}\n{}", treaty.warnings, show(&treaty)),
    }
}

fn show(treaty: &TreatyFolder) -> String {
    let mut text = format!("treaty {}\n", treaty.name);
    for entity in &treaty.entities {
        let _ = writeln!(text, "  {}", entity.entity.name);
        for (index, row) in entity.entity.table.rows.iter().enumerate() {
            let line = entity.table_lines[index];
            let _ = writeln!(text, "    {line}: {}", show_row(entity, row));
        }
    }
    for distance in treaty.conflict_distance() {
        let (entity, owned, shared) = (&distance.entity, distance.owned, distance.shared);
        let _ = writeln!(text, "  {entity}: {owned} owned, {shared} shared");
    }
    text
}

fn show_row(entity: &EntitySettings, row: &FieldRow) -> String {
    let owner = match row.owner {
        Owner::Shared => "shared".to_owned(),
        Owner::System(system) => entity.entity.part(system).system.to_string(),
    };
    let mut text = format!("{} ({}) of {owner}", row.name, row.semantic);
    for (part, column) in entity.entity.systems.iter().zip(&row.columns) {
        if let Some(column) = column {
            let access = if column.read_only { ", read-only" } else { "" };
            let _ = write!(text, "; {} {:?}{access}", part.system, column.own);
        }
    }
    let _ = write!(text, "; {:?}", row.cells);
    text
}
