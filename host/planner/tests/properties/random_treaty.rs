//! Random treaties.

use proptest::prelude::*;
use treaty_model::{Deletes, Drift, Entity, FieldTable, Owner, SystemIndex};

use crate::shorthand::{column, part, row};

/// A treaty, and what its systems are like.
#[derive(Clone, Debug)]
pub struct Shape {
    /// What the treaty says.
    pub entity: Entity,
    /// By system: how it is there at the start, and how it stores.
    pub systems: Vec<Nature>,
    /// Whether every edit has a value of its own, so that none can hide behind
    /// another; otherwise there are only three.
    pub values_unique: bool,
}

/// What a system is like.
#[derive(Clone, Copy, Debug)]
pub struct Nature {
    /// How it begins.
    pub beginning: Beginning,
    /// Whether it stores values its own way.
    pub own_way: bool,
}

/// Whether a system has a record at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// It has one, and the link knows it.
    Linked,
    /// It has one that is linked later.
    Unlinked,
    /// It has none; one is made.
    Empty,
}

const NAMES: [&str; 5] = ["hubspot", "salesforce", "notion", "airtable", "zendesk"];
const FIELDS: [&str; 4] = ["street", "city", "phone", "stage"];

/// A treaty between two, three or five systems, and their nature.
pub fn shape() -> impl Strategy<Value = Shape> {
    entity().prop_flat_map(|entity| {
        let count = entity.systems.len();
        let natures = prop::collection::vec((0..4_u8, 0..4_u8), count);
        (Just(entity), natures, any::<bool>()).prop_map(|(mut entity, natures, values_unique)| {
            let systems: Vec<_> = natures
                .iter()
                .enumerate()
                .map(|(index, (beginning, own_way))| Nature {
                    beginning: match beginning {
                        _ if index == 0 => Beginning::Linked,
                        0 => Beginning::Unlinked,
                        1 => Beginning::Empty,
                        _ => Beginning::Linked,
                    },
                    own_way: *own_way == 0,
                })
                .collect();
            for (part, nature) in entity.systems.iter_mut().zip(&systems) {
                // Whose record is not linked yet would get a second one.
                if nature.beginning == Beginning::Unlinked {
                    part.creates_from.clear();
                }
            }
            Shape {
                entity,
                systems,
                values_unique,
            }
        })
    })
}

/// A treaty between two, three or five systems.
pub fn entity() -> impl Strategy<Value = Entity> {
    prop::sample::select(vec![2_usize, 3, 5]).prop_flat_map(|count| {
        let field = (
            0..2 * count,
            prop::sample::select(vec![Drift::WriteBack, Drift::Leave, Drift::Ask]),
            prop::collection::vec(0..8_u8, count),
        );
        let fields = prop::collection::vec(field, FIELDS.len());
        let parts = prop::collection::vec((any::<bool>(), 0..4_u8), count);
        let policies = vec![
            Deletes::Archive,
            Deletes::Delete,
            Deletes::Ask,
            Deletes::Leave,
        ];
        let deletes = prop::sample::select(policies);
        (fields, parts, deletes, any::<bool>()).prop_map(
            move |(fields, parts, deletes, grouped)| {
                let all = || (0..count).map(SystemIndex);
                let rows = FIELDS
                    .iter()
                    .zip(fields)
                    .map(|(name, (owner, drift, columns))| {
                        let owner = match owner {
                            owner if owner < count => Owner::System(SystemIndex(owner)),
                            _ => Owner::Shared,
                        };
                        let mut row = row(name, owner);
                        row.drift = drift;
                        let group = grouped && ["street", "city"].contains(name);
                        row.group = group.then(|| "address".to_owned());
                        row.columns = all()
                            .zip(columns)
                            .map(|(system, kind)| match kind {
                                0 if owner != Owner::System(system) => None,
                                1 => column(true),
                                _ => column(false),
                            })
                            .collect();
                        row
                    });
                let systems = all().zip(&parts).map(|(system, (creates, counts))| {
                    let mut part = part(NAMES[system.0]);
                    part.deletes_count = *counts != 0;
                    if *creates {
                        part.creates_from = all().filter(|other| *other != system).collect();
                    }
                    part
                });
                Entity {
                    name: "contact".into(),
                    systems: systems.collect(),
                    table: FieldTable {
                        rows: rows.collect(),
                    },
                    deletes,
                }
            },
        )
    })
}
