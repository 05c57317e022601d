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
    let pool = ground.pool.cloned();
    let agreed = match ground.pool {
        Some(pool) => pool.rows(),
        None => Just(vec![None; table.len()]).boxed(),
    };
    (select(groups), sides, any::<bool>(), agreed)
        .prop_flat_map(move |(fields, sides, has_base, agreed)| {
            let contested: Vec<_> = fields
                .iter()
                .map(|field| {
                    let made = value(table.row(*field));
                    let values = match &pool {
                        Some(pool) => pool.values(*field, made),
                        None => made,
                    };
                    contested(*field, values, sides.clone(), has_base)
                })
                .collect();
            (contested, Just(agreed))
        })
        .prop_map(move |(contested, mut agreed)| {
            for field in &contested {
                agreed[field.field as usize] = None;
            }
            Conflict {
                contested,
                agreed,
                attributes: Vec::new(),
            }
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
    field: FieldIndex,
    value: BoxedStrategy<Value>,
    sides: Vec<Told>,
    has_base: bool,
) -> BoxedStrategy<Contested> {
    let values = proptest::collection::vec(value.clone(), sides.len());
    let standing = match has_base {
        true => Standing::Edited,
        false => Standing::FirstSeen,
    };
    (value, values)
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
