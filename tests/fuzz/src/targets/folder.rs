//! What a user writes: field tables and `treaty.toml`.

use std::fs;
use std::path::Path;

use treaty_folder::{Known, KnownConnector, Location, read};

use crate::target::{Reading, TOML, Target};

/// A field table, as a spreadsheet may have saved it.
pub(crate) const FIELD_TABLE: Target = Target {
    name: "field-table",
    read: read_table,
    more: Vec::new,
    words: &[&[
        b"\"",
        b"\"\"",
        b",",
        b";",
        b"\r\n",
        b"\n",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"=",
        b"(",
        b")",
        b"|",
        b"map(",
        b"split(;)",
        b"part(",
        b"date(",
        b"shared",
        b"hubspot",
        b"field",
    ]],
    runs: 2_000,
};

/// The file that says what a treaty is.
pub(crate) const TREATY: Target = Target {
    name: "treaty",
    read: read_treaty,
    more: Vec::new,
    words: &[
        TOML,
        &[
            b"\"\"\"",
            b"\\u0000",
            b"inf",
            b"env:",
            b"file:",
            b"../",
            b"[systems.",
            b"[entities.",
            b"0.5",
            b"1979-05-27T00:32:00.999999-07:00",
        ],
    ],
    runs: 2_000,
};

const TREATY_TOML: &str = r#"
[treaty]
name = "acme"
[systems.hubspot]
connector = "csv"
path = "hubspot"
[systems.salesforce]
connector = "csv"
path = "salesforce"
[entities.contact]
table = "contact.csv"
[entities.contact.systems.hubspot]
source = "contacts"
[entities.contact.systems.salesforce]
source = "contacts"
"#;

/// The tables of the quickstart.
const CONTACT: &[u8] = include_bytes!("../../corpus/field-table/quickstart-contact.csv");
const COMPANY: &[u8] = include_bytes!("../../corpus/field-table/quickstart-company.csv");

fn read_table(table: &[u8]) -> Reading {
    read_folder(&[
        ("treaty.toml", TREATY_TOML.as_bytes()),
        ("contact.csv", table),
    ])
}

fn read_treaty(treaty: &[u8]) -> Reading {
    read_folder(&[
        ("treaty.toml", treaty),
        ("contact.csv", CONTACT),
        ("company.csv", COMPANY),
        ("rules/phone-decides.wasm", b"\0asm"),
    ])
}

/// Reads a folder of these files; and whatever is wrong with it can be said.
fn read_folder(files: &[(&str, &[u8])]) -> Reading {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        let parent = path.parent().expect("it is in the folder");
        fs::create_dir_all(parent).expect("a folder can be made");
        fs::write(&path, bytes).expect("it can be written");
    }
    let reading = match read(folder.path(), &known()) {
        Ok(_) => Reading::Taken,
        Err(problems) => {
            let said = problems.to_string();
            assert!(!said.is_empty(), "it is refused, and nothing is said");
            Reading::Refused
        }
    };
    assert_untouched(folder.path(), files);
    reading
}

/// Reading writes nothing.
fn assert_untouched(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        let now = fs::read(folder.join(name)).expect("it is still there");
        assert!(now == *bytes, "reading a treaty has changed {name}");
    }
    let entries = folder.read_dir().expect("the folder can be read");
    assert_eq!(
        entries.count(),
        files.len(),
        "reading a treaty has made a file"
    );
}

fn known() -> Known {
    let connector = |name: &str, location, options: &[&str]| KnownConnector {
        name: name.into(),
        location,
        options: options.iter().map(|option| (*option).into()).collect(),
    };
    let rules = [
        "map-fields",
        "match-people",
        "match-companies",
        "resolve-standard",
    ];
    Known {
        connectors: vec![
            connector("csv", Location::Path, &["delimiter", "encoding", "new-ids"]),
            connector("postgres", Location::Url, &["schema"]),
        ],
        shipped_rules: rules.map(String::from).to_vec(),
    }
}
