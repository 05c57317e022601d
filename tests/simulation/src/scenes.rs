//! Scenes: what happens to one thing, step after step, where chance alone would
//! seldom bring the steps together. Drawn apart, so that the rest of a seed stays.

use crate::chance::Chance;
use crate::deed::{At, Deed, Fault, Who};
use crate::draw::{value, values};
use crate::world::{FIELDS, World};

/// The thing of a scene: nothing else is ever done to it.
const SCENE: u64 = 20;

/// What a scene is about.
#[derive(Clone, Copy, Debug)]
enum About {
    /// The sides of a question change just when somebody answers it.
    OtherSides,
    /// A person lets a record go that is edited elsewhere meanwhile.
    LetGo,
    /// A thing is deleted, made anew, and its old record comes back.
    ComesBack,
    /// A second record of a thing waits, and the first is deleted.
    Double,
    /// A delete goes round, and a write of it is lost.
    LostDelete,
}

/// A history's scene: what is done in it, and what goes wrong.
#[derive(Debug, Default)]
pub struct Scenes {
    /// What is done.
    pub deeds: Vec<At<Deed>>,
    /// What goes wrong.
    pub faults: Vec<At<Fault>>,
}

impl Scenes {
    /// The scene of a seed, where it has one.
    pub fn of(seed: u64, world: &World) -> Self {
        let mut chance = Chance::new(seed, "scenes");
        let mut scenes = Self::default();
        // Two histories in three have one.
        if !chance.one_in(3) {
            let mut scene = Scene {
                world,
                thing: SCENE,
                tick: chance.below(60),
                one: 0,
                other: 0,
                scenes: &mut scenes,
                chance: &mut chance,
            };
            scene.play();
        }
        scenes
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
    fn play(&mut self) {
        use About::{ComesBack, Double, LetGo, LostDelete, OtherSides};
        let mut about = *self
            .chance
            .pick(&[OtherSides, OtherSides, ComesBack, Double, LostDelete]);
        if self.world.deletes == "ask" && !self.chance.one_in(3) {
            about = LetGo;
        }
        let systems = self.world.systems.len();
        self.one = self.chance.place(systems);
        self.other = (self.one + 1 + self.chance.place(systems - 1)) % systems;
        self.create(self.one);
        if self.chance.one_in(2) {
            self.create(self.other);
        }
        self.passes();
        match about {
            OtherSides => self.other_sides(),
            LetGo => self.let_go(),
            ComesBack => self.comes_back(),
            Double => self.double(),
            LostDelete => self.lost_delete(),
        }
    }

    fn other_sides(&mut self) {
        let asked = |field: &usize| {
            let terms = &self.world.terms[*field];
            match terms.owner {
                Some(_) => terms.drift == "ask",
                None => terms.rule == "escalate",
            }
        };
        let fields: Vec<usize> = (0..FIELDS.len()).filter(asked).collect();
        let field = match fields.is_empty() {
            true => self.chance.place(FIELDS.len()),
            false => *self.chance.pick(&fields),
        };
        for _ in 0..2 {
            self.edit(self.one, field);
            self.edit(self.other, field);
            self.passes();
            for _ in 0..1 + self.chance.below(2) {
                let system = *self.chance.pick(&[self.one, self.other]);
                self.answer(1);
                self.edit(system, field);
                self.moment();
                self.answer(1);
                self.passes();
            }
        }
    }

    fn let_go(&mut self) {
        let field = self.chance.place(FIELDS.len());
        if self.chance.one_in(2) {
            self.edit(self.other, field);
        }
        self.delete(self.one);
        self.moment();
        self.edit(self.other, field);
        self.passes();
        for _ in 0..2 {
            self.answer(2);
            self.edit(self.other, field);
            self.passes();
        }
    }

    fn comes_back(&mut self) {
        let gone = *self.chance.pick(&[self.one, self.other]);
        self.delete(gone);
        self.passes();
        let made = self.chance.place(self.world.systems.len());
        self.create(made);
        match self.chance.one_in(2) {
            true => self.passes(),
            false => self.moment(),
        }
        let back = self.chance.place(self.world.systems.len());
        let thing = self.thing;
        self.does(Deed::Restore {
            system: back,
            thing,
        });
        self.moment();
        self.edit(back, 0);
        self.passes();
    }

    fn double(&mut self) {
        let (system, thing) = (self.one, self.thing);
        let values = values(self.chance);
        self.does(Deed::Double {
            system,
            thing,
            values,
        });
        self.passes();
        let field = self.chance.place(FIELDS.len());
        self.edit(self.other, field);
        self.delete(self.one);
        self.passes();
        if self.chance.one_in(2) {
            self.answer(1);
            self.passes();
        }
    }

    fn lost_delete(&mut self) {
        self.delete(self.one);
        for system in 0..self.world.systems.len() {
            let what = match self.chance.one_in(3) {
                true => Fault::AnswerLost { system },
                false => Fault::WriteLost { system },
            };
            let tick = self.tick;
            if system != self.one {
                self.scenes.faults.push(At { tick, what });
            }
        }
        self.passes();
        if self.chance.one_in(2) {
            self.create(self.one);
            self.passes();
        }
    }

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

    fn create(&mut self, system: usize) {
        let (thing, values) = (self.thing, values(self.chance));
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

    fn edit(&mut self, system: usize, field: usize) {
        let (thing, value) = (self.thing, value(self.chance));
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
