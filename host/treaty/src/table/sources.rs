//! Rows from several tables: the treaty's own, and those of packs.

use std::collections::BTreeMap;
use std::path::Path;

use treaty_model::EntityName;

use crate::document::Spot;
use crate::settings::{EntitySettings, TableSource};
use crate::sheet::{Sheet, decode};
use crate::table::ReadRow;
use crate::{PackParts, PackSheet, Problem, names};

/// The sheets of one source; those of a pack that changes another one stand
/// behind what they change.
pub(super) fn sheets(
    root: &Path,
    packs: &[PackParts],
    entity: &EntitySettings,
    source: &Spot<TableSource>,
) -> Result<Vec<Sheet>, Problem> {
    let wanted = match &source.value {
        TableSource::File(path) if !root.join(path).is_file() => {
            let message = format!("there is no file {}", path.display());
            return Err(Problem::at(&source.place, message));
        }
        TableSource::File(path) => return Sheet::read(root, path).map(|sheet| vec![sheet]),
        TableSource::Pack(wanted) => wanted,
    };
    let Some(pack) = packs.iter().find(|pack| pack.name == *wanted) else {
        let names: Vec<_> = packs.iter().map(|pack| pack.name.as_str()).collect();
        return Err(names::unknown(&source.place, "pack", wanted, &names));
    };
    let name = &entity.entity.name;
    let Some(tables) = pack.sheets.get(&name.0) else {
        let message = format!("the pack {wanted} has no field table of {name}");
        let known: Vec<_> = pack.sheets.keys().map(String::as_str).collect();
        let hint = format!("it has tables of: {}", known.join(", "));
        return Err(Problem::at(&source.place, message).hint(hint));
    };
    parsed(tables)
}

/// Takes the tables of packs apart into cells.
pub(crate) fn parsed(tables: &[PackSheet]) -> Result<Vec<Sheet>, Problem> {
    let tables = tables.iter().map(|table| {
        let text = decode(&table.bytes).ok_or_else(|| {
            Problem::of_file(&table.file, "is no text that can be read")
                .hint("save it as CSV in UTF-8 (or UTF-16, or Windows-1252)")
        })?;
        Sheet::parse(&table.file, &text)
    });
    tables.collect()
}

/// Lays the rows of an overlay over those of its base. It changes rows as a
/// whole; a row or a column that the base does not have is a problem.
pub(super) fn lay_over(
    base: &mut [ReadRow],
    overlay: Vec<ReadRow>,
    sheets: &[Sheet],
    problems: &mut Vec<Problem>,
) {
    let Some((over, below)) = sheets.split_last() else {
        return;
    };
    let known = below.iter().flat_map(|sheet| &sheet.headings);
    let known: Vec<_> = known.map(|cell| cell.text.to_lowercase()).collect();
    let hint = "an overlay changes rows that are there; more belongs into the treaty's own table";
    for cell in &over.headings {
        if !cell.text.is_empty() && !known.contains(&cell.text.to_lowercase()) {
            let message = format!("the base has no column {:?}", cell.text);
            problems.push(Problem::at(&over.place(cell), message).hint(hint));
        }
    }
    for row in overlay {
        let name = row.field.name.to_lowercase();
        let mut rows = base.iter_mut();
        match rows.find(|kept| kept.field.name.to_lowercase() == name) {
            Some(kept) => *kept = row,
            None => {
                let message = format!("the base has no row of the field {:?}", row.field.name);
                problems.push(Problem::at(&row.place, message).hint(hint));
            }
        }
    }
}

/// Puts the rows of all sources together. A field that two of them claim is a
/// problem, unless the treaty says which one counts.
pub(super) fn together(
    entity: &EntityName,
    sources: Vec<(String, Vec<ReadRow>)>,
    fields_from: &[(Spot<String>, String)],
    problems: &mut Vec<Problem>,
) -> Vec<ReadRow> {
    let claims = |source: &Vec<ReadRow>, name: &str| {
        let mut rows = source.iter();
        rows.any(|row| row.field.name.to_lowercase() == name)
    };
    let mut decided: BTreeMap<String, &str> = BTreeMap::new();
    for (field, from) in fields_from {
        let name = field.value.to_lowercase();
        let mut named = sources.iter();
        if !named.any(|(source, rows)| source == from && claims(rows, &name)) {
            let message = format!("no row of the field {} comes from {from}", field.value);
            let known: Vec<_> = sources.iter().map(|(source, _)| source.as_str()).collect();
            let hint = format!("the tables are: {}", known.join(", "));
            problems.push(Problem::at(&field.place, message).hint(hint));
        }
        decided.insert(name, from);
    }
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut all = Vec::new();
    for (source, rows) in sources {
        for row in rows {
            let name = row.field.name.to_lowercase();
            if decided.get(&name).is_some_and(|from| *from != source) {
                continue;
            }
            match seen.get(&name) {
                Some(other) if *other != source && !name.is_empty() => {
                    let field = &row.field.name;
                    let message = format!("{other} and {source} both have a row of {field}");
                    let hint = format!(
                        "say which counts: [entities.{entity}.fields-from] {field} = {source:?}"
                    );
                    let problem = Problem::at(&row.place, message).hint(hint);
                    problems.push(problem.heading("field"));
                }
                _ => {
                    seen.insert(name, source.clone());
                    all.push(row);
                }
            }
        }
    }
    all
}
