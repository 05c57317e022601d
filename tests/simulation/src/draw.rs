//! What happens in the history of a seed. Deeds and faults are lists, drawn from
//! separate parts of the seed: either can be cut shorter while the other stays.

use crate::chance::Chance;
use crate::deed::{At, Deed, Fault, Who};
use crate::scenes::Scenes;
use crate::world::{FIELDS, World};

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
    deeds.extend(comings_and_goings(seed, world, things, ticks));
    deeds.extend(Scenes::of(seed, world).deeds);
    deeds.sort_by_key(|deed| deed.tick);
    deeds
}

/// One thing comes and goes, again and again, while people edit it. Drawn apart,
/// so that the rest of a seed stays.
fn comings_and_goings(seed: u64, world: &World, things: u64, ticks: u64) -> Vec<At<Deed>> {
    let mut chance = Chance::new(seed, "deeds, second part");
    let thing = chance.below(things);
    let count = chance.below(3) * chance.below(4);
    let one = |_| {
        let system = chance.place(world.systems.len());
        let what = match chance.below(8) {
            7 => Deed::Plan,
            0 => Deed::Delete { system, thing },
            1 => Deed::Restore { system, thing },
            2 => Deed::Answer {
                pick: chance.below(7),
            },
            3 | 4 => Deed::Create {
                system,
                thing,
                values: values(&mut chance),
            },
            _ => Deed::Edit {
                system,
                thing,
                field: chance.place(FIELDS.len()),
                value: value(&mut chance),
                who: Who::Person,
            },
        };
        At {
            tick: 1 + chance.below(ticks),
            what,
        }
    };
    (0..count).map(one).collect()
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

/// Values for all fields of a record.
pub fn values(chance: &mut Chance) -> Vec<Option<String>> {
    FIELDS.iter().map(|_| value(chance)).collect()
}

/// A small pool: values are equal by chance now and then, and one is longer
/// than some systems hold.
pub fn value(chance: &mut Chance) -> Option<String> {
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
    faults.extend(later_faults(seed, world));
    faults.extend(Scenes::of(seed, world).faults);
    faults.extend(hidden_canary(seed, world, ticks));
    faults.sort_by_key(|fault| fault.tick);
    faults
}

/// What came to histories later, drawn apart, so that the rest of a seed stays.
fn later_faults(seed: u64, world: &World) -> Vec<At<Fault>> {
    let mut chance = Chance::new(seed, "faults, second part");
    let ticks = 20 + chance.below(200);
    let count = chance.below(7);
    let one = |_| {
        let system = chance.place(world.systems.len());
        let calls = 1 + chance.below(6);
        let what = match chance.below(9) {
            0 | 1 => Fault::NoticeLost { system },
            2 => Fault::Gone { system, calls },
            3 => Fault::Retyped { system, calls },
            4 => Fault::Upgraded,
            5 => Fault::Busy { system },
            6 => Fault::Unreachable { system },
            7 => Fault::CutShort { system },
            _ => Fault::Crash,
        };
        At {
            tick: chance.below(ticks),
            what,
        }
    };
    (0..count).map(one).collect()
}

/// A canary record is hidden once or twice, where there is one.
fn hidden_canary(seed: u64, world: &World, ticks: u64) -> Vec<At<Fault>> {
    let mut chance = Chance::new(seed, "faults, third part");
    let times = match world.canary {
        Some(_) => 1 + chance.below(2),
        None => 0,
    };
    let one = |_| At {
        tick: chance.below(ticks),
        what: Fault::CanaryHidden {
            looks: 1 + chance.below(4),
        },
    };
    (0..times).map(one).collect()
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
