//! Conflicts as a pass could put them to a resolver.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use treaty_model::{
    ActorKind, Candidate, Conflict, Contested, FieldIndex, FieldTable, Origin, Standing, Timestamp,
    Value,
};

use super::Ground;
use super::values::{instant, value};

/// What a system says of all its values in one conflict.
#[derive(Clone, Debug)]
struct Told {
    system: u32,
    at: Option<Timestamp>,
    origin: Origin,
}

/// Conflicts over fields that a resolver decides, between at least so many
/// systems.
pub(super) fn conflict(
    ground: &Ground<'_>,
    fields: &[FieldIndex],
    sides_min: usize,
) -> BoxedStrategy<Conflict> {
    let table = ground.settings.entity.table.clone();
    let systems = ground.settings.entity.systems.len();
    let groups = together(&table, fields);
    let sides = subsequence((0..systems).collect::<Vec<_>>(), sides_min..=systems);
    let sides = sides.prop_flat_map(|systems| {
        let sides: Vec<_> = systems.into_iter().map(told).collect();
        sides
    });
    let table_of = table.clone();
    (select(groups), sides, any::<bool>())
        .prop_flat_map(move |(fields, sides, has_base)| {
            let contested: Vec<_> = fields
                .iter()
                .map(|field| contested(&table_of, *field, sides.clone(), has_base))
                .collect();
            contested
        })
        .prop_map(move |contested| Conflict {
            contested,
            agreed: vec![None; table.len()],
            attributes: Vec::new(),
        })
        .prop_filter("the sides are equal", |conflict| {
            conflict.contested.iter().all(differs)
        })
        .boxed()
}

/// Fields that are decided together: groups, and every other field by itself.
fn together(table: &FieldTable, fields: &[FieldIndex]) -> Vec<Vec<FieldIndex>> {
    let mut groups: Vec<(Option<&str>, Vec<FieldIndex>)> = Vec::new();
    for field in fields {
        let group = table.row(*field).group.as_deref();
        let known = groups
            .iter_mut()
            .find(|(known, _)| group.is_some() && *known == group);
        match known {
            Some((_, together)) => together.push(*field),
            None => groups.push((group, vec![*field])),
        }
    }
    groups.into_iter().map(|(_, fields)| fields).collect()
}

fn told(system: usize) -> impl Strategy<Value = Told> {
    let origin = prop_oneof![
        Just((ActorKind::Unknown, None)),
        select(vec!["anna", "bert"]).prop_map(|name| (ActorKind::Person, Some(name))),
        select(vec!["import", "workflow-7"]).prop_map(|name| (ActorKind::Automation, Some(name))),
    ];
    (proptest::option::of(instant()), origin).prop_map(move |(at, (kind, actor))| Told {
        system: u32::try_from(system).unwrap_or(u32::MAX),
        at,
        origin: Origin {
            kind,
            actor: actor.map(str::to_owned),
        },
    })
}

fn contested(
    table: &FieldTable,
    field: FieldIndex,
    sides: Vec<Told>,
    has_base: bool,
) -> BoxedStrategy<Contested> {
    let row = table.row(field);
    let values = proptest::collection::vec(value(row), sides.len());
    let standing = match has_base {
        true => Standing::Edited,
        false => Standing::FirstSeen,
    };
    (value(row), values)
        .prop_map(move |(base, values)| Contested {
            field: u32::try_from(field.0).unwrap_or(u32::MAX),
            base: has_base.then_some(base),
            candidates: sides
                .iter()
                .zip(values)
                .map(|(side, value)| Candidate {
                    system: Some(side.system),
                    value,
                    standing,
                    at: side.at,
                    origin: side.origin.clone(),
                })
                .collect(),
            attributes: Vec::new(),
        })
        .boxed()
}

/// Whether two sides hold different values; an edit is always away from base.
fn differs(contested: &Contested) -> bool {
    let mut values: Vec<&Value> = contested
        .candidates
        .iter()
        .map(|side| &side.value)
        .collect();
    let edited = contested.base.as_ref();
    let is_edit = values.iter().all(|value| Some(*value) != edited);
    values.dedup();
    let first = values.first().copied();
    is_edit && values.iter().any(|value| Some(*value) != first)
}
