//! Only the cells that have to change do, in whatever form a table was saved.

use std::path::Path;

use super::*;
use crate::{Known, KnownConnector, Location, read};

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.crm]
connector = "csv"
path = "crm"
[systems.shop]
connector = "csv"
path = "shop"
[entities.contact]
table = "contact.csv"
[entities.contact.systems.crm]
source = "contacts"
[entities.contact.systems.shop]
source = "people"
"#;

/// A treaty with this table, and what changes where crm owns these fields.
fn revise(table: &[u8], fields: &[&str]) -> Revised {
    let known = Known {
        connectors: vec![KnownConnector {
            name: "csv".into(),
            location: Location::Path,
            options: Vec::new(),
        }],
        shipped_rules: vec!["map-fields".into(), "resolve-standard".into()],
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("treaty.toml"), TREATY).expect("it is written");
    std::fs::write(folder.path().join("contact.csv"), table).expect("it is written");
    let treaty = read(folder.path(), &known).expect("a sound treaty");
    let contact = treaty.entity("contact").expect("it is there");
    let new = |name: &&str| NewOwner {
        field: contact.entity.table.field(name).expect("a field"),
        owner: contact.entity.system("crm").expect("a system"),
    };
    let new: Vec<_> = fields.iter().map(new).collect();
    let revised = treaty.with_owners(contact, &new).expect("it can be read");
    assert_eq!(revised.file, Path::new("contact.csv"));
    revised
}

/// The lines that a diff takes and gives.
fn lines(revised: &Revised) -> Vec<&str> {
    let diff = revised.diff.as_deref().expect("a patch can carry it");
    let lines = diff.split_inclusive('\n').skip(2);
    lines.filter(|line| line.starts_with(['-', '+'])).collect()
}

fn check(table: &str, expected: &[&str]) {
    assert_eq!(lines(&revise(table.as_bytes(), &["phone"])), expected);
}

#[test]
fn owner_and_rule_change_in_the_form_in_which_they_were_saved() {
    check(
        "field,type,owner,rule,crm,shop\nphone,phone,shared,longest,Phone,tel\n",
        &[
            "-phone,phone,shared,longest,Phone,tel\n",
            "+phone,phone,crm,,Phone,tel\n",
        ],
    );
    check(
        "\u{feff}\"field\";\"type\";\"crm\";\"shop\";\"owner\";\"rule\"\r\n\
         \"phone\";\"phone\";\"Größe; cm\";\"tel\"; \"Shared\" ;\"\"\"x\"\"\"\r\n",
        &[
            "-\"phone\";\"phone\";\"Größe; cm\";\"tel\"; \"Shared\" ;\"\"\"x\"\"\"\r\n",
            "+\"phone\";\"phone\";\"Größe; cm\";\"tel\"; \"crm\" ;\"\"\r\n",
        ],
    );
    check(
        "field\ttype\tcrm\tshop\tnotes\towner\nphone\tphone\tPhone\ttel\t  two  \t shared  ",
        &[
            "-phone\tphone\tPhone\ttel\t  two  \t shared  \n",
            "+phone\tphone\tPhone\ttel\t  two  \t crm  \n",
        ],
    );
    check(
        "sep=;\nfield;type;owner;crm;shop;notes\nphone;phone;shop;Phone;tel;\"two\nlines\"\n",
        &[
            "-phone;phone;shop;Phone;tel;\"two\n",
            "+phone;phone;crm;Phone;tel;\"two\n",
        ],
    );
}

#[test]
fn the_cells_are_told_with_their_places() {
    let table = "field,type,owner,rule,crm,shop\nphone,phone,shared, longest,Phone,tel\n\
                 city,text,shop,,City,town\n";
    let revised = revise(table.as_bytes(), &["city", "phone"]);
    let told: Vec<_> = revised
        .cells
        .iter()
        .map(|cell| {
            let Place { line, column, .. } = cell.place;
            format!(
                "{line}:{column} {} {}: {:?} becomes {:?}",
                cell.field, cell.heading, cell.before, cell.after
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "3:11 city owner: \"shop\" becomes \"crm\"",
            "2:13 phone owner: \"shared\" becomes \"crm\"",
            "2:21 phone rule: \"longest\" becomes \"\"",
        ]
    );
    assert_eq!(lines(&revised).len(), 4);
}

#[test]
fn what_a_patch_cannot_carry_is_told_by_its_cells() {
    let table = "field;type;owner;crm;shop\r\nphone;phone;shared;Größe;tel\r\n";
    let utf16: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Its letters have the same numbers in Windows-1252 and in Unicode.
    let windows: Vec<u8> = table.chars().map(|letter| letter as u8).collect();
    for bytes in [utf16, windows] {
        let revised = revise(&bytes, &["phone"]);
        assert_eq!(revised.diff, None);
        assert_eq!(revised.cells.len(), 1);
        assert_eq!(revised.cells[0].place.column, 13);
    }
}
