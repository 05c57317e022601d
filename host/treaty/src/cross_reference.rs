//! The file that says which records of an entity belong together.

use std::collections::HashMap;

use treaty_model::RemoteId;

use crate::sheet::Sheet;
use crate::{EntitySettings, Place, Problem, Problems, TreatyFolder, names};

/// Reads the cross-reference of an entity: for each row the remote ids in the
/// order of the entity's systems. Empty where the entity has none.
///
/// A heading is a system's name. Not every system has to be there, and a cell
/// may be blank; an id may stand in one row only.
pub fn read_cross_reference(
    folder: &TreatyFolder,
    entity: &EntitySettings,
) -> Result<Vec<Vec<Option<RemoteId>>>, Problems> {
    let Some(path) = &entity.cross_reference else {
        return Ok(Vec::new());
    };
    let file = path.strip_prefix(&folder.root).unwrap_or(path);
    let sheet = Sheet::read(&folder.root, file)?;
    let mut problems = Vec::new();
    let systems = systems(&sheet, entity, &mut problems);
    let mut seen: HashMap<(usize, String), u64> = HashMap::new();
    let mut links = Vec::with_capacity(sheet.rows.len());
    for row in &sheet.rows {
        let mut ids = vec![None; entity.entity.systems.len()];
        for (position, cell) in row.cells.iter().enumerate() {
            let Some(Some(system)) = systems.get(position).copied() else {
                continue;
            };
            if cell.text.is_empty() {
                continue;
            }
            if let Some(line) = seen.insert((system, cell.text.clone()), cell.line) {
                let message = format!("{:?} stands in line {line} already", cell.text);
                let hint = "one record belongs to one thing in the world";
                let heading = sheet.headings[position].text.as_str();
                problems.push(
                    Problem::at(&sheet.place(cell), message)
                        .hint(hint)
                        .heading(heading),
                );
            }
            ids[system] = Some(RemoteId(cell.text.clone()));
        }
        links.push(ids);
    }
    if problems.is_empty() {
        Ok(links)
    } else {
        Err(Problems(problems))
    }
}

/// The system of each column.
fn systems(
    sheet: &Sheet,
    entity: &EntitySettings,
    problems: &mut Vec<Problem>,
) -> Vec<Option<usize>> {
    let parts = entity.entity.systems.iter();
    let known: Vec<_> = parts.map(|part| part.system.as_str()).collect();
    let mut systems = Vec::new();
    for heading in &sheet.headings {
        let wanted = heading.text.to_lowercase();
        let found = known.iter().position(|name| name.to_lowercase() == wanted);
        let place = sheet.place(heading);
        if found.is_none() && !heading.text.is_empty() {
            problems.push(names::unknown(&place, "heading", &heading.text, &known));
        } else if found.is_some() && systems.contains(&found) {
            let message = format!("the heading {:?} stands here twice", heading.text);
            problems.push(Problem::at(&place, message));
        }
        systems.push(found);
    }
    if systems.iter().flatten().count() < 2 {
        let place = Place {
            file: sheet.file.clone(),
            line: sheet.headings[0].line,
            column: 1,
        };
        let message = "a cross-reference has a column for each of two systems or more";
        problems.push(Problem::at(&place, message));
    }
    systems
}
