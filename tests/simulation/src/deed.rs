//! What people and machines do in a world, and what goes wrong meanwhile. Both
//! are lists, drawn from separate parts of a seed: either can be cut shorter
//! while the other stays.

use serde::{Deserialize, Serialize};

use crate::chance::Chance;
use crate::world::{FIELDS, World};

/// Something that happens at a tick: ticks are counted whenever Treaty waits for
/// a system, and between passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At<T> {
    /// The tick.
    pub tick: u64,
    /// What happens.
    pub what: T,
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Somebody at a keyboard.
    Person,
    /// An automation that the system names.
    Robot,
    /// An automation that works under Treaty's own account.
    UnderOurName,
}

/// What somebody does to a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Makes the record of a thing, unless there is one.
    Create {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
        /// With these values of [`FIELDS`].
        values: Vec<Option<String>>,
    },
    /// Changes a field of a thing's record, where there is one.
    Edit {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
        /// Which of [`FIELDS`].
        field: usize,
        /// To what.
        value: Option<String>,
        /// Who.
        who: Who,
    },
    /// Deletes a thing's record.
    Delete {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
    },
    /// Brings a thing's record back, where the system can.
    Restore {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
    },
    /// Puts one thing's values into another's record and deletes its own.
    Merge {
        /// Where.
        system: usize,
        /// What goes.
        thing: u64,
        /// What stays.
        into: u64,
    },
    /// Answers an open question with one of its sides.
    Answer {
        /// Which question, and which side: counted round.
        pick: u64,
    },
    /// Nothing happens for a while.
    Wait {
        /// How long.
        ms: i64,
    },
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The system's next call fails before it does anything.
    Unreachable {
        /// Where.
        system: usize,
    },
    /// The system's next call is refused for now: too many requests.
    Busy {
        /// Where.
        system: usize,
    },
    /// The next write lands, and its answer is lost.
    AnswerLost {
        /// Where.
        system: usize,
    },
    /// The next write does not land, and nobody knows.
    WriteLost {
        /// Where.
        system: usize,
    },
    /// Of the next writes, those after the first are certainly not sent.
    CutShort {
        /// Where.
        system: usize,
    },
    /// The next writes are refused.
    Refused {
        /// Where.
        system: usize,
    },
    /// For some calls, all records but the first are not shown: a right is
    /// missing.
    Hidden {
        /// Where.
        system: usize,
        /// How many calls.
        calls: u64,
    },
    /// The next page shows its changes twice and backwards.
    Repeated {
        /// Where.
        system: usize,
    },
    /// For some calls a column has another name.
    Renamed {
        /// Where.
        system: usize,
        /// How many calls.
        calls: u64,
    },
    /// The system's clock jumps.
    ClockJumps {
        /// Where.
        system: usize,
        /// How far.
        ms: i64,
    },
    /// Treaty is killed while it waits for a system.
    Crash,
    /// The ledger fails in the middle of a statement, so many steps on, and
    /// Treaty is killed.
    LedgerFails {
        /// How many steps of SQLite's machine.
        steps: u64,
    },
    /// The disk is full for the next pass.
    DiskFull,
    /// Treaty is stopped and started between two passes.
    Restart,
}

/// What is done in a history.
pub fn deeds(seed: u64, world: &World) -> Vec<At<Deed>> {
    let mut chance = Chance::new(seed, "deeds");
    let things = 1 + chance.below(5);
    let mut deeds: Vec<At<Deed>> = Vec::new();
    // First meeting: some things are there already, in one system or several.
    for thing in 0..things {
        let alike = values(&mut chance);
        for system in 0..world.systems.len() {
            if chance.one_in(2) {
                let values = match chance.one_in(3) {
                    true => values(&mut chance),
                    false => alike.clone(),
                };
                deeds.push(At {
                    tick: 0,
                    what: Deed::Create {
                        system,
                        thing,
                        values,
                    },
                });
            }
        }
    }
    let count = 2 + chance.below(18);
    let ticks = 20 + chance.below(200);
    for _ in 0..count {
        let what = deed(&mut chance, world, things);
        deeds.push(At {
            tick: 1 + chance.below(ticks),
            what,
        });
    }
    deeds.sort_by_key(|deed| deed.tick);
    deeds
}

fn deed(chance: &mut Chance, world: &World, things: u64) -> Deed {
    let system = chance.place(world.systems.len());
    let thing = chance.below(things);
    match chance.below(20) {
        0 => Deed::Create {
            system,
            thing: things + chance.below(2),
            values: values(chance),
        },
        1 => Deed::Create {
            system,
            thing,
            values: values(chance),
        },
        2 => Deed::Delete { system, thing },
        3 => Deed::Restore { system, thing },
        4 => Deed::Merge {
            system,
            thing,
            into: chance.below(things),
        },
        5 | 6 => Deed::Answer {
            pick: chance.below(7),
        },
        7 => Deed::Wait {
            ms: *chance.pick(&[500, 30_000, 600_000]),
        },
        _ => Deed::Edit {
            system,
            thing,
            field: chance.place(FIELDS.len()),
            value: value(chance),
            who: *chance.pick(&[Who::Person, Who::Person, Who::Robot, Who::UnderOurName]),
        },
    }
}

fn values(chance: &mut Chance) -> Vec<Option<String>> {
    FIELDS.iter().map(|_| value(chance)).collect()
}

/// A small pool: values are equal by chance now and then, and one is longer
/// than some systems hold.
fn value(chance: &mut Chance) -> Option<String> {
    let pool = [
        None,
        Some("a"),
        Some("b"),
        Some("B"),
        Some("c"),
        Some("long enough"),
    ];
    chance.pick(&pool).map(str::to_owned)
}

/// What goes wrong in a history.
pub fn faults(seed: u64, world: &World) -> Vec<At<Fault>> {
    let mut chance = Chance::new(seed, "faults");
    let count = chance.below(8);
    let ticks = 20 + chance.below(200);
    let mut faults: Vec<_> = (0..count)
        .map(|_| {
            let what = fault(&mut chance, world);
            At {
                tick: chance.below(ticks),
                what,
            }
        })
        .collect();
    faults.sort_by_key(|fault| fault.tick);
    faults
}

fn fault(chance: &mut Chance, world: &World) -> Fault {
    let system = chance.place(world.systems.len());
    let calls = 1 + chance.below(6);
    match chance.below(18) {
        0 => Fault::Unreachable { system },
        1 => Fault::Busy { system },
        2..=4 => Fault::AnswerLost { system },
        5 => Fault::WriteLost { system },
        6 => Fault::CutShort { system },
        7 => Fault::Refused { system },
        8 => Fault::Hidden { system, calls },
        9 => Fault::Repeated { system },
        10 => Fault::Renamed { system, calls },
        11 => Fault::ClockJumps {
            system,
            ms: *chance.pick(&[-7_200_000, 400, 7_200_000]),
        },
        12..=14 => Fault::Crash,
        15 => Fault::LedgerFails {
            steps: chance.below(40_000),
        },
        16 => Fault::DiskFull,
        _ => Fault::Restart,
    }
}
