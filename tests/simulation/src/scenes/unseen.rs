//! Scenes in which something is away, out of sight or unanswered, and Treaty does not
//! see everything that there is.

use super::Scene;
use crate::deed::Fault;
use crate::draw::values;
use crate::world::{FIELDS, Feed, Traits};

/// How many calls are more than a history lasts.
const FOR_LONG: u64 = 40;
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
    /// A record is deleted whose column was away for as long as it was there.
    ColumnAway,
}

use About::{
    AnswerNotWritten, ColumnAway, EditedWhileAsked, LeftOut, MadeAnew, OneAway, OutOfSight,
};

/// All of them; those in which much has to come together more than once.
const ALL: [About; 11] = [
    LeftOut,
    MadeAnew,
    OneAway,
    OutOfSight,
    EditedWhileAsked,
    EditedWhileAsked,
    AnswerNotWritten,
    AnswerNotWritten,
    ColumnAway,
    ColumnAway,
    ColumnAway,
];

impl Scene<'_> {
    /// Writes one of them that this world can have.
    pub(super) fn unseen(&mut self) {
        let mut possible: Vec<_> = ALL.map(|about| (about, self.casts(about))).into();
        possible.retain(|(_, casts)| !casts.is_empty());
        if possible.is_empty() {
            return;
        }
        let (about, casts) = self.chance.pick(&possible);
        (self.one, self.other) = *self.chance.pick(casts);
        match about {
            LeftOut => self.left_out(),
            MadeAnew => self.made_anew(),
            OneAway => self.one_away(),
            OutOfSight => self.out_of_sight(),
            EditedWhileAsked => self.edited_while_asked(),
            AnswerNotWritten => self.answer_not_written(),
            ColumnAway => self.column_away(),
        }
    }

    /// Which two systems can have the parts in a scene.
    fn casts(&self, about: About) -> Vec<(usize, usize)> {
        let world = self.world;
        let removes = matches!(world.deletes.as_str(), "archive" | "delete");
        let away = &world.terms[AWAY];
        match about {
            LeftOut => self.pairs(|one, _| one.feed == Feed::Listing && !one.absent_is_deleted),
            // Where nothing new gets to, the two stay apart until the old one is back.
            MadeAnew if removes => self.pairs(|one, _| one.archives && !one.takes_new),
            OneAway if world.systems.len() > 2 => self.pairs(|_, _| true),
            OutOfSight if removes => self.pairs(|one, other| {
                tells(one) && one.takes_new && self.can_remove(other) && !other.absent_is_deleted
            }),
            EditedWhileAsked | AnswerNotWritten if removes => {
                let mut casts = self.pairs(|one, other| tells(one) && self.can_remove(other));
                casts.retain(|(one, other)| !self.left_open(*one, *other).is_empty());
                casts
            }
            ColumnAway if removes && away.owner.is_none() && away.rule != "escalate" => {
                let mut casts = self.pairs(|_, other| self.can_remove(other));
                casts.retain(|(one, other)| away.at[*one] && away.at[*other]);
                casts
            }
            _ => Vec::new(),
        }
    }

    /// All pairs of different systems that are like this.
    fn pairs(&self, fit: impl Fn(&Traits, &Traits) -> bool) -> Vec<(usize, usize)> {
        let systems = &self.world.systems;
        let all = 0..systems.len();
        all.clone()
            .flat_map(|one| all.clone().map(move |other| (one, other)))
            .filter(|(one, other)| one != other && fit(&systems[*one], &systems[*other]))
            .collect()
    }

    /// Whether Treaty can remove a record from a system in the way it is told to.
    fn can_remove(&self, traits: &Traits) -> bool {
        traits.archives == (self.world.deletes == "archive")
    }

    /// The fields of two systems that no rule decides which held different values when
    /// they met, whatever is edited then.
    fn left_open(&self, one: usize, other: usize) -> Vec<usize> {
        let terms = self.world.terms.iter().enumerate();
        let open = terms.filter(|(_, terms)| {
            let asks = ["escalate", "first-non-empty"].contains(&terms.rule.as_str());
            terms.owner.is_none() && asks && terms.at[one] && terms.at[other]
        });
        open.map(|(field, _)| field).collect()
    }

    fn left_out(&mut self) {
        let system = self.one;
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
        self.alike(&[None, None, None]);
        self.passes();
        self.passes();
        self.delete(self.one);
        self.delete(self.other);
        self.passes();
        self.passes();
        self.create(self.other);
        self.passes();
        self.passes();
        self.restore(self.one);
        self.passes();
    }

    fn one_away(&mut self) {
        let systems = self.world.systems.len();
        let third = (0..systems).find(|system| ![self.one, self.other].contains(system));
        let Some(third) = third else { return };
        let values = values(self.chance);
        self.alike(&values);
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
        let values = values(self.chance);
        self.alike(&values);
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
        self.edit_to(self.other, field, Some("c".to_owned()));
        match self.chance.one_in(2) {
            true => self.passes(),
            false => self.moment(),
        }
        self.delete(self.one);
        self.passes();
    }

    fn answer_not_written(&mut self) {
        let field = self.differ();
        for _ in 0..2 {
            self.answer(1);
        }
        self.goes_wrong(Fault::Refused { system: self.other });
        self.passes();
        self.edit_to(self.other, field, Some("c".to_owned()));
        self.passes();
        self.delete(self.one);
        self.passes();
    }

    fn column_away(&mut self) {
        let (system, calls) = (self.one, FOR_LONG);
        self.passes();
        let what = match self.chance.one_in(2) {
            true => Fault::Gone { system, calls },
            false => Fault::Renamed { system, calls },
        };
        self.goes_wrong(what);
        self.moment();
        // Values that every system stores as they are: nothing else is contested.
        self.alike(&[Some("a".to_owned()), Some("b".to_owned()), None]);
        for _ in 0..3 {
            self.passes();
        }
        self.edit_to(self.other, AWAY, Some("c".to_owned()));
        self.passes();
        self.passes();
        self.delete(self.one);
        // Nobody hears of it until the column is back.
        for _ in 0..FOR_LONG {
            self.goes_wrong(Fault::Busy { system });
        }
        self.passes();
    }

    /// The two systems have the thing, with the same values.
    fn alike(&mut self, values: &[Option<String>]) {
        for system in [self.one, self.other] {
            self.create_with(system, values.to_vec());
        }
    }

    /// The two systems have the thing from the beginning, and differ in a field about
    /// which a person is then asked.
    fn differ(&mut self) -> usize {
        self.tick = 0;
        let field = *self.chance.pick(&self.left_open(self.one, self.other));
        for (system, value) in [(self.one, "a"), (self.other, "b")] {
            let mut values = vec![None; FIELDS.len()];
            values[field] = Some(value.to_owned());
            self.create_with(system, values);
        }
        self.passes();
        self.passes();
        field
    }
}

/// Whether Treaty hears of a delete in a system.
fn tells(traits: &Traits) -> bool {
    traits.feed != Feed::Listing || traits.absent_is_deleted
}
