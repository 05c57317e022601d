//! The headings of a field table.

use treaty_model::Entity;

use crate::document::Spot;
use crate::sheet::Sheet;
use crate::{Place, Problem, names};

/// The headings that every field table knows. The first three have to be
/// there.
const FIXED: [&str; 8] = [
    "field",
    "type",
    "owner",
    "rule",
    "group",
    "drift",
    "references",
    "notes",
];
const REQUIRED: usize = 3;
/// The owner of a field that several systems may change.
pub(crate) const SHARED: &str = "shared";

/// Whether a system of this name could be confused with something else in a
/// field table.
pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.to_lowercase();
    FIXED.contains(&name.as_str()) || name == SHARED || name.starts_with("x-")
}

/// The heading of each column as rules see it: in lower case, a system's name
/// as the treaty spells it. None for a column that has no valid heading.
///
/// `Err` where rows cannot be read because a required column is missing.
pub(crate) fn read(
    sheet: &Sheet,
    entity: &Entity,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Option<Spot<String>>>, ()> {
    let mut headings: Vec<Option<Spot<String>>> = Vec::new();
    for cell in &sheet.headings {
        let place = sheet.place(cell);
        let name = canonical(&cell.text, entity);
        let twice = headings
            .iter()
            .flatten()
            .find(|h| Some(&h.value) == name.as_ref());
        if let Some(first) = twice {
            let message = format!("the heading {:?} stands here twice", first.value);
            problems.push(Problem::at(&place, message));
            headings.push(None);
            continue;
        }
        if name.is_none() && !cell.text.is_empty() {
            problems.push(unknown(&place, &cell.text, entity));
        }
        headings.push(name.map(|value| Spot { value, place }));
    }
    let has = |name: &str| headings.iter().flatten().any(|h| h.value == name);
    let systems = entity.systems.iter().map(|part| part.system.as_str());
    let fixed_missing = FIXED[..REQUIRED].iter().any(|name| !has(name));
    for name in FIXED[..REQUIRED].iter().copied().chain(systems) {
        if !has(name) {
            let place = Place {
                file: sheet.file.clone(),
                line: sheet.headings[0].line,
                column: 1,
            };
            problems.push(Problem::at(&place, format!("there is no column {name:?}")));
        }
    }
    if fixed_missing { Err(()) } else { Ok(headings) }
}

fn canonical(text: &str, entity: &Entity) -> Option<String> {
    let lower = text.to_lowercase();
    if FIXED.contains(&lower.as_str()) || lower.len() > 2 && lower.starts_with("x-") {
        return Some(lower);
    }
    let (system, rest) = match lower.split_once('.') {
        Some((system, rest)) => (system.trim_end(), Some(rest.trim_start())),
        None => (lower.as_str(), None),
    };
    let mut names = entity.systems.iter().map(|part| part.system.as_str());
    let system = names.find(|name| name.to_lowercase() == system)?;
    match rest {
        None => Some(system.to_owned()),
        Some("") => None,
        Some(rest) => Some(format!("{system}.{rest}")),
    }
}

fn unknown(place: &Place, text: &str, entity: &Entity) -> Problem {
    let systems: Vec<_> = entity
        .systems
        .iter()
        .map(|part| part.system.as_str())
        .collect();
    let transforms: Vec<_> = systems
        .iter()
        .map(|name| format!("{name}.transform"))
        .collect();
    let mut known: Vec<&str> = FIXED.to_vec();
    known.extend(&systems);
    known.extend(transforms.iter().map(String::as_str));
    known.push("x-…");
    names::unknown(place, "heading", text, &known)
}
