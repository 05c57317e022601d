//! A look at a folder: which files are tables, and some of their records. No key
//! is needed for it.

use treaty_model::{OwnField, OwnKind, OwnSchema, Value};

use crate::csv::file::read_whole;
use crate::csv::scan::{Cell, scan};
use crate::csv::table::{content, header, sound};
use crate::csv::{Empty, Shared};
use crate::{Sample, Source, SystemError};

/// The endings of files that are tables.
const ENDINGS: [&str; 3] = ["csv", "tsv", "txt"];

/// The default key of a file.
const KEY: &str = "id";

/// The files that are tables, without their `.csv`.
pub(super) fn sources(shared: &Shared) -> Result<Vec<String>, SystemError> {
    let names = shared.file_names()?.into_iter();
    let tables = names.filter(|name| {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| ENDINGS.contains(&ending.to_lowercase().as_str()))
            && shared.folder.join(name).is_file()
    });
    let mut names: Vec<_> = tables
        .map(|name| name.strip_suffix(".csv").unwrap_or(&name).to_owned())
        .collect();
    names.sort();
    Ok(names)
}

/// The first records of a file.
pub(super) fn sample(
    shared: &Shared,
    source: &Source,
    rows_max: usize,
) -> Result<Sample, SystemError> {
    let path = shared.path(source)?;
    let (_, bytes) = read_whole(&path)?;
    let dialect = &shared.options.dialect;
    let (text, encoding, mark) = dialect
        .decode(&bytes)
        .map_err(|message| content(&path, message))?;
    let dialect = dialect.detect(&text, encoding, mark);
    let scanned = scan(&text, dialect.delimiter, usize::MAX);
    let names = header(&path, &scanned)?;
    sound(&path, &names, &scanned)?;
    let empty = shared.options.empty;
    let keys: Vec<&str> = match source.key.is_empty() {
        true => vec![KEY],
        false => source.key.iter().map(String::as_str).collect(),
    };
    let field = |name: String| OwnField {
        kind: OwnKind::Text,
        nullable: empty == Empty::Null,
        key: keys.contains(&name.as_str()),
        read_only: false,
        native: "text".to_owned(),
        name,
    };
    let value = |cell: &Cell| match empty {
        Empty::Null if cell.value.is_empty() => Some(Value::Null),
        _ => Some(Value::text(cell.value.as_str())),
    };
    let records = &scanned.records[1..];
    let shown = records.iter().take(rows_max);
    Ok(Sample {
        schema: OwnSchema {
            fields: names.into_iter().map(field).collect(),
        },
        rows: shown
            .map(|record| record.cells.iter().map(value).collect())
            .collect(),
        more: records.len() > rows_max,
    })
}
