//! Which way the fields of an entity go, counted and in words.

use treaty_engine::{Direction, EntityDocs};

use crate::docs::outline::{Flow, Flows};

/// What a direction is called.
pub fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Gives => "→\u{a0}gives",
        Direction::Takes => "←\u{a0}takes",
        Direction::Both => "↔\u{a0}both",
        Direction::Watched => "○\u{a0}watched",
        Direction::Apart => "–",
    }
}

/// What a direction means.
pub fn meaning(direction: Direction) -> &'static str {
    match direction {
        Direction::Gives => {
            "Treaty reads the field there, and its value goes to the other systems; what they \
             hold is not written there, unless a person decides so"
        }
        Direction::Takes => {
            "Treaty writes the field there; what is edited there does not go to the others"
        }
        Direction::Both => "Treaty reads and writes the field there",
        Direction::Watched => {
            "Treaty reads the field there and compares it; it is never written, and its value \
             goes nowhere"
        }
        Direction::Apart => "the field has no part in that system",
    }
}

/// How many fields go which way.
pub fn flows(entity: &EntityDocs) -> Flows {
    let systems = entity.parts.iter().enumerate().map(|(at, part)| {
        let of_part = entity.fields.iter().filter_map(|field| field.sides.get(at));
        let directions: Vec<_> = of_part.map(|side| side.direction).collect();
        let count = |wanted: Direction| directions.iter().filter(|way| **way == wanted).count();
        Flow {
            system: part.system.to_string(),
            gives: count(Direction::Gives),
            takes: count(Direction::Takes),
            both: count(Direction::Both),
            watched: count(Direction::Watched),
            apart: count(Direction::Apart),
        }
    });
    Flows {
        entity: entity.name.to_string(),
        systems: systems.collect(),
    }
}
