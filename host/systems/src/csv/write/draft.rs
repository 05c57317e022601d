//! The next version of a file, as writes are applied to it one by one.

use std::collections::{BTreeMap, HashMap};

use treaty_model::{IntentId, OwnKind, RemoteId, Row, Timestamp, Value};

use super::given_id;
use crate::convert::convert;
use crate::csv::new_id::{Memory, next_number, text_id};
use crate::csv::scan::{Cell, line_ending_at};
use crate::csv::table::Table;
use crate::csv::{CsvOptions, NewIds};
use crate::{Action, Outcome, Record, SystemWrite, remote};

/// The next version of a file.
pub(super) struct Draft<'a> {
    table: &'a Table,
    options: &'a CsvOptions,
    now: Timestamp,
    /// By place: the record's new cells; none where it is deleted.
    edits: BTreeMap<usize, Option<Vec<Cell>>>,
    added: Vec<Vec<Cell>>,
    added_index: HashMap<RemoteId, usize>,
}

/// A refusal: the field that it is about, and why.
type Refusal = (Option<String>, String);

impl<'a> Draft<'a> {
    /// A draft in which nothing is changed yet.
    pub(super) fn of(table: &'a Table, options: &'a CsvOptions, now: Timestamp) -> Self {
        Self {
            table,
            options,
            now,
            edits: BTreeMap::new(),
            added: Vec::new(),
            added_index: HashMap::new(),
        }
    }

    /// Whether anything is changed.
    pub(super) fn is_changed(&self) -> bool {
        !self.edits.is_empty() || !self.added.is_empty()
    }

    /// Applies a write, if it can be.
    pub(super) fn apply(&mut self, write: &SystemWrite, memory: &mut Memory) -> Outcome {
        let applied = match &write.action {
            Action::Create { values } => self.create(&write.intent, values, memory),
            Action::Update {
                id,
                values,
                expected,
            } => self.update(id, values, expected),
            Action::Archive { id, expected } => self.archive(id, expected),
            Action::Delete { id, expected } => Ok(self.delete(id, expected)),
        };
        applied.unwrap_or_else(|(field, message)| Outcome::Refused { field, message })
    }

    fn create(
        &mut self,
        intent: &IntentId,
        values: &Row,
        memory: &mut Memory,
    ) -> Result<Outcome, Refusal> {
        let given = given_id(self.table, values);
        let made = given.is_none();
        let remembered = memory.get(intent).cloned();
        let id = match &given {
            Some(id) => id.clone(),
            None => self.made_id(intent, remembered.as_ref())?,
        };
        if let Some(cells) = self.cells(&id) {
            if remembered.as_ref() == Some(&id) || made {
                return Ok(Outcome::Done(self.record(&id, cells)));
            }
            let key = self.table.header()[self.table.key()[0]].clone();
            return Err((
                Some(key),
                format!("the file already has a record with the key {id}"),
            ));
        }
        let quoted = self.table.dialect().quote_all;
        let parts = remote::split(&id, self.table.key().len()).unwrap_or_default();
        let mut cells = Vec::with_capacity(self.table.header().len());
        for column in 0..self.table.header().len() {
            let part = self.table.key().iter().position(|&key| key == column);
            let value = match part.and_then(|part| parts.get(part)) {
                Some(part) => self.checked(column, part.clone())?,
                None => match values.get(column).and_then(Option::as_ref) {
                    Some(value) => self.cell_text(column, value)?,
                    None => String::new(),
                },
            };
            cells.push(Cell { value, quoted });
        }
        if !(made && self.options.new_ids == NewIds::Text) {
            memory.remember(intent, &id);
        }
        let record = self.record(&id, &cells);
        self.added_index.insert(id, self.added.len());
        self.added.push(cells);
        Ok(Outcome::Done(record))
    }

    /// An id for a record that comes without one.
    fn made_id(
        &self,
        intent: &IntentId,
        remembered: Option<&RemoteId>,
    ) -> Result<RemoteId, Refusal> {
        let &[column] = self.table.key() else {
            let names = self.table.key_names().join(" and ");
            return Err((None, format!("a new record needs its whole key: {names}")));
        };
        if self.options.new_ids == NewIds::Text {
            return Ok(RemoteId(text_id(intent)));
        }
        if let Some(id) = remembered {
            return Ok(id.clone());
        }
        let ids = self.table.index().keys().chain(self.added_index.keys());
        let number = next_number(ids);
        if number == u64::MAX {
            let field = self.table.header()[column].clone();
            return Err((Some(field), "there is no higher number".to_owned()));
        }
        Ok(RemoteId(number.to_string()))
    }

    fn update(&mut self, id: &RemoteId, values: &Row, expected: &Row) -> Result<Outcome, Refusal> {
        let Some(standing) = self.cells(id).map(<[Cell]>::to_vec) else {
            return Ok(Outcome::Stale(None));
        };
        let mut cells = standing.clone();
        for (column, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let text = self.cell_text(column, value)?;
            if self.table.key().contains(&column) && text != standing[column].value {
                let field = self.table.header()[column].clone();
                return Err((
                    Some(field),
                    "the key of a record cannot be changed".to_owned(),
                ));
            }
            cells[column].value = text;
        }
        let hidden = self.table.is_archived(&standing) && self.table.is_archived(&cells);
        if cells == standing && !hidden {
            return Ok(Outcome::Done(self.record(id, &cells)));
        }
        let as_expected = values.iter().enumerate().all(|(column, value)| {
            value.is_none() || self.is_expected(column, &standing, expected)
        });
        if hidden || !as_expected {
            return Ok(Outcome::Stale(self.record(id, &standing)));
        }
        let record = self.record(id, &cells);
        self.put(id, Some(cells));
        Ok(Outcome::Done(record))
    }

    fn is_expected(&self, column: usize, standing: &[Cell], expected: &Row) -> bool {
        match expected.get(column).and_then(Option::as_ref) {
            None => true,
            Some(expected) => self
                .cell_text(column, expected)
                .is_ok_and(|expected| expected == standing[column].value),
        }
    }

    /// Whether everything that the caller saw of a record still stands.
    fn still_stands(&self, standing: &[Cell], expected: &Row) -> bool {
        (0..expected.len()).all(|column| self.is_expected(column, standing, expected))
    }

    fn delete(&mut self, id: &RemoteId, expected: &Row) -> Outcome {
        if let Some(standing) = self.cells(id)
            && !self.still_stands(standing, expected)
        {
            return Outcome::Stale(self.record(id, standing));
        }
        self.put(id, None);
        Outcome::Done(None)
    }

    fn archive(&mut self, id: &RemoteId, expected: &Row) -> Result<Outcome, Refusal> {
        let Some(column) = self.table.archived_column() else {
            return Err((
                None,
                "the treaty names no column that marks a record as archived; name it as the \
 source's archived"
                    .to_owned(),
            ));
        };
        if let Some(standing) = self.cells(id)
            && !self.table.is_archived(standing)
        {
            if !self.still_stands(standing, expected) {
                return Ok(Outcome::Stale(self.record(id, standing)));
            }
            let mut cells = standing.to_vec();
            cells[column].value = self.archived_text(column);
            self.put(id, Some(cells));
        }
        Ok(Outcome::Done(None))
    }

    /// The mark as the file makes it: a time where the others are times.
    fn archived_text(&self, column: usize) -> String {
        let times = (0..self.table.len())
            .map(|position| &self.table.scan(position).cells[column].value)
            .find(|value| !value.is_empty())
            .is_some_and(|value| Timestamp::parse(value).is_ok());
        if times {
            self.now.to_string()
        } else {
            "true".to_owned()
        }
    }

    /// The text of a value in a column.
    fn cell_text(&self, column: usize, value: &Value) -> Result<String, Refusal> {
        let Some(name) = self.table.header().get(column) else {
            return Err((None, format!("there is no column {}", column + 1)));
        };
        match convert(OwnKind::Text, value) {
            Ok(Value::Text(text)) => self.checked(column, text),
            Ok(_) => Ok(String::new()),
            Err(message) => Err((Some(name.clone()), message)),
        }
    }

    /// A text that the file's encoding has.
    fn checked(&self, column: usize, text: String) -> Result<String, Refusal> {
        let dialect = self.table.dialect();
        match dialect.encode(&text) {
            Ok(_) => Ok(text),
            Err(character) => Err((
                Some(self.table.header()[column].clone()),
                format!(
                    "the file's encoding, {}, has no {character:?}; save the file as UTF-8",
                    dialect.encoding.name()
                ),
            )),
        }
    }

    fn record(&self, id: &RemoteId, cells: &[Cell]) -> Option<Record> {
        self.table.record(id, cells)
    }

    fn cells(&self, id: &RemoteId) -> Option<&[Cell]> {
        if let Some(&added) = self.added_index.get(id) {
            return Some(&self.added[added]);
        }
        let &position = self.table.index().get(id)?;
        match self.edits.get(&position) {
            Some(edit) => edit.as_deref(),
            None => Some(&self.table.scan(position).cells),
        }
    }

    fn put(&mut self, id: &RemoteId, cells: Option<Vec<Cell>>) {
        if let Some(&position) = self.table.index().get(id) {
            self.edits.insert(position, cells);
        } else if let Some(added) = self.added_index.remove(id) {
            match cells {
                Some(cells) => {
                    self.added[added] = cells;
                    self.added_index.insert(id.clone(), added);
                }
                // It keeps its place, so that the others keep theirs.
                None => self.added[added].clear(),
            }
        }
    }

    /// The text of the file. What no write touched keeps every byte.
    pub(super) fn text(&self) -> String {
        let dialect = self.table.dialect();
        let old = self.table.text();
        let mut text = String::with_capacity(old.len() + 256);
        let mut copied = 0;
        for (&position, edit) in &self.edits {
            let span = &self.table.scan(position).span;
            text.push_str(&old[copied..span.start]);
            copied = span.end;
            match edit {
                Some(cells) => text.push_str(&dialect.record(cells)),
                None => copied += line_ending_at(old, span.end),
            }
        }
        text.push_str(&old[copied..]);
        for cells in self.added.iter().filter(|cells| !cells.is_empty()) {
            if !text.ends_with(['\n', '\r']) {
                text.push_str(dialect.line_ending);
            }
            text.push_str(&dialect.record(cells));
            text.push_str(dialect.line_ending);
        }
        if !dialect.final_newline {
            let length = text.trim_end_matches(['\n', '\r']).len();
            text.truncate(length);
        }
        text
    }
}
