//! A file as records under keys: what stands in it, and what is wrong with it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use treaty_model::{ActorKind, Cell as Position, Origin, RemoteId, Timestamp, Value};

use crate::convert::says_archived;
use crate::csv::Empty;
use crate::csv::dialect::Dialect;
use crate::csv::scan::{Cell, Scan, Scanned};
use crate::{Change, Record, Source, SystemError, remote};

/// How many problems of a file are named at once.
const PROBLEMS_MAX: usize = 5;

/// A file that was read and is sound: every record has all its cells and a key
/// of its own.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    dialect: Dialect,
    text: String,
    empty: Empty,
    header: Vec<String>,
    records: Vec<Scan>,
    ids: Vec<RemoteId>,
    index: HashMap<RemoteId, usize>,
    columns: Columns,
}

/// The columns that mean something to Treaty.
#[derive(Clone, Debug)]
struct Columns {
    key: Vec<usize>,
    updated: Option<usize>,
    actor: Option<usize>,
    archived: Option<usize>,
}

impl Table {
    /// Reads a text as records.
    pub(super) fn build(
        path: &Path,
        source: &Source,
        empty: Empty,
        dialect: Dialect,
        text: String,
    ) -> Result<Self, SystemError> {
        let scanned = crate::csv::scan::scan(&text, dialect.delimiter, usize::MAX);
        let header = header(path, &scanned)?;
        let columns = Columns::of(source, &header)?;
        sound(path, &header, &scanned)?;
        let mut records = scanned.records;
        records.remove(0);
        let mut table = Self {
            path: path.to_owned(),
            dialect,
            text,
            empty,
            header,
            ids: Vec::new(),
            index: HashMap::with_capacity(records.len()),
            records,
            columns,
        };
        table.number()?;
        Ok(table)
    }

    /// Gives every record its id.
    fn number(&mut self) -> Result<(), SystemError> {
        let mut problems = Vec::new();
        for (position, record) in self.records.iter().enumerate() {
            let parts: Vec<String> = self
                .columns
                .key
                .iter()
                .map(|&column| record.cells[column].value.clone())
                .collect();
            let id = remote::join(&parts);
            if parts.iter().any(String::is_empty) {
                problems.push(format!(
                    "line {} has no {}",
                    record.line,
                    self.key_names().join(" and ")
                ));
            } else if let Some(&first) = self.index.get(&id) {
                problems.push(format!(
                    "lines {} and {} have the same {} {id}",
                    self.records[first].line,
                    record.line,
                    self.key_names().join(" and ")
                ));
            } else {
                self.index.insert(id.clone(), position);
            }
            self.ids.push(id);
        }
        refuse(
            &self.path,
            problems,
            "every record needs a key of its own; correct the file",
        )
    }

    pub(super) fn key_names(&self) -> Vec<&str> {
        self.columns
            .key
            .iter()
            .map(|&column| self.header[column].as_str())
            .collect()
    }

    /// How the file is written.
    pub(super) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Its text, after the byte order mark.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The names of its columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The columns of the key.
    pub(super) fn key(&self) -> &[usize] {
        &self.columns.key
    }

    /// The column that marks a record as archived.
    pub(super) fn archived_column(&self) -> Option<usize> {
        self.columns.archived
    }

    /// What an empty cell is.
    pub(super) fn empty(&self) -> Empty {
        self.empty
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The record at a place, as it stands in the file.
    pub(super) fn scan(&self, position: usize) -> &Scan {
        &self.records[position]
    }

    /// All ids with their places.
    pub(super) fn index(&self) -> &HashMap<RemoteId, usize> {
        &self.index
    }

    /// The record under an id; none where it is archived.
    pub(super) fn visible(&self, id: &RemoteId) -> Option<Record> {
        let cells = &self.records[*self.index.get(id)?].cells;
        self.record(id, cells)
    }

    /// The record at a place, as a change.
    pub(super) fn change(&self, position: usize) -> Change {
        let (id, cells) = (&self.ids[position], &self.records[position].cells);
        match self.record(id, cells) {
            Some(record) => Change::Record(record),
            None => Change::Deleted {
                id: id.clone(),
                at: self.changed_at(cells),
                origin: self.origin(cells),
            },
        }
    }

    /// These cells as a record; none where they say that it is archived.
    pub(super) fn record(&self, id: &RemoteId, cells: &[Cell]) -> Option<Record> {
        if self.is_archived(cells) {
            return None;
        }
        Some(Record {
            id: id.clone(),
            own: cells.iter().map(|cell| self.value(cell)).collect(),
            changed_at: self.changed_at(cells),
            origin: self.origin(cells),
            mark: None,
        })
    }

    /// Whether these cells say that their record is archived.
    pub(super) fn is_archived(&self, cells: &[Cell]) -> bool {
        self.columns
            .archived
            .is_some_and(|column| says_archived(&self.value(&cells[column])))
    }

    /// What a cell holds.
    pub(super) fn value(&self, cell: &Cell) -> Position {
        Some(match self.empty {
            Empty::Null if cell.value.is_empty() => Value::Null,
            _ => Value::text(cell.value.as_str()),
        })
    }

    fn changed_at(&self, cells: &[Cell]) -> Option<Timestamp> {
        let cell = &cells[self.columns.updated?];
        Timestamp::parse(&cell.value).ok()
    }

    fn origin(&self, cells: &[Cell]) -> Origin {
        let actor = self.columns.actor.map(|column| cells[column].value.clone());
        Origin {
            kind: ActorKind::Unknown,
            actor: actor.filter(|actor| !actor.is_empty()),
        }
    }
}

impl Columns {
    fn of(source: &Source, header: &[String]) -> Result<Self, SystemError> {
        let column = |name: &String, what: &str| {
            header
                .iter()
                .position(|column| column == name)
                .ok_or_else(|| SystemError::Schema {
                    source_name: source.name.clone(),
                    message: format!(
                        "has no column {name:?} for its {what}; its columns: {}",
                        header.join(", ")
                    ),
                })
        };
        let default = ["id".to_owned()];
        let key = if source.key.is_empty() {
            &default[..]
        } else {
            &source.key[..]
        };
        let optional =
            |name: &Option<String>, what| name.as_ref().map(|name| column(name, what)).transpose();
        Ok(Self {
            key: key
                .iter()
                .map(|name| column(name, "key"))
                .collect::<Result<_, _>>()?,
            updated: optional(&source.updated, "time of change")?,
            actor: optional(&source.actor, "actor")?,
            archived: optional(&source.archived, "archived mark")?,
        })
    }
}

/// The names of the columns.
pub(super) fn header(path: &Path, scanned: &Scanned) -> Result<Vec<String>, SystemError> {
    let Some(first) = scanned.records.first() else {
        let hint = match scanned.damage {
            Some((line, damage)) => format!("line {line}: {damage}"),
            None => "the file is empty; its first line must name its columns; if it held records, \
                     restore it from a copy"
                .to_owned(),
        };
        return Err(content(path, hint));
    };
    let names: Vec<String> = first.cells.iter().map(|cell| cell.value.clone()).collect();
    let mut problems = Vec::new();
    for (position, name) in names.iter().enumerate() {
        let earlier = names[..position].iter().position(|other| other == name);
        if name.trim().is_empty() {
            problems.push(format!("column {} has no name", position + 1));
        } else if let Some(earlier) = earlier {
            problems.push(format!(
                "columns {} and {} are both named {name:?}",
                earlier + 1,
                position + 1
            ));
        }
    }
    refuse(path, problems, "every column needs a name of its own")?;
    Ok(names)
}

/// Refuses a file that is damaged or cut off.
pub(super) fn sound(path: &Path, header: &[String], scanned: &Scanned) -> Result<(), SystemError> {
    let mut problems = Vec::new();
    for record in &scanned.records[1..] {
        let (cells, columns) = (record.cells.len(), header.len());
        if cells != columns {
            let unit = if cells == 1 { "cell" } else { "cells" };
            problems.push(format!(
                "line {} has {cells} {unit} where the header has {columns}",
                record.line
            ));
        }
    }
    if let Some((line, damage)) = scanned.damage {
        problems.push(format!("line {line}: {damage}"));
    }
    refuse(
        path,
        problems,
        "the file may be cut off: restore it, or correct these lines",
    )
}

fn refuse(path: &Path, mut problems: Vec<String>, hint: &str) -> Result<(), SystemError> {
    if problems.is_empty() {
        return Ok(());
    }
    let more = problems.len().saturating_sub(PROBLEMS_MAX);
    problems.truncate(PROBLEMS_MAX);
    if more > 0 {
        problems.push(format!("and {more} more"));
    }
    Err(content(path, format!("{}; {hint}", problems.join("; "))))
}

/// An error about what a file holds.
pub(super) fn content(path: &Path, message: impl Into<String>) -> SystemError {
    SystemError::Content {
        place: path.display().to_string(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::dialect::DialectOptions;

    fn check(text: &str, expected: Result<usize, &str>) {
        let dialect = DialectOptions::default().detect(text, encoding_rs::UTF_8, false);
        let source = Source::named("people");
        let table = Table::build(
            Path::new("people.csv"),
            &source,
            Empty::Null,
            dialect,
            text.to_owned(),
        );
        let found = table
            .map(|table| table.len())
            .map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{text:?}");
    }

    #[test]
    fn a_sound_file_is_read_and_a_damaged_one_refused() {
        check("id,name\n1,Anna\n2,\n", Ok(2));
        check("id,name\n", Ok(0));
        check(
            "",
            Err(
                "people.csv: the file is empty; its first line must name its columns; if it held \
                 records, restore it from a copy",
            ),
        );
        check(
            "id,name\n1,Anna\n2",
            Err(
                "people.csv: line 3 has 1 cell where the header has 2; the file may be cut off: \
                 restore it, or correct these lines",
            ),
        );
        check(
            "id,name\n1,\"An",
            Err(
                "people.csv: line 2: a quote opens here and never closes: the file is cut off, \
                 or a quote is one too many; the file may be cut off: restore it, or correct \
                 these lines",
            ),
        );
        check(
            "id,id\n1,2\n",
            Err(
                "people.csv: columns 1 and 2 are both named \"id\"; every column needs a name of \
                 its own",
            ),
        );
        check(
            "id,name\n1,a\n\n,b\n1,c\n",
            Err(
                "people.csv: line 4 has no id; lines 2 and 5 have the same id 1; every record \
                 needs a key of its own; correct the file",
            ),
        );
        check(
            "nr,name\n1,a\n",
            Err("people: has no column \"id\" for its key; its columns: nr, name"),
        );
    }
}
