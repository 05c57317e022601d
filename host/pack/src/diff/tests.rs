//! What is told of two packs, by what was edited in one.

use std::fs;

use serde_json::json;

use super::*;
use crate::{PackLimits, read_folder};

const SETTINGS: &str = r#"
[pack]
name = "base"
version = "1.0.0"
contract = "0.1.0"
licence = "MIT"
description = "Contacts"
cases = ["cases"]
documents = ["README.md"]
[rules.keep]
component = "keep.wasm"
[rules.keep.configuration]
prefer = { systems = ["crm"], least = 2 }
[rules.match]
component = "shipped:match-people"
[tables]
contact = "contact.csv"
[budget]
fuel-base = 7
"#;

const TABLE: &str = "field,type,owner,rule,crm,desk\nemail,email,shared,keep,Email,mail\ncity,city,crm,,City,town\n";
const CASES: &str = "entity = \"contact\"\n[[case]]\nname = \"one\"\nbase = 7\n[[case]]\nname = \"two\"\nbase = 8\n";

/// A pack in which these texts stand in the place of others.
fn pack(edits: &[(&str, &str, &str)]) -> Pack {
    let place = tempfile::tempdir().expect("a folder");
    let files = [
        ("pack.toml", SETTINGS),
        ("contact.csv", TABLE),
        ("cases/a.toml", CASES),
        ("README.md", "about it"),
        ("keep.wasm", "\0asm\u{d}\0\u{1}\0"),
    ];
    fs::create_dir(place.path().join("cases")).expect("a folder");
    for (name, text) in files {
        let mut text = text.to_owned();
        for (_, before, after) in edits.iter().filter(|(file, ..)| *file == name) {
            assert!(text.contains(before), "{before} is not in {name}");
            text = text.replace(before, after);
        }
        fs::write(place.path().join(name), text).expect("a file");
    }
    read_folder(place.path(), &PackLimits::default()).expect("a pack")
}

/// What differs where these texts were edited, as JSON without what is empty.
#[track_caller]
fn check(edits: &[(&str, &str, &str)], expected: Json) {
    let told = serde_json::to_value(diff(&pack(&[]), &pack(edits))).expect("it is JSON");
    let mut told = told.as_object().expect("an object").clone();
    let is_empty = |value: &Json| *value == json!([]) || *value == json!({});
    told.retain(|_, value| !is_empty(value));
    assert_eq!(Json::Object(told), expected);
}

#[test]
fn what_is_the_same_is_not_told() {
    assert!(diff(&pack(&[]), &pack(&[])).is_empty());
    let comment = [
        ("pack.toml", "[budget]", "# by now\n[budget]"),
        ("contact.csv", ",", ";"),
        ("cases/a.toml", "base = 7", "base   =   7"),
    ];
    assert!(diff(&pack(&[]), &pack(&comment)).is_empty());
}

#[test]
fn what_a_pack_says_of_itself_and_its_budget() {
    check(
        &[
            ("pack.toml", "1.0.0", "1.1.0"),
            ("pack.toml", "fuel-base = 7", "log-lines = 3"),
        ],
        json!({
            "said": [{ "key": "version", "was": "1.0.0", "is": "1.1.0" }],
            "budget": [
                { "key": "fuel-base", "was": 7, "is": null },
                { "key": "log-lines", "was": null, "is": 3 },
            ],
        }),
    );
}

#[test]
fn rows_are_compared_cell_by_cell() {
    check(
        &[
            (
                "contact.csv",
                "email,email,shared,keep,Email,",
                "email,email,crm,,Email,",
            ),
            (
                "contact.csv",
                "city,city,crm,,City,town",
                "town,city,crm,,City,town",
            ),
        ],
        json!({ "tables": { "contact": {
            "change": "changed",
            "added": [{ "field": "town", "cells": {
                "type": "city", "owner": "crm", "crm": "City", "desk": "town",
            } }],
            "removed": ["city"],
            "cells": [
                { "field": "email", "heading": "owner", "was": "shared", "is": "crm" },
                { "field": "email", "heading": "rule", "was": "keep", "is": "" },
            ],
            "unreadable": null,
        } } }),
    );
    check(
        &[("contact.csv", "field,", "\"field,")],
        json!({ "tables": { "contact": {
            "change": "changed", "added": [], "removed": [], "cells": [],
            "unreadable": "contact.csv: a quote is opened here and never closed",
        } } }),
    );
}

#[test]
fn rules_are_compared_by_component_and_key() {
    check(
        &[
            ("pack.toml", "least = 2", "least = 3"),
            ("keep.wasm", "\0asm\u{d}\0\u{1}\0", "\0asm\u{d}\0\u{1}\0\0"),
            ("pack.toml", "[rules.match]", "[rules.meet]"),
        ],
        json!({ "rules": {
            "keep": { "change": "changed", "component": "changed", "settings": [
                { "key": "configuration.prefer.least", "was": 2, "is": 3 },
            ] },
            "match": { "change": "removed", "component": null, "settings": [
                { "key": "profile", "was": "contract", "is": null },
            ] },
            "meet": { "change": "added", "component": null, "settings": [
                { "key": "profile", "was": null, "is": "contract" },
            ] },
        } }),
    );
}

#[test]
fn cases_are_known_by_their_names() {
    check(
        &[
            ("cases/a.toml", "base = 7", "base = 9"),
            ("cases/a.toml", "\"two\"", "\"three\""),
            ("README.md", "about", "all about"),
        ],
        json!({
            "cases": [
                { "change": "changed", "name": "one", "file": "cases/a.toml" },
                { "change": "added", "name": "three", "file": "cases/a.toml" },
                { "change": "removed", "name": "two", "file": "cases/a.toml" },
            ],
            "documents": { "README.md": "changed" },
        }),
    );
    // What a file says for all of its cases is said by each.
    check(
        &[("cases/a.toml", "\"contact\"", "\"lead\"")],
        json!({ "cases": [
            { "change": "changed", "name": "one", "file": "cases/a.toml" },
            { "change": "changed", "name": "two", "file": "cases/a.toml" },
        ] }),
    );
}
