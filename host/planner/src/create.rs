//! Records that are to be made: in systems that have none, where the treaty
//! says so.

use treaty_model::{BaseField, Create, Entity, Link, Operation, Row, SystemIndex};

use crate::write::Writes;

/// Whether a record may be made in a system for a link that another one holds.
pub(crate) fn creatable(entity: &Entity, link: &Link, system: SystemIndex) -> bool {
    let sources = &entity.part(system).creates_from;
    sources
        .iter()
        .any(|source| *source != system && link.present(*source).is_some())
}

/// The creates of a link. A record that is gone, missing or left out is still
/// this link's: nothing is made in its place unless it was detached.
pub(crate) fn plan_creates(
    entity: &Entity,
    link: &Link,
    detached: &[SystemIndex],
    bases: &[BaseField],
    writes: &Writes<'_>,
) -> Vec<Operation> {
    entity
        .system_indexes()
        .filter(|system| link.side(*system).is_none() || detached.contains(system))
        .filter(|system| creatable(entity, link, *system))
        .filter_map(|system| create(entity, system, bases, writes))
        .map(Operation::Create)
        .collect()
}

fn create(
    entity: &Entity,
    system: SystemIndex,
    bases: &[BaseField],
    writes: &Writes<'_>,
) -> Option<Create> {
    let mut values: Row = vec![None; entity.table.len()];
    let mut revisions = Vec::new();
    for (field, row) in entity.table.fields() {
        let base = &bases[field.0];
        if row.writable(system) && base.value.is_some() && !writes.holds(field) {
            values[field.0].clone_from(&base.value);
            revisions.push((field, base.revision));
        }
    }
    // A record of nothing is no record: everything about it is contested still.
    (!revisions.is_empty()).then_some(Create {
        system,
        values,
        revisions,
    })
}
