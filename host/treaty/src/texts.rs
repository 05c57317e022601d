//! Tables and cases as texts: for whoever compares two versions of them and asks
//! nothing about what they mean.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::document::Document;
use crate::sheet::{Sheet, decode};
use crate::{Problem, Problems};

/// A field table as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableTexts {
    /// The rows in the order of the file: the cells that are not blank, by their
    /// headings in lower case.
    pub rows: Vec<BTreeMap<String, String>>,
}

/// A case as it was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseText {
    /// Its name.
    pub name: String,
    /// What it says, with what its file says for all of its cases.
    pub says: Json,
}

/// Takes a field table apart into texts.
///
/// # Errors
/// What is no table at all.
pub fn table_texts(file: &Path, bytes: &[u8]) -> Result<TableTexts, Problem> {
    let text =
        decode(bytes).ok_or_else(|| Problem::of_file(file, "is no text that can be read"))?;
    let sheet = Sheet::parse(file, &text)?;
    let headings = sheet.headings.iter();
    let headings: Vec<_> = headings.map(|cell| cell.text.to_lowercase()).collect();
    let rows = sheet.rows.iter().map(|row| {
        let cells = headings.iter().zip(&row.cells);
        let cells = cells.filter(|(_, cell)| !cell.text.is_empty());
        cells
            .map(|(heading, cell)| (heading.clone(), cell.text.clone()))
            .collect()
    });
    Ok(TableTexts {
        rows: rows.collect(),
    })
}

/// Takes a case file apart into texts, in its order.
///
/// # Errors
/// What is no TOML, or has something else in the place of cases.
pub fn case_texts(file: &Path, text: &str) -> Result<Vec<CaseText>, Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = Document::parse(file, text)?;
    let whole = document.section();
    let Json::Object(mut head) = whole.json() else {
        unreachable!("a file is an object");
    };
    head.remove("case");
    let cases = whole.list_below("case");
    let cases = cases.iter().map(|section| {
        let mut says: Map<String, Json> = head.clone();
        if let Json::Object(own) = section.json() {
            says.extend(own);
        }
        let name = says.remove("name");
        let name = name.as_ref().and_then(Json::as_str).unwrap_or_default();
        CaseText {
            name: name.to_owned(),
            says: Json::Object(says),
        }
    });
    let cases = cases.collect();
    match Problems(document.take_problems()) {
        problems if problems.has_errors() => Err(problems),
        _ => Ok(cases),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_rows_of_texts() {
        let texts = table_texts(
            Path::new("contact.csv"),
            b"Field;Owner;notes\nemail;shared;\n;;\ncity;crm;\"a; b\"\n",
        );
        let rows = texts.expect("a table").rows;
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].get("owner").map(String::as_str), Some("shared"));
        assert_eq!(rows[0].get("notes"), None);
        assert_eq!(rows[1].get("notes").map(String::as_str), Some("a; b"));
        assert!(table_texts(Path::new("contact.csv"), b"").is_err());
    }

    #[test]
    fn a_case_says_what_its_file_says() {
        let check = |text: &str, expected: Option<&[(&str, &str)]>| {
            let found = case_texts(Path::new("a.toml"), text).ok();
            let found = found.map(|cases| {
                let cases = cases.into_iter();
                let cases = cases.map(|case| (case.name, case.says.to_string()));
                cases.collect::<Vec<_>>()
            });
            let expected = expected.map(|cases| {
                let cases = cases.iter();
                let cases = cases.map(|(name, says)| ((*name).to_owned(), (*says).to_owned()));
                cases.collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{text}");
        };
        check(
            "entity = \"contact\"\n[[case]]\nname = \"one\"\nbase = 7\n",
            Some(&[("one", "{\"base\":7,\"entity\":\"contact\"}")]),
        );
        check("", Some(&[]));
        check("case = 7", None);
        check("[[case]", None);
    }
}
