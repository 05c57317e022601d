//! Scenes: what happens to one thing, step after step, where chance alone would
//! seldom bring the steps together. Drawn apart, so that the rest of a seed stays.

mod crossing;
mod unseen;

use crate::chance::Chance;
use crate::deed::{At, Deed, Fault, Who};
use crate::draw::{value, values};
use crate::world::World;

/// The thing of a scene: nothing else is ever done to it.
const SCENE: u64 = 20;

/// A history's scenes: what is done in them, and what goes wrong.
#[derive(Debug, Default)]
pub struct Scenes {
    /// What is done.
    pub deeds: Vec<At<Deed>>,
    /// What goes wrong.
    pub faults: Vec<At<Fault>>,
}

impl Scenes {
    /// The scenes of a seed, where it has any.
    pub fn of(seed: u64, world: &World) -> Self {
        let mut scenes = Self::default();
        let mut chance = Chance::new(seed, "scenes");
        // Two histories in three have one in which people cross what Treaty does.
        if !chance.one_in(3) {
            scenes.scene(world, SCENE, 60, &mut chance).crossing();
        }
        let mut chance = Chance::new(seed, "scenes, second part");
        // One in two has one of which Treaty does not see everything.
        if chance.one_in(2) {
            scenes.scene(world, SCENE + 1, 20, &mut chance).unseen();
        }
        scenes
    }

    /// A scene with a thing of its own, that begins before a tick.
    fn scene<'a>(
        &'a mut self,
        world: &'a World,
        thing: u64,
        before: u64,
        chance: &'a mut Chance,
    ) -> Scene<'a> {
        Scene {
            world,
            thing,
            tick: chance.below(before),
            one: 0,
            other: 0,
            scenes: self,
            chance,
        }
    }
}

/// A scene that is being written.
struct Scene<'a> {
    world: &'a World,
    thing: u64,
    /// When its next step is.
    tick: u64,
    /// A system that has a part in it.
    one: usize,
    /// Another one.
    other: usize,
    scenes: &'a mut Scenes,
    chance: &'a mut Chance,
}

impl Scene<'_> {
    /// Time in which a pass is likely to be made.
    fn passes(&mut self) {
        self.tick += 8 + self.chance.below(24);
    }

    /// Time in which none is.
    fn moment(&mut self) {
        self.tick += self.chance.below(4);
    }

    fn does(&mut self, what: Deed) {
        let tick = self.tick;
        self.scenes.deeds.push(At { tick, what });
    }

    fn goes_wrong(&mut self, what: Fault) {
        let tick = self.tick;
        self.scenes.faults.push(At { tick, what });
    }

    fn create(&mut self, system: usize) {
        let values = values(self.chance);
        self.create_with(system, values);
    }

    fn create_with(&mut self, system: usize, values: Vec<Option<String>>) {
        let thing = self.thing;
        self.does(Deed::Create {
            system,
            thing,
            values,
        });
    }

    fn delete(&mut self, system: usize) {
        let thing = self.thing;
        self.does(Deed::Delete { system, thing });
    }

    fn restore(&mut self, system: usize) {
        let thing = self.thing;
        self.does(Deed::Restore { system, thing });
    }

    fn edit(&mut self, system: usize, field: usize) {
        let value = value(self.chance);
        self.edit_to(system, field, value);
    }

    fn edit_to(&mut self, system: usize, field: usize, value: Option<String>) {
        let thing = self.thing;
        self.does(Deed::Edit {
            system,
            thing,
            field,
            value,
            who: Who::Person,
        });
    }

    /// Somebody answers a question, with a multiple of a number.
    fn answer(&mut self, of: u64) {
        let pick = of * self.chance.below(6);
        self.does(Deed::Answer { pick });
    }
}
