//! The field table of an entity: every row is a decision somebody made.

use std::collections::BTreeMap;
use std::path::Path;

use treaty_model::{Entity, FieldRow, FieldTable};

use crate::document::Spot;
use crate::settings::EntitySettings;
use crate::sheet::{Sheet, SheetRow};
use crate::{PackParts, Place, Problem, headings};

mod row;
mod sources;

pub(crate) use sources::parsed;

/// The semantic types that a field can have.
pub const SEMANTIC_TYPES: [&str; 26] = [
    "text",
    "number",
    "money",
    "boolean",
    "date",
    "instant",
    "choice",
    "choices",
    "reference",
    "json",
    "email",
    "phone",
    "first-name",
    "last-name",
    "full-name",
    "organisation",
    "domain",
    "website",
    "street",
    "city",
    "postcode",
    "region",
    "country",
    "birth-date",
    "tax-id",
    "external-id",
];

/// The cells of a row that are not blank, by heading.
pub(crate) type Cells = BTreeMap<String, Spot<String>>;

/// Reads the field table of an entity into it.
pub(crate) fn read(
    root: &Path,
    packs: &[PackParts],
    entity: &mut EntitySettings,
    problems: &mut Vec<Problem>,
) {
    let mut rows = Vec::new();
    for source in &entity.tables {
        let sheets = match sources::sheets(root, packs, entity, source) {
            Ok(sheets) => sheets,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let of_source = laid(&sheets, &entity.entity, problems);
        rows.extend(of_source.map(|rows| (source.value.name(), rows)));
        if let (Some(sheet), true) = (sheets.first(), entity.table_path.as_os_str().is_empty()) {
            entity.table_path = sheet.file.clone();
        }
    }
    if rows.is_empty() {
        return;
    }
    let rows = sources::together(&entity.entity.name, rows, &entity.fields_from, problems);
    keep(entity, rows, problems);
}

/// Reads a field table, and what is laid over it, taken apart into cells.
pub(crate) fn of_sheets(
    sheets: &[Sheet],
    entity: &mut EntitySettings,
    problems: &mut Vec<Problem>,
) {
    if let Some(rows) = laid(sheets, &entity.entity, problems) {
        keep(entity, rows, problems);
    }
}

/// The rows of the first sheet, with those of the others laid over them; none where
/// the headings of one cannot be understood.
fn laid(sheets: &[Sheet], entity: &Entity, problems: &mut Vec<Problem>) -> Option<Vec<ReadRow>> {
    let mut rows = Vec::new();
    for (at, sheet) in sheets.iter().enumerate() {
        let found = rows_of(sheet, entity, problems)?;
        match at {
            0 => rows = found,
            _ => sources::lay_over(&mut rows, found, &sheets[..=at], problems),
        }
    }
    Some(rows)
}

fn keep(entity: &mut EntitySettings, rows: Vec<ReadRow>, problems: &mut Vec<Problem>) {
    if rows.is_empty() {
        let message = "the table has no rows, so nothing moves";
        problems.push(Problem::of_file(&entity.table_path, message).warning());
    }
    let mut table = FieldTable::default();
    for row in rows {
        table.rows.push(row.field);
        entity.table_lines.push(row.place.line);
        entity.table_files.push(row.place.file);
        entity.places.cells.push(row.cells);
    }
    entity.entity.table = table;
}

/// A row that was read, and where it stands.
struct ReadRow {
    field: FieldRow,
    place: Place,
    cells: BTreeMap<String, Place>,
}

fn rows_of(sheet: &Sheet, entity: &Entity, problems: &mut Vec<Problem>) -> Option<Vec<ReadRow>> {
    let headings = headings::read(sheet, entity, problems).ok()?;
    let mut rows = Vec::new();
    for row in &sheet.rows {
        let (cells, order) = cells(sheet, row, &headings, problems);
        let place = sheet.row_place(row);
        let mut field = row::read(&place, &cells, entity, problems);
        let for_rules = order.into_iter().map(|heading| {
            let text = row::normal(&heading, &cells[&heading].value, &field, entity);
            (heading, text)
        });
        field.cells = for_rules.collect();
        let places = cells
            .into_iter()
            .map(|(heading, cell)| (heading, cell.place));
        let cells = places.collect();
        rows.push(ReadRow {
            field,
            place,
            cells,
        });
    }
    Some(rows)
}

/// The cells of a row that are not blank, and their headings in the order of
/// the file.
fn cells(
    sheet: &Sheet,
    row: &SheetRow,
    headings: &[Option<Spot<String>>],
    problems: &mut Vec<Problem>,
) -> (Cells, Vec<String>) {
    let mut cells = Cells::new();
    let mut order = Vec::new();
    for (position, cell) in row.cells.iter().enumerate() {
        if cell.text.is_empty() {
            continue;
        }
        let place = sheet.place(cell);
        if let Some(Some(heading)) = headings.get(position) {
            order.push(heading.value.clone());
            let value = cell.text.clone();
            cells.insert(heading.value.clone(), Spot { value, place });
        } else if sheet
            .headings
            .get(position)
            .is_none_or(|heading| heading.text.is_empty())
        {
            let message = format!("{:?} stands in a column without a heading", cell.text);
            let hint = "a text with a separator in it has to stand in quotes";
            problems.push(Problem::at(&place, message).hint(hint));
        }
    }
    (cells, order)
}
