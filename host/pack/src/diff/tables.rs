//! What is other in field tables, cell by cell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use treaty_folder::{TableTexts, table_texts};

use super::Change;
use crate::Pack;

/// The heading of the column that names a row.
const FIELD: &str = "field";

/// What is other in a field table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableChange {
    /// What became of it.
    pub change: Change,
    /// Rows that were not there.
    pub added: Vec<TableRow>,
    /// The fields whose rows are there no more.
    pub removed: Vec<String>,
    /// Cells that say something else, in rows that were there.
    pub cells: Vec<CellChange>,
    /// Why its rows cannot be compared, where they cannot.
    pub unreadable: Option<String>,
}

/// A row, by its headings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableRow {
    /// The field.
    pub field: String,
    /// Its other cells, those that are not blank.
    pub cells: BTreeMap<String, String>,
}

/// A cell that says something else; blank: an empty text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellChange {
    /// The field that the row is about.
    pub field: String,
    /// The heading of the column, in lower case.
    pub heading: String,
    /// What it said.
    pub was: String,
    /// What it says.
    pub is: String,
}

/// What is other in the tables of two packs, by entity.
pub(super) fn changes(old: &Pack, new: &Pack) -> BTreeMap<String, TableChange> {
    let (before, now) = (&old.settings().tables, &new.settings().tables);
    let entities: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let changes = entities.into_iter().filter_map(|entity| {
        let change = match (before.get(entity), now.get(entity)) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        };
        let (was, is) = (texts(old, entity), texts(new, entity));
        let changed = match (was, is) {
            (Ok(was), Ok(is)) => compare(change, &was, &is),
            (Err(why), _) | (_, Err(why)) if bytes(old, entity) != bytes(new, entity) => {
                TableChange {
                    unreadable: Some(why),
                    ..nothing(change)
                }
            }
            _ => return None,
        };
        (!changed.is_empty()).then(|| (entity.clone(), changed))
    });
    changes.collect()
}

impl TableChange {
    pub(super) fn is_empty(&self) -> bool {
        *self == nothing(Change::Changed)
    }
}

fn nothing(change: Change) -> TableChange {
    TableChange {
        change,
        added: Vec::new(),
        removed: Vec::new(),
        cells: Vec::new(),
        unreadable: None,
    }
}

fn bytes<'p>(pack: &'p Pack, entity: &str) -> &'p [u8] {
    let path = pack.settings().tables.get(entity);
    let file = path.and_then(|path| pack.file(path.as_str()));
    file.map_or(&[], |file| &file.bytes)
}

/// The rows of a table; of one that is not there none.
fn texts(pack: &Pack, entity: &str) -> Result<TableTexts, String> {
    let Some(path) = pack.settings().tables.get(entity) else {
        return Ok(TableTexts::default());
    };
    let texts = table_texts(Path::new(path.as_str()), bytes(pack, entity));
    texts.map_err(|problem| format!("{path}: {}", problem.message))
}

/// A row's cells, by heading.
type Cells = BTreeMap<String, String>;

fn rows(texts: &TableTexts) -> impl Iterator<Item = (&str, &Cells)> {
    let rows = texts.rows.iter();
    rows.map(|cells| (cells.get(FIELD).map_or("", String::as_str), cells))
}

fn compare(change: Change, was: &TableTexts, is: &TableTexts) -> TableChange {
    let mut changed = nothing(change);
    let before: BTreeMap<_, _> = rows(was).collect();
    let now: BTreeMap<_, _> = rows(is).collect();
    for (field, cells) in rows(is) {
        let Some(old) = before.get(field) else {
            let others = cells.iter().filter(|(heading, _)| *heading != FIELD);
            changed.added.push(TableRow {
                field: field.to_owned(),
                cells: others
                    .map(|(heading, text)| (heading.clone(), text.clone()))
                    .collect(),
            });
            continue;
        };
        let headings: BTreeSet<_> = old.keys().chain(cells.keys()).collect();
        for heading in headings {
            let text = |cells: &Cells| cells.get(heading).cloned().unwrap_or_default();
            if text(old) != text(cells) {
                changed.cells.push(CellChange {
                    field: field.to_owned(),
                    heading: heading.clone(),
                    was: text(old),
                    is: text(cells),
                });
            }
        }
    }
    let gone = rows(was).filter(|(field, _)| !now.contains_key(field));
    changed.removed = gone.map(|(field, _)| field.to_owned()).collect();
    changed
}
