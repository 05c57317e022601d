//! The rows of a field table against each other and against other entities.

use std::collections::BTreeMap;

use treaty_model::{FieldIndex, FieldRow, Owner};

use crate::settings::EntitySettings;
use crate::{Extent, Problem, names};

/// Checks the field table of an entity.
pub(crate) fn check(
    entity: &EntitySettings,
    all: &[EntitySettings],
    extent: Extent,
    problems: &mut Vec<Problem>,
) {
    check_names(entity, problems);
    check_groups(entity, problems);
    check_writers(entity, problems);
    for (field, row) in entity.entity.table.fields() {
        if row.semantic == "reference" {
            check_target((entity, field, row), all, extent, problems);
        }
    }
}

fn check_names(entity: &EntitySettings, problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, FieldIndex> = BTreeMap::new();
    for (field, row) in entity.entity.table.fields() {
        if row.name.is_empty() {
            continue;
        }
        if let Some(first) = seen.get(&row.name.to_lowercase()) {
            let line = entity.table_lines[first.0];
            let message = format!("the field {:?} stands in line {line} already", row.name);
            let place = entity.place_of_cell(field, "field");
            problems.push(Problem::at(&place, message).heading("field"));
        } else {
            seen.insert(row.name.to_lowercase(), field);
        }
    }
}

/// The fields of a group are decided together, so by one.
fn check_groups(entity: &EntitySettings, problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<&str, (FieldIndex, &FieldRow)> = BTreeMap::new();
    for (field, row) in entity.entity.table.fields() {
        let Some(group) = row.group.as_deref() else {
            continue;
        };
        let (first, first_row) = *seen.entry(group).or_insert((field, row));
        let line = entity.table_lines[first.0];
        let (heading, what) = if row.owner != first_row.owner {
            ("owner", "owner")
        } else if row.owner == Owner::Shared && row.rule != first_row.rule {
            ("rule", "rule")
        } else {
            continue;
        };
        let message = format!("the group {group:?} has another {what} in line {line}");
        let place = entity.place_of_cell(field, heading);
        let hint = "the fields of a group are decided together";
        problems.push(Problem::at(&place, message).hint(hint).heading(heading));
    }
}

/// Two fields that are written to the same own field as they are would undo
/// each other for ever.
fn check_writers(entity: &EntitySettings, problems: &mut Vec<Problem>) {
    for system in entity.entity.system_indexes() {
        let mut seen: BTreeMap<&str, FieldIndex> = BTreeMap::new();
        for (field, row) in entity.entity.table.fields() {
            let column = row.columns[system.0].as_ref();
            let Some(column) = column.filter(|c| c.transform.is_none() && c.own.len() == 1) else {
                continue;
            };
            let own = column.own[0].as_str();
            let Some(first) = seen.get(own) else {
                seen.insert(own, field);
                continue;
            };
            let line = entity.table_lines[first.0];
            let name = entity.entity.part(system).system.as_str();
            let message = format!("{own} of {name} stands in line {line} already");
            let place = entity.place_of_cell(field, name);
            let hint =
                "two fields with one own field undo each other, unless a transform takes it apart";
            let problem = Problem::at(&place, message).hint(hint).heading(name);
            problems.push(problem.warning());
        }
    }
}

/// A reference can be translated where its target has records.
fn check_target(
    (entity, field, row): (&EntitySettings, FieldIndex, &FieldRow),
    all: &[EntitySettings],
    extent: Extent,
    problems: &mut Vec<Problem>,
) {
    let cell = row
        .cells
        .iter()
        .find(|(heading, _)| heading == "references");
    let Some((heading, target)) = cell else {
        return;
    };
    let place = entity.place_of_cell(field, heading);
    let found = all.iter().find(|other| other.entity.name.0 == *target);
    let Some(found) = found else {
        if extent == Extent::Part {
            return;
        }
        let known: Vec<_> = all.iter().map(|other| other.entity.name.as_str()).collect();
        problems.push(names::unknown(&place, "entity", target, &known).heading(heading.as_str()));
        return;
    };
    for system in entity.entity.system_indexes() {
        let name = entity.entity.part(system).system.as_str();
        if row.reads(system) && found.entity.system(name).is_err() {
            let message =
                format!("{name} takes no part in {target}, so nothing there can be pointed at");
            let hint =
                format!("add [entities.{target}.systems.{name}], or empty the cell of {name}");
            let place = entity.place_of_cell(field, name);
            problems.push(Problem::at(&place, message).hint(hint).heading(name));
        }
    }
}
