//! A case: everything that a history is made of.

use serde::{Deserialize, Serialize};

use crate::deed::{At, Deed, Fault};
use crate::draw::{deeds, faults};
use crate::world::World;

/// Everything that a history is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The world.
    pub world: World,
    /// What people and machines do.
    pub deeds: Vec<At<Deed>>,
    /// What goes wrong.
    pub faults: Vec<At<Fault>>,
}

impl Case {
    /// The case of a seed. Its parts are drawn apart.
    pub fn of(seed: u64) -> Self {
        let world = World::of(seed);
        Self {
            deeds: deeds(seed, &world),
            faults: faults(seed, &world),
            world,
        }
    }
}
