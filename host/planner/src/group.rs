//! Fields that a table marks as a group are decided together: an address is
//! never put together from two people's edits.

use std::collections::BTreeMap;

use treaty_model::{Candidate, Entity, FieldIndex, Link, Owner, SystemIndex};

use crate::ruling::{Ruling, Stand, agreed, candidate, stands};

/// The fields of each group of shared fields.
pub(crate) fn groups(entity: &Entity) -> Vec<Vec<FieldIndex>> {
    let mut groups: BTreeMap<&str, Vec<FieldIndex>> = BTreeMap::new();
    for (field, row) in entity.table.fields() {
        if let (Some(group), Owner::Shared) = (&row.group, row.owner) {
            groups.entry(group).or_default().push(field);
        }
    }
    groups.into_values().collect()
}

/// Puts the rulings of a group in place of those of its single fields, where
/// two systems changed the group to different things. (One moved the house
/// number, another the city: neither field collides, the addresses do.)
pub(crate) fn rule_on_group(
    entity: &Entity,
    link: &Link,
    group: &[FieldIndex],
    rulings: &mut [Ruling],
) {
    let by_field: Vec<Vec<Stand<'_>>> = group
        .iter()
        .map(|field| stands(entity, link, *field))
        .collect();
    let mut editors: Vec<SystemIndex> = by_field
        .iter()
        .flatten()
        .filter(|stand| stand.changed)
        .map(|stand| stand.system)
        .collect();
    editors.sort();
    editors.dedup();
    let unseen = by_field
        .iter()
        .flatten()
        .any(|stand| stand.changed && stand.behind);

    let candidates: Vec<Vec<Candidate>> = group
        .iter()
        .zip(&by_field)
        .map(|(field, stands)| {
            let spoken = stands.iter().filter(|stand| stand.says.is_some());
            let mut candidates: Vec<_> = spoken
                .filter(|stand| editors.contains(&stand.system))
                .map(candidate)
                .collect();
            if unseen {
                candidates.extend(agreed(entity, link.base(*field)));
            }
            candidates
        })
        .collect();
    for ((field, candidates), stands) in group.iter().zip(candidates).zip(&by_field) {
        let alike = candidates
            .windows(2)
            .all(|pair| pair[0].value == pair[1].value);
        let touched = stands.iter().any(|stand| stand.changed) || unseen || editors.len() > 1;
        if !alike && touched {
            rulings[field.0] = Ruling::Contested(candidates);
        }
    }
}
