//! The promises, checked against everything that was acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use treaty_ledger::{StoredQuestion, Subject};
use treaty_model::Timestamp;

use crate::broken::Broken;
use crate::history::{Edit, SentKind};
use crate::journal::{Entry, Files};
use crate::stage::Stage;
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
struct Thing {
    number: u64,
    /// Its links, that of today and those of the past.
    links: BTreeSet<i64>,
    /// By system: its record that is there.
    there: Vec<Option<u64>>,
    /// Whether a system has two records of it: people made one while Treaty
    /// made the other.
    twice: bool,
    /// Whether somebody is asked about it as a whole.
    asked: bool,
}

/// All promises that were not kept.
pub fn check(rest: &Rest<'_>) -> Vec<Broken> {
    let mut broken: Vec<Broken> = rest
        .stage
        .history
        .broken
        .iter()
        .map(|how| Broken::new(4, how.clone()))
        .collect();
    for thing in rest.things() {
        rest.check_life(&thing, &mut broken);
        for field in 0..FIELDS.len() {
            rest.check_agreement(&thing, field, &mut broken);
            rest.check_edits(&thing, field, &mut broken);
        }
    }
    rest.check_secrets(&mut broken);
    rest.check_whys(&mut broken);
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
            let vanished = world.systems[system].feed == Feed::Listing
                && !world.systems[system].absent_is_deleted
                && removals.any(|gone| (gone.system, gone.thing) == (system, thing.number));
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
    fn standing(&self, thing: &Thing, field: usize) -> Vec<(usize, Option<String>)> {
        let there = thing.there.iter().enumerate();
        there
            .filter(|(system, _)| self.stage.world.has(*system, field))
            .filter_map(|(system, id)| {
                let stored = &self.stage.stores[system].records[&(*id)?];
                Some((system, stored.values[field].clone()))
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
                || self.was_given_up(thing, edit, edit.at)
                || self.went_with_its_record(edit)
                || self.was_let_go(thing, edit)
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

    /// The field came back to what it was, and nothing had been agreed on it
    /// meanwhile, or what it was had lost already: there is no change any more.
    fn is_withdrawal(&self, thing: &Thing, edit: &Edit, earlier: &[&Edit]) -> bool {
        let mut before = edit.before.clone();
        for earlier in earlier.iter().rev() {
            if (earlier.system, earlier.id) != (edit.system, edit.id) {
                continue;
            }
            if earlier.after != before {
                return false;
            }
            if earlier.before == edit.after {
                return !self.was_agreed(thing, edit, earlier.at)
                    || self.was_given_up(thing, edit, earlier.at);
            }
            before.clone_from(&earlier.before);
        }
        false
    }

    /// Whether a value of an edit's own system was agreed on before it, since a
    /// time.
    fn was_agreed(&self, thing: &Thing, edit: &Edit, since: Timestamp) -> bool {
        let name = FIELDS[edit.field];
        let system = self.stage.world.systems[edit.system].name.as_str();
        let of_system = |change: &Json| change["system"].as_str() == Some(system);
        self.files.journal.iter().any(|entry| {
            let fields = entry.content["fields"].as_array();
            let named =
                |field: &Json| field["field"].as_str() == Some(name) && of_system(&field["to"]);
            (since..=edit.at).contains(&entry.at)
                && entry.link.is_some_and(|link| thing.links.contains(&link))
                && (entry.kind == "verdict"
                    && entry.field.as_deref() == Some(name)
                    && of_system(&entry.content)
                    || fields.is_some_and(|fields| fields.iter().any(named)))
        })
    }

    /// Somebody who saw it edited the field again.
    fn is_superseded(&self, edit: &Edit, later: &[&Edit]) -> bool {
        let world = &self.stage.world;
        later.iter().any(|later| {
            let same_record = (later.system, later.id) == (edit.system, edit.id);
            let arrived = world.stored(later.system, edit.field, &edit.after) == later.before;
            same_record || (later.system != edit.system && arrived)
        })
    }

    fn was_given_up(&self, thing: &Thing, edit: &Edit, since: Timestamp) -> bool {
        let system = &self.stage.world.systems[edit.system].name;
        self.files.journal.iter().any(|entry| {
            entry.kind == "given-up"
                && entry.at >= since
                && entry.link.is_some_and(|link| thing.links.contains(&link))
                && (entry.system.as_ref() == Some(system)
                    // What several had agreed on stands there once.
                    || entry.content["candidate"]["standing"] == "agreed")
                && entry.field.as_deref() == Some(FIELDS[edit.field])
                && text(&entry.content["candidate"]["value"]) == edit.after
        })
    }

    /// Somebody deleted the record that held it, there or where it had arrived.
    fn went_with_its_record(&self, edit: &Edit) -> bool {
        let world = &self.stage.world;
        self.stage.history.removals.iter().any(|removal| {
            let same_record = (removal.system, removal.id) == (edit.system, edit.id);
            let arrived = !world.has(removal.system, edit.field)
                || world.stored(removal.system, edit.field, &edit.after)
                    == removal.values[edit.field];
            removal.tick >= edit.tick && removal.thing == edit.thing && (same_record || arrived)
        })
    }

    /// A person who was asked let the whole record go, and the journal has what
    /// stood there.
    fn was_let_go(&self, thing: &Thing, edit: &Edit) -> bool {
        let mut entries = self.files.journal.iter().filter(|entry| {
            entry.at >= edit.at && entry.link.is_some_and(|link| thing.links.contains(&link))
        });
        let asked = entries.any(|entry| {
            entry.kind == "answer" && entry.content["choice"].as_str() == Some("delete")
        });
        let held = |entry: &Entry| {
            let replaced = entry.content["replaced"].as_array();
            replaced.is_some_and(|row| row.iter().any(|value| text(value) == edit.after))
        };
        asked && entries.any(|entry| entry.kind == "delete" && held(entry))
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

    /// What no row mentions is never touched.
    fn check_secrets(&self, broken: &mut Vec<Broken>) {
        for store in &self.stage.stores {
            for (id, stored) in &store.records {
                if stored.secret != format!("secret {id}") {
                    let how = format!(
                        "{} {id}: its secret is {:?}",
                        store.traits.name, stored.secret
                    );
                    broken.push(Broken::new(6, how));
                }
            }
        }
    }

    /// Everything that was sent, and every value of base, has its why.
    fn check_whys(&self, broken: &mut Vec<Broken>) {
        let told: BTreeMap<&str, &str> = self
            .files
            .journal
            .iter()
            .filter(|entry| ["write", "create", "delete"].contains(&entry.kind.as_str()))
            .filter_map(|entry| Some((entry.content["intent"].as_str()?, entry.kind.as_str())))
            .collect();
        for sent in &self.stage.history.sent {
            let kind = match sent.kind {
                SentKind::Create => "create",
                SentKind::Update => "write",
                SentKind::Remove => "delete",
            };
            let intent = sent.intent.to_string();
            if told.get(intent.as_str()) != Some(&kind) {
                let how = format!("the journal does not tell of {kind} {intent}");
                broken.push(Broken::new(9, how));
            }
        }
        for (link, fields) in &self.files.base {
            if fields.iter().any(|(agreed, why)| *agreed && !*why) {
                let how = format!("a value of link {link} does not say where it came from");
                broken.push(Broken::new(9, how));
            }
        }
    }
}

fn link_number(link: treaty_model::LinkId) -> i64 {
    i64::try_from(link.0).unwrap_or(i64::MAX)
}

/// A value as the journal has it.
fn text(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned)
}
