//! Scenes in which people cross what Treaty is about to do.

use super::Scene;
use crate::deed::{Deed, Fault};
use crate::draw::values;
use crate::world::FIELDS;

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

impl Scene<'_> {
    /// Writes one of them.
    pub(super) fn crossing(&mut self) {
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

    /// The fields about which a person is asked when they differ.
    fn asked_fields(&self) -> Vec<usize> {
        let asked = |field: &usize| {
            let terms = &self.world.terms[*field];
            match terms.owner {
                Some(_) => terms.drift == "ask",
                None => terms.rule == "escalate",
            }
        };
        (0..FIELDS.len()).filter(asked).collect()
    }

    fn other_sides(&mut self) {
        let fields = self.asked_fields();
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
        self.restore(back);
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
            if system != self.one {
                self.goes_wrong(what);
            }
        }
        self.passes();
        if self.chance.one_in(2) {
            self.create(self.one);
            self.passes();
        }
    }
}
