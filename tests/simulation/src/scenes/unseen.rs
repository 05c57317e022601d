//! Scenes in which something is away, out of sight or unanswered, and Treaty does not
//! see everything that there is.

use super::Scene;
use crate::deed::Fault;
use crate::draw::values;
use crate::world::{FIELDS, Feed};

/// How many calls are more than a scene lasts.
const FOR_LONG: u64 = 60;
/// The field whose column goes away.
const AWAY: usize = 0;

/// What a scene is about.
#[derive(Clone, Copy, Debug)]
enum About {
    /// A listing leaves a record out that is there.
    LeftOut,
    /// A thing is made anew where its record does not get to, and the old one comes back.
    MadeAnew,
    /// A person makes what Treaty could not make, while another system is away.
    OneAway,
    /// A record that is to be removed is out of sight.
    OutOfSight,
    /// What a person is asked about is edited, and the record deleted elsewhere.
    EditedWhileAsked,
    /// A person's answer cannot be written; it is edited there, and the record deleted
    /// elsewhere.
    AnswerNotWritten,
    /// A record whose column was away for as long as it was there is deleted.
    ColumnAway,
}

impl Scene<'_> {
    /// Writes one of them that this world can have.
    pub(super) fn unseen(&mut self) {
        let world = self.world;
        let removes = matches!(world.deletes.as_str(), "archive" | "delete");
        let asks = !self.asked_fields().is_empty();
        let mut possible = Vec::new();
        possible.extend(self.listed().first().map(|_| About::LeftOut));
        possible.extend((world.systems.len() > 2).then_some(About::OneAway));
        if removes {
            possible.extend([About::MadeAnew, About::OutOfSight, About::ColumnAway]);
            if asks {
                possible.extend([About::EditedWhileAsked, About::AnswerNotWritten]);
            }
        }
        if possible.is_empty() {
            return;
        }
        self.cast();
        match *self.chance.pick(&possible) {
            About::LeftOut => self.left_out(),
            About::MadeAnew => self.made_anew(),
            About::OneAway => self.one_away(),
            About::OutOfSight => self.out_of_sight(),
            About::EditedWhileAsked => self.edited_while_asked(),
            About::AnswerNotWritten => self.answer_not_written(),
            About::ColumnAway => self.column_away(),
        }
    }

    /// The systems that show all their records each time, and where one that is not
    /// shown counts for nothing.
    fn listed(&self) -> Vec<usize> {
        let systems = self.world.systems.iter().enumerate();
        let listed =
            systems.filter(|(_, traits)| traits.feed == Feed::Listing && !traits.absent_is_deleted);
        listed.map(|(system, _)| system).collect()
    }

    fn left_out(&mut self) {
        let system = *self.chance.pick(&self.listed());
        self.create(system);
        self.passes();
        self.passes();
        let calls = 6 + self.chance.below(20);
        self.goes_wrong(Fault::Hidden { system, calls });
        self.passes();
        let field = self.chance.place(FIELDS.len());
        self.edit(system, field);
        self.passes();
    }

    fn made_anew(&mut self) {
        // Where nothing new gets to, the two stay apart until the old one is back.
        let systems = self.world.systems.iter().enumerate();
        let closed = systems.filter(|(_, traits)| !traits.takes_new && traits.archives);
        let closed: Vec<usize> = closed.map(|(system, _)| system).collect();
        if !closed.is_empty() {
            let one = *self.chance.pick(&closed);
            self.cast_beside(one);
        }
        self.create(self.one);
        self.create(self.other);
        self.passes();
        self.delete(self.one);
        self.passes();
        self.passes();
        self.create(self.other);
        self.goes_wrong(Fault::Refused { system: self.one });
        self.passes();
        self.restore(self.one);
        self.passes();
    }

    fn one_away(&mut self) {
        let systems = self.world.systems.len();
        let third = (0..systems).find(|system| ![self.one, self.other].contains(system));
        let Some(third) = third else { return };
        self.create(self.one);
        self.create(self.other);
        for _ in 0..2 {
            self.goes_wrong(Fault::WriteLost { system: third });
        }
        self.passes();
        self.passes();
        self.create(third);
        for _ in 0..3 {
            self.goes_wrong(Fault::Busy { system: self.one });
        }
        self.passes();
    }

    fn out_of_sight(&mut self) {
        self.create(self.one);
        self.create(self.other);
        self.passes();
        self.passes();
        self.delete(self.one);
        let (system, calls) = (self.other, 8 + self.chance.below(20));
        self.goes_wrong(Fault::Hidden { system, calls });
        self.passes();
        self.passes();
    }

    fn edited_while_asked(&mut self) {
        let field = self.differ();
        self.passes();
        let asked_first = self.chance.one_in(2);
        self.edit(self.other, field);
        match asked_first {
            true => self.passes(),
            false => self.moment(),
        }
        self.delete(self.one);
        if self.chance.one_in(2) {
            self.moment();
            self.edit(self.other, field);
        }
        self.passes();
    }

    fn answer_not_written(&mut self) {
        let field = self.differ();
        self.passes();
        self.passes();
        self.answer(1);
        self.goes_wrong(Fault::Refused { system: self.other });
        self.passes();
        self.edit(self.other, field);
        self.passes();
        self.delete(self.one);
        self.passes();
    }

    fn column_away(&mut self) {
        let (system, calls) = (self.other, FOR_LONG);
        let what = match self.chance.one_in(2) {
            true => Fault::Gone { system, calls },
            false => Fault::Retyped { system, calls },
        };
        self.goes_wrong(what);
        self.passes();
        self.create(self.other);
        self.passes();
        self.passes();
        self.edit(self.one, AWAY);
        self.passes();
        self.delete(self.other);
        self.passes();
    }

    /// The two systems have the thing, and differ in a field about which a person is
    /// then asked.
    fn differ(&mut self) -> usize {
        let field = *self.chance.pick(&self.asked_fields());
        let values = values(self.chance);
        for (system, value) in [(self.one, "a"), (self.other, "b")] {
            let mut values = values.clone();
            values[field] = Some(value.to_owned());
            self.create_with(system, values);
        }
        field
    }
}
