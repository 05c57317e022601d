//! Another owner for fields, as the change of a few cells in the field table as it
//! was saved: everything else in the file stays, byte for byte.

use std::fs;
use std::path::PathBuf;

use encoding_rs::UTF_8;
use serde::Serialize;
use treaty_model::{FieldIndex, SystemIndex};

use crate::settings::{EntitySettings, TableSource};
use crate::sheet::{Sheet, SheetCell, decode, encoding};
use crate::{Place, Problem, TreatyFolder, diff};

/// A field that gets an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewOwner {
    /// The field.
    pub field: FieldIndex,
    /// The system that will own it.
    pub owner: SystemIndex,
}

/// A cell that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellChange {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The field whose row it is in.
    pub field: String,
    /// The heading of its column.
    pub heading: &'static str,
    /// What stands there.
    pub before: String,
    /// What should stand there; empty: nothing.
    pub after: String,
}

/// A field table in which cells change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revised {
    /// The file, relative to the treaty folder.
    pub file: PathBuf,
    /// The cells, in the order of the fields that were named.
    pub cells: Vec<CellChange>,
    /// The unified diff; none where the file is not saved as UTF-8, which a patch
    /// could not carry.
    pub diff: Option<String>,
}

impl TreatyFolder {
    /// What changes in the field table of an entity when fields get other owners:
    /// their cell `owner`, and the cell `rule`, which an owned field cannot have.
    ///
    /// # Errors
    /// Where the file cannot be read, or is another than the one that this treaty
    /// was read from.
    pub fn with_owners(
        &self,
        entity: &EntitySettings,
        owners: &[NewOwner],
    ) -> Result<Revised, Problem> {
        let file = &entity.table_path;
        if !matches!(&entity.tables[..], [only] if matches!(only.value, TableSource::File(_))) {
            let message = "is not the entity's only table";
            let hint = "write the row into the treaty's own table, and say so in fields-from";
            return Err(Problem::of_file(file, message).hint(hint));
        }
        let changed =
            || Problem::of_file(file, "was changed a moment ago").hint("do the same once more");
        let bytes = fs::read(self.root.join(file))
            .map_err(|error| Problem::of_file(file, format!("cannot be read: {error}")))?;
        let text = decode(&bytes).ok_or_else(changed)?;
        let sheet = Sheet::parse(file, &text)?;
        let mut cells = Vec::new();
        let mut edits: Vec<(&SheetCell, String)> = Vec::new();
        for new in owners {
            for (heading, after) in new_cells(entity, *new) {
                let place = entity.place_of_cell(new.field, heading);
                let cell = sheet.cell_at(&place).ok_or_else(changed)?;
                cells.push(CellChange {
                    place,
                    field: entity.entity.table.row(new.field).name.clone(),
                    heading,
                    before: cell.text.clone(),
                    after: after.clone(),
                });
                edits.push((cell, after));
            }
        }
        let is_utf8 = encoding(&bytes).0 == UTF_8;
        let diff = is_utf8.then(|| {
            let mark = match encoding(&bytes).1 {
                0 => "",
                _ => "\u{feff}",
            };
            let after = with_cells(&text, edits);
            diff::unified(file, &format!("{mark}{text}"), &format!("{mark}{after}"))
        });
        Ok(Revised {
            file: file.clone(),
            cells,
            diff,
        })
    }
}

/// The cells that have to be others for a field to get an owner, and what they
/// become.
fn new_cells(
    entity: &EntitySettings,
    NewOwner { field, owner }: NewOwner,
) -> Vec<(&'static str, String)> {
    let owner = entity.entity.part(owner).system.to_string();
    let mut cells = vec![("owner", owner)];
    if entity.entity.table.row(field).rule.is_some() {
        cells.push(("rule", String::new()));
    }
    cells
}

/// A text in which cells say something else.
fn with_cells(text: &str, mut edits: Vec<(&SheetCell, String)>) -> String {
    edits.sort_by_key(|(cell, _)| cell.span.start);
    let mut revised = String::with_capacity(text.len());
    let mut copied = 0;
    for (cell, after) in edits {
        revised += &text[copied..cell.span.start];
        revised += &as_written(&text[cell.span.clone()], &after);
        copied = cell.span.end;
    }
    revised + &text[copied..]
}

/// A text in the form of the cell in whose place it stands: in quotes if that was,
/// with the spaces after it. What a treaty calls a system needs no quotes.
fn as_written(cell: &str, text: &str) -> String {
    let written = cell.trim_end();
    let spaces = &cell[written.len()..];
    match written.len() >= 2 && written.starts_with('"') && written.ends_with('"') {
        true => format!("\"{text}\"{spaces}"),
        false => format!("{text}{spaces}"),
    }
}

impl Sheet {
    /// The cell that begins at a place.
    fn cell_at(&self, place: &Place) -> Option<&SheetCell> {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.find(|cell| (cell.line, cell.column) == (place.line, place.column))
    }
}

#[cfg(test)]
mod tests;
