//! Random links in every state, reached or not, for properties of one plan.

use proptest::prelude::*;
use treaty_model::{
    BaseField, Candidate, Cell, Decision, Digest, Drift, Entity, FieldIndex, Life, Link, LinkId,
    LinkPlan, Operation, Origin, Owner, Presence, Provenance, Revision, RuleId, RunId, Settled,
    Side, SystemIndex, Value,
};
use treaty_planner::{Ruled, conclude, examine};

use super::random_treaty::entity;

/// A link with its treaty.
#[derive(Clone, Debug)]
pub struct RandomLink {
    /// What the treaty says.
    pub entity: Entity,
    link: Link,
}

/// A link whose systems stand in another order, and where each of them came
/// from.
pub struct Reordered {
    /// The link.
    pub link: RandomLink,
    /// By place: the place that the system had.
    pub places: Vec<usize>,
}

/// A link, and numbers to put its systems into another order.
pub fn link_and_order() -> impl Strategy<Value = (RandomLink, Vec<u16>)> {
    let cell = || (0..4_u8, prop::option::weighted(0.8, (0..4_u8, 0..3_u64)));
    entity().prop_flat_map(move |entity| {
        let (systems, fields) = (entity.systems.len(), entity.table.len());
        let side = (0..16_u8, prop::collection::vec(cell(), fields));
        let sides = prop::collection::vec(side, systems);
        let bases = prop::collection::vec((0..4_u8, 0..3_u64, 0..systems), fields);
        let order = prop::collection::vec(any::<u16>(), systems);
        let link = (sides, bases, 0..6_u8).prop_map(move |(sides, bases, dead)| {
            let mut link = Link::new(LinkId(12), entity.name.clone(), systems, fields);
            if dead == 0 {
                link.life = Life::Deleted;
            }
            for (base, (value, revision, system)) in link.base.iter_mut().zip(bases) {
                *base = base_of(&entity, value, revision, system);
            }
            for (side, (presence, cells)) in link.sides.iter_mut().zip(&sides) {
                *side = side_of(*presence, cells);
            }
            RandomLink {
                entity: entity.clone(),
                link,
            }
        });
        (link, order)
    })
}

fn base_of(entity: &Entity, value: u8, revision: u64, system: usize) -> BaseField {
    if revision == 0 {
        return BaseField::default();
    }
    BaseField {
        value: value_of(value.max(1)),
        revision: Revision(revision),
        provenance: Some(Provenance {
            system: Some(entity.systems[system].system.clone()),
            origin: Origin::default(),
            at: None,
            rule: None,
            run: RunId(1),
        }),
    }
}

fn side_of(presence: u8, cells: &[(u8, Option<(u8, u64)>)]) -> Option<Side> {
    let presence = match presence {
        0 => return None,
        1 => Presence::Deleted,
        2 => Presence::Restored,
        3 => Presence::Missing,
        4 => Presence::LeftOut("no customer".to_owned()),
        5 => Presence::Gone,
        _ => Presence::Present,
    };
    let observed = cells.iter().map(|(says, _)| value_of(*says)).collect();
    let mut side = Side::first_seen("1".into(), observed);
    side.presence = presence;
    side.settled = cells
        .iter()
        .map(|(_, settled)| {
            settled.map(|(value, revision)| Settled {
                value: value_of(value),
                revision: Revision(revision),
            })
        })
        .collect();
    Some(side)
}

fn value_of(number: u8) -> Cell {
    match number {
        0 => None,
        1 => Some(Value::Null),
        number => Some(Value::text(format!("v{number}"))),
    }
}

/// The plan, with a rule that keeps the side of the first name of those that
/// hold the greatest value, and now and then has nothing to say.
pub fn plan_of(random: &RandomLink) -> LinkPlan {
    let RandomLink { entity, link } = random;
    let examination = examine(entity, link);
    let conflict = examination.conflict(link, &examination.contested());
    let ruled: Vec<_> = conflict
        .contested
        .iter()
        .map(|contested| {
            let best = (0..).zip(&contested.candidates).max_by_key(|(_, side)| {
                let name = side.system.map(|system| {
                    let part = &entity.systems[system as usize];
                    std::cmp::Reverse(part.system.clone())
                });
                (side.value.clone(), side.standing, name)
            });
            let (index, side) = best.expect("a conflict has sides");
            Ruled {
                field: FieldIndex(contested.field as usize),
                rule: RuleId {
                    name: "rule".to_owned(),
                    digest: Digest::of(b"rule"),
                },
                decision: match side.value {
                    Value::Null => Ok(Decision::Escalate),
                    _ => Ok(Decision::Keep(index)),
                },
                reason: String::new(),
            }
        })
        .collect();
    conclude(entity, link, &examination, &ruled, &[], RunId(2))
}

/// The same link with its systems in another order.
pub fn permuted(random: &RandomLink, order: &[u16]) -> Reordered {
    let mut places: Vec<usize> = (0..order.len()).collect();
    places.sort_by_key(|place| order[*place]);
    let new_place = |old: SystemIndex| {
        let place = places.iter().position(|place| *place == old.0);
        SystemIndex(place.expect("every system has a place"))
    };
    let RandomLink { entity, link } = random;
    let mut entity = entity.clone();
    entity.systems = places
        .iter()
        .map(|place| {
            let mut part = random.entity.systems[*place].clone();
            for from in &mut part.creates_from {
                *from = new_place(*from);
            }
            part
        })
        .collect();
    for row in &mut entity.table.rows {
        if let Owner::System(owner) = &mut row.owner {
            *owner = new_place(*owner);
        }
        let columns = places.iter().map(|place| row.columns[*place].clone());
        row.columns = columns.collect();
    }
    let mut link = link.clone();
    let sides = places.iter().map(|place| random.link.sides[*place].clone());
    link.sides = sides.collect();
    Reordered {
        link: RandomLink { entity, link },
        places,
    }
}

/// A plan with the systems at the places that they had, and everything sorted
/// that stands in the order of the systems.
pub fn put_back(mut plan: LinkPlan, places: &[usize]) -> LinkPlan {
    let back = |system: &mut SystemIndex| *system = SystemIndex(places[system.0]);
    let back_all = |candidates: &mut Vec<Candidate>| {
        for system in candidates
            .iter_mut()
            .filter_map(|side| side.system.as_mut())
        {
            *system = u32::try_from(places[*system as usize]).expect("few systems");
        }
        candidates.sort();
    };
    for change in &mut plan.base {
        if let Some(decided) = &mut change.decided {
            back_all(&mut decided.candidates);
        }
    }
    for settle in &mut plan.settle {
        back(&mut settle.system);
    }
    plan.settle
        .sort_by_key(|settle| (settle.field, settle.system));
    plan.presence
        .iter_mut()
        .for_each(|(system, _)| back(system));
    plan.presence.sort_by_key(|(system, _)| *system);
    plan.detached.iter_mut().for_each(back);
    plan.detached.sort();
    for operation in &mut plan.operations {
        back(match operation {
            Operation::Write(write) => &mut write.system,
            Operation::Create(create) => &mut create.system,
            Operation::Archive(archive) => &mut archive.system,
        });
    }
    plan.operations.sort_by_key(Operation::system);
    for question in &mut plan.questions {
        back_all(&mut question.candidates);
        if question.field.is_none() {
            // It names the systems in their order.
            question.reason.clear();
        }
    }
    for loser in &mut plan.given_up {
        let mut candidate = vec![loser.candidate.clone()];
        back_all(&mut candidate);
        loser.candidate = candidate.remove(0);
    }
    plan.given_up
        .sort_by_key(|loser| (loser.field, loser.candidate.clone()));
    plan
}

impl RandomLink {
    /// Whether what a system says of a field may become base: it owns or shares
    /// the field, or it brings the record to an owner that has none yet, or one
    /// that was made for it before anybody had a value.
    pub fn is_source(&self, field: FieldIndex, system: SystemIndex) -> bool {
        let row = self.entity.table.row(field);
        let brings = match row.owner {
            Owner::System(owner) => {
                self.has_no_say(field, owner)
                    && self.entity.part(owner).creates_from.contains(&system)
            }
            Owner::Shared => false,
        };
        row.is_source(system) || brings
    }

    fn has_no_say(&self, field: FieldIndex, owner: SystemIndex) -> bool {
        let Some(side) = &self.link.sides[owner.0] else {
            return true;
        };
        let made_for_it = side.settled[field.0].as_ref().is_some_and(|settled| {
            settled.revision == Revision(0) && settled.value == side.observed[field.0]
        });
        self.link.base[field.0].value.is_none() && side.presence.takes_part() && made_for_it
    }

    /// The same link, but whoever does not own a field says something else.
    pub fn with_other_readers(&self) -> Self {
        let mut other = self.clone();
        for system in self.entity.system_indexes() {
            let Some(side) = &mut other.link.sides[system.0] else {
                continue;
            };
            if !side.presence.takes_part() {
                continue;
            }
            for (field, row) in self.entity.table.fields() {
                let says = side.observed[field.0].is_some();
                if says && !self.is_source(field, system) && row.drift != Drift::Ask {
                    side.observed[field.0] = Some(Value::text("something else"));
                }
            }
        }
        other
    }
}
