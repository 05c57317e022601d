//! Where records are created and values flow.

use treaty_model::{Entity, FieldRow, Owner, SystemIndex};

use crate::Problem;
use crate::settings::EntitySettings;

/// The semantic types by which a record can be recognised.
const RECOGNISING: [&str; 16] = [
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

/// Checks the directions of an entity.
pub(crate) fn check(entity: &EntitySettings, problems: &mut Vec<Problem>) {
    check_shared_and_read_only(entity, problems);
    for to in entity.entity.system_indexes() {
        for from in &entity.entity.part(to).creates_from {
            check_creates(entity, *from, to, problems);
        }
    }
}

fn check_creates(
    entity: &EntitySettings,
    from: SystemIndex,
    to: SystemIndex,
    problems: &mut Vec<Problem>,
) {
    let place = entity.place_of_part(to.0, "creates-from");
    let name = |system| &entity.entity.part(system).system;
    // Without a table there is nothing to say: its problem has been reported.
    if entity.entity.table.is_empty() {
        return;
    }
    if !entity.places.keys.contains_key("match") {
        let message = format!(
            "records of {} are created in {} without looking for them there",
            name(from),
            name(to)
        );
        let hint = format!(
            "say how they are matched: [entities.{}.match]",
            entity.entity.name
        );
        problems.push(Problem::at(place, message).hint(hint).warning());
    } else if !recognisable(&entity.entity, from, to) {
        let message = format!(
            "what {} creates in {} could not be recognised there: no field used for matching \
             flows that way",
            name(from),
            name(to)
        );
        let hint = format!("types used for matching: {}", RECOGNISING.join(", "));
        problems.push(Problem::at(place, message).hint(hint).warning());
    }
}

fn recognisable(entity: &Entity, from: SystemIndex, to: SystemIndex) -> bool {
    let flows = |row: &FieldRow| row.is_source(from) && row.writable(to);
    let recognises = |row: &FieldRow| RECOGNISING.contains(&row.semantic.as_str());
    let mut rows = entity.table.rows.iter();
    rows.any(|row| recognises(row) && flows(row))
}

/// A system that may change a shared field and cannot be told what became of it
/// stays apart from the others for ever.
fn check_shared_and_read_only(entity: &EntitySettings, problems: &mut Vec<Problem>) {
    for (field, row) in entity.entity.table.fields() {
        if row.owner != Owner::Shared {
            continue;
        }
        for system in entity.entity.system_indexes() {
            if row.is_source(system) && !row.writable(system) {
                let name = entity.entity.part(system).system.as_str();
                let heading = format!("{name}.transform");
                let message = format!("{name} shares the field and cannot be written");
                let hint = format!(
                    "where another value wins, {name} keeps its own; make {name} the owner"
                );
                let place = entity.place_of_cell(field, &heading);
                let problem = Problem::at(&place, message).hint(hint).heading(heading);
                problems.push(problem.warning());
            }
        }
    }
}
