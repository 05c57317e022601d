//! Case files: what a product owner writes, and what comes with a pack.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use treaty_folder::{
    Bare, BareTable, Component, Expectations, Extent, Limits, PackSheet, Profile, RuleSettings,
    TreatyFolder, around, case_texts, read_cases,
};

use crate::target::{Reading, TOML, Target};

/// A case file.
pub(crate) const TARGET: Target = Target {
    name: "cases",
    read,
    more: Vec::new,
    words: &[
        TOML,
        &[
            b"[[case]]",
            b"entity",
            b"rule",
            b"fields = []",
            b"sides",
            b"expect.",
            b"{ null = true }",
            b"0x7fffffffffffffff",
            b"2026-11-20T10:00:00Z",
            b"9999-12-31T23:59:60-23:59",
            b"00:32:00.999999999999",
            b"[own.contact.salesforce]",
        ],
    ],
    runs: 2_000,
};

const TABLE: &[u8] = include_bytes!("../../corpus/field-table/quickstart-contact.csv");

/// The quickstart's contacts without their systems.
fn folder() -> &'static TreatyFolder {
    static FOLDER: OnceLock<TreatyFolder> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let rules = ["match-people", "phone-decides"].map(|name| RuleSettings {
            name: name.to_owned(),
            component: Component::Shipped(name.to_owned()),
            profile: Profile::default(),
            configuration: serde_json::json!({}),
            limits: Limits::default(),
            shadow: None,
        });
        let sheets = [PackSheet {
            file: "contact.csv".into(),
            bytes: TABLE.into(),
        }];
        let bare = Bare {
            name: "quickstart",
            tables: vec![BareTable {
                entity: "contact",
                sheets: &sheets,
            }],
            rules: rules.into(),
            mappers: Vec::new(),
            matchers: vec!["match-people"],
            limits: Limits::default(),
            // Companies are not here.
            extent: Extent::Part,
        };
        around(&bare).expect("the table is sound")
    })
}

/// Reads a case file. What is a test can also be tried, and whoever compares two
/// versions finds as many cases in it.
fn read(bytes: &[u8]) -> Reading {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Reading::Refused;
    };
    let shown = Path::new("cases.toml");
    let texts = case_texts(shown, text);
    let none = BTreeSet::new();
    match read_cases(folder(), shown, text, Expectations::Required, &none) {
        Ok(file) => {
            let tried = read_cases(folder(), shown, text, Expectations::Optional, &none);
            let tried = tried.expect("what is a test can be tried");
            assert_eq!(file.cases.len(), tried.cases.len());
            let texts = texts.expect("what can be read can be compared");
            assert_eq!(file.cases.len(), texts.len());
            Reading::Taken
        }
        Err(problems) => {
            assert!(!problems.to_string().is_empty(), "refused without a word");
            Reading::Refused
        }
    }
}
