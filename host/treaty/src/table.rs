//! The field table of an entity: every row is a decision somebody made.

use std::collections::BTreeMap;
use std::path::Path;

use treaty_model::FieldTable;

use crate::document::Spot;
use crate::settings::EntitySettings;
use crate::sheet::{Sheet, SheetRow};
use crate::{Problem, headings};

mod row;

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
pub(crate) fn read(root: &Path, entity: &mut EntitySettings, problems: &mut Vec<Problem>) {
    let Some(place) = entity.places.keys.get("table").cloned() else {
        return;
    };
    let path = entity.table_path.clone();
    if path.as_os_str().is_empty() {
        return;
    }
    if !root.join(&path).is_file() {
        let message = format!("there is no file {}", path.display());
        problems.push(Problem::at(&place, message));
        return;
    }
    let sheet = match Sheet::read(root, &path) {
        Ok(sheet) => sheet,
        Err(problem) => return problems.push(problem),
    };
    of_sheet(&sheet, entity, problems);
}

/// Reads a field table that has been taken apart into cells.
pub(crate) fn of_sheet(sheet: &Sheet, entity: &mut EntitySettings, problems: &mut Vec<Problem>) {
    let Ok(headings) = headings::read(sheet, &entity.entity, problems) else {
        return;
    };
    let mut table = FieldTable::default();
    for row in &sheet.rows {
        let (cells, order) = cells(sheet, row, &headings, problems);
        let mut field = row::read(&sheet.row_place(row), &cells, &entity.entity, problems);
        let for_rules = order.into_iter().map(|heading| {
            let text = row::normal(&heading, &cells[&heading].value, &field, &entity.entity);
            (heading, text)
        });
        field.cells = for_rules.collect();
        table.rows.push(field);
        entity.table_lines.push(row.line);
        let places = cells
            .into_iter()
            .map(|(heading, cell)| (heading, cell.place));
        entity.places.cells.push(places.collect());
    }
    if table.is_empty() {
        let message = "the table has no rows, so nothing moves";
        problems.push(Problem::of_file(&sheet.file, message).warning());
    }
    entity.entity.table = table;
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
