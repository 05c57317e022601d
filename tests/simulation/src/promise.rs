//! The promises, checked against everything that was acknowledged.

use std::collections::BTreeSet;

use treaty_ledger::{StoredQuestion, Subject};

use crate::broken::Broken;
use crate::figures::Figures;
use crate::history::{Edit, Removal};
use crate::journal::Files;
use crate::stage::Stage;
use crate::store::OTHERWISE;
use crate::world::{FIELDS, Feed};

/// How everything stands once Treaty rests.
pub struct Rest<'a> {
    /// What is outside of Treaty.
    pub stage: &'a Stage,
    /// What Treaty's files say.
    pub files: &'a Files,
    /// The questions that are open.
    pub questions: &'a [StoredQuestion],
}

/// A thing as it stands in the end.
pub(crate) struct Thing {
    pub(crate) number: u64,
    /// Its links, that of today and those of the past.
    pub(crate) links: BTreeSet<i64>,
    /// By system: its record that is there.
    there: Vec<Option<u64>>,
    /// Whether a system has two records of it: people made one while Treaty
    /// made the other.
    pub(crate) twice: bool,
    /// Whether somebody is asked about it as a whole.
    pub(crate) asked: bool,
}

/// All promises that were not kept. Counts what was looked at.
pub fn check(rest: &Rest<'_>, figures: &mut Figures) -> Vec<Broken> {
    let mut broken: Vec<Broken> = rest
        .stage
        .history
        .broken
        .iter()
        .map(|how| Broken::new(4, how.clone()))
        .collect();
    let things = rest.things();
    figures.check(1, rest.stage.history.edits.len());
    figures.check(2, things.len() * (1 + FIELDS.len()));
    figures.check(4, rest.stage.history.sent.len());
    figures.check(9, rest.stage.history.sent.len() + rest.files.base.len());
    for thing in &things {
        rest.check_life(thing, &mut broken);
        rest.check_removals(thing, &mut broken);
        for field in 0..FIELDS.len() {
            rest.check_agreement(thing, field, &mut broken);
            rest.check_edits(thing, field, &mut broken);
        }
    }
    let records = rest.stage.stores.iter().map(|store| store.records.len());
    figures.check(6, records.sum());
    rest.check_secrets(&mut broken);
    rest.check_whys(&mut broken);
    rest.check_losses(&mut broken);
    rest.check_questions(&mut broken);
    rest.check_told(&mut broken);
    rest.check_deciders(&mut broken);
    rest.check_shown(&things, &mut broken);
    rest.check_gone(&mut broken);
    broken.sort();
    broken.dedup();
    broken
}

impl Rest<'_> {
    fn things(&self) -> Vec<Thing> {
        let history = &self.stage.history;
        let numbers: BTreeSet<u64> = history.things.values().copied().collect();
        numbers
            .into_iter()
            .map(|number| self.thing(number))
            .collect()
    }

    fn thing(&self, number: u64) -> Thing {
        let stage = self.stage;
        let records: BTreeSet<(String, String)> = stage
            .history
            .things
            .iter()
            .filter(|(_, thing)| **thing == number)
            .map(|((system, id), _)| (stage.world.systems[*system].name.clone(), id.to_string()))
            .collect();
        let links = self.files.records.iter();
        let links: BTreeSet<i64> = links
            .filter(|(_, of)| !of.is_disjoint(&records))
            .map(|(link, _)| *link)
            .collect();
        let live = |system: usize| {
            let store = &stage.stores[system];
            let ids = store.records.iter().filter(move |(id, stored)| {
                !stored.gone && stage.history.things.get(&(system, **id)) == Some(&number)
            });
            ids.map(|(id, _)| *id).collect::<Vec<_>>()
        };
        let there: Vec<Vec<u64>> = (0..stage.stores.len()).map(live).collect();
        let asked = self
            .questions
            .iter()
            .any(|question| match &question.subject {
                Subject::Field(..) => false,
                Subject::Life(link) => links.contains(&link_number(*link)),
                // Whoever it is about: a record of it may wait.
                Subject::Same(..) => true,
            });
        Thing {
            number,
            links,
            twice: there.iter().any(|ids| ids.len() > 1),
            there: there.into_iter().map(|ids| ids.first().copied()).collect(),
            asked,
        }
    }

    /// A thing that is there is in all systems that take what is new.
    fn check_life(&self, thing: &Thing, broken: &mut Vec<Broken>) {
        let world = &self.stage.world;
        if thing.twice || thing.asked || world.deletes == "leave" || world.deletes == "ask" {
            return;
        }
        if thing.there.iter().all(Option::is_none) {
            return;
        }
        for (system, there) in thing.there.iter().enumerate() {
            // A listing proves no delete, so that nobody makes it again.
            let mut removals = self.stage.history.removals.iter();
            let listed_again = self.stage.stores[system].listed_again;
            let shows_no_delete = |gone: &Removal| match world.systems[system].feed {
                Feed::Listing => !world.systems[system].absent_is_deleted,
                // A feed of changes that begins again begins with a listing.
                Feed::Log | Feed::Watermark => listed_again.is_some_and(|tick| gone.tick <= tick),
            };
            let vanished = removals.any(|gone| {
                (gone.system, gone.thing) == (system, thing.number) && shows_no_delete(gone)
            });
            if there.is_none() && world.systems[system].takes_new && !vanished {
                let name = &world.systems[system].name;
                broken.push(Broken::new(
                    2,
                    format!("thing {} is not in {name}", thing.number),
                ));
            }
        }
    }

    fn check_agreement(&self, thing: &Thing, field: usize, broken: &mut Vec<Broken>) {
        if thing.twice || thing.asked || self.is_asked(thing, field) {
            return;
        }
        if !self.agrees(thing, field) {
            let standing = self.standing(thing, field);
            let how = format!("thing {}, {}: {standing:?}", thing.number, FIELDS[field]);
            broken.push(Broken::new(2, how));
        }
    }

    /// What stands in a field, by system.
    pub(crate) fn standing(&self, thing: &Thing, field: usize) -> Vec<(usize, Option<String>)> {
        let there = thing.there.iter().enumerate();
        there
            .filter(|(system, _)| self.stage.world.has(*system, field))
            .filter_map(|(system, id)| {
                let id = (*id)?;
                let stored = &self.stage.stores[system].records[&id];
                // What nobody was told of counts for nothing until it is.
                let shown = !self.is_hushed(system, id, field);
                shown.then(|| (system, stored.values[field].clone()))
            })
            .collect()
    }

    /// Whether all systems hold what they make of one value.
    fn agrees(&self, thing: &Thing, field: usize) -> bool {
        let world = &self.stage.world;
        let standing = self.standing(thing, field);
        let terms = &world.terms[field];
        // A field of an owner in which others may drift, or that has no such
        // record: the treaty says so.
        if let Some(owner) = terms.owner
            && (terms.drift != "write-back" || thing.there[owner].is_none())
        {
            return true;
        }
        let edits = self
            .stage
            .history
            .edits
            .iter()
            .filter(|edit| edit.field == field);
        let mut values: BTreeSet<Option<String>> = edits.map(|edit| edit.after.clone()).collect();
        if self.was_shown_otherwise(thing, field) {
            let systems = 0..world.systems.len();
            let cut = systems.flat_map(|system| {
                let of = |value| world.stored(system, field, value);
                values.iter().map(of).collect::<Vec<_>>()
            });
            values = cut
                .chain([Some(OTHERWISE.to_owned())])
                .chain(values.clone())
                .collect();
        }
        values.insert(None);
        values.insert(Some("long enough".to_owned()));
        values.iter().any(|value| {
            let mut standing = standing.iter();
            standing.all(|(system, stands)| world.stored(*system, field, value) == *stands)
        })
    }

    fn is_asked(&self, thing: &Thing, field: usize) -> bool {
        self.questions
            .iter()
            .any(|question| match &question.subject {
                Subject::Field(link, name) => {
                    thing.links.contains(&link_number(*link)) && name == FIELDS[field]
                }
                _ => false,
            })
    }

    /// No edit is lost: it stands everywhere, or was superseded, or stands in
    /// the journal as a value that lost.
    fn check_edits(&self, thing: &Thing, field: usize, broken: &mut Vec<Broken>) {
        let edits: Vec<&Edit> = self
            .stage
            .history
            .edits
            .iter()
            .filter(|edit| edit.thing == thing.number && edit.field == field)
            .collect();
        for (place, edit) in edits.iter().enumerate() {
            let later = &edits[place + 1..];
            let fine = edit.unseen
                || self.is_withdrawal(thing, edit, &edits[..place])
                || thing.twice
                || thing.asked
                || self.is_asked(thing, field)
                || self.is_superseded(edit, later)
                || self.is_superseded_unseen(thing, edit, &edits)
                || self.was_given_up(thing, edit, edit.at)
                || self.went_with_its_record(edit)
                || self.was_let_go(thing, edit)
                || self.was_written_over(edit)
                || self.was_shown_otherwise(thing, field)
                || self.is_hushed(edit.system, edit.id, field)
                || self.stands_everywhere(thing, edit);
            if !fine {
                let system = &self.stage.world.systems[edit.system].name;
                let how = format!(
                    "tick {}, thing {}: {} of {system} became {:?}, and that is nowhere; there \
                     stands {:?}",
                    edit.tick,
                    thing.number,
                    FIELDS[field],
                    edit.after,
                    self.standing(thing, field)
                );
                broken.push(Broken::new(1, how));
            }
        }
    }

    fn stands_everywhere(&self, thing: &Thing, edit: &Edit) -> bool {
        let world = &self.stage.world;
        let terms = &world.terms[edit.field];
        let standing = self.standing(thing, edit.field);
        // Drift that the treaty leaves alone stays where it was made, and so
        // does what nobody may agree to, for its owner has no such record.
        if let Some(owner) = terms.owner
            && owner != edit.system
            && (terms.drift == "leave" || thing.there[owner].is_none())
        {
            return standing.contains(&(edit.system, edit.after.clone()));
        }
        let stands = standing.iter().any(|(system, value)| {
            (*system == edit.system && *value == edit.after)
                || world.stored(*system, edit.field, &edit.after) == *value
        });
        stands && self.agrees(thing, edit.field)
    }
}

/// A link as the journal has it.
pub(crate) fn link_number(link: treaty_model::LinkId) -> i64 {
    i64::try_from(link.0).unwrap_or(i64::MAX)
}
