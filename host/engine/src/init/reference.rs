//! Own fields that point at records of another source of the same system.

use std::collections::BTreeSet;

use crate::init::column::Column;
use crate::init::look::Looked;
use crate::init::pair::{Group, moves};
use crate::init::words::{entity, likeness, plain, without_schema};

/// The share of values that have to be keys of the other source.
const KEYS_MIN: f64 = 0.9;
/// What a name of such a field ends with.
const ENDINGS: [&str; 7] = ["id", "nr", "no", "key", "ref", "number", "nummer"];
/// How alike the name and the source have to be.
const LIKENESS_MIN: f64 = 0.7;

/// Marks the fields that point at records of a group.
pub(super) fn mark(looked: &mut [Looked], groups: &[Group]) {
    let targets: Vec<(usize, usize)> = groups
        .iter()
        .enumerate()
        .flat_map(|(group, of)| of.sources.iter().map(move |source| (group, *source)))
        .collect();
    let mut found = Vec::new();
    for (place, source) in looked.iter().enumerate() {
        for (at, column) in source.columns.iter().enumerate() {
            let target = targets.iter().find(|(_, target)| {
                let other = &looked[*target];
                *target != place && other.system == source.system && points_at(column, other)
            });
            if let Some((group, _)) = target {
                found.push((place, at, *group));
            }
        }
    }
    for (place, at, group) in found {
        let column = &mut looked[place].columns[at];
        column.points_at = Some(group);
        column.semantic = "reference";
        column.transform = None;
    }
}

/// Whether name and values both say so: small numbers are keys of everything.
fn points_at(column: &Column, target: &Looked) -> bool {
    if !moves(column) || column.filled() == 0 {
        return false;
    }
    let name = plain(&column.name);
    let Some(stem) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) else {
        return false;
    };
    let known = entity(stem);
    let source = without_schema(&target.source);
    let named = match (known, entity(source)) {
        (Some(left), Some(right)) => left == right,
        _ => likeness(stem, source) >= LIKENESS_MIN,
    };
    let keys: Vec<&Column> = target.columns.iter().filter(|other| other.key).collect();
    let [key] = keys[..] else {
        return false;
    };
    let keys: BTreeSet<&String> = key.raw.iter().flatten().collect();
    let values = column.raw.iter().flatten();
    let hits = values.filter(|value| keys.contains(value)).count();
    // A sample that was cut short does not have all keys.
    let enough = target.more || hits as f64 >= column.filled() as f64 * KEYS_MIN;
    named && enough
}
