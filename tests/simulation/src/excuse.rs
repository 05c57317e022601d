//! What becomes of an edit that stands nowhere, and is not lost for all that.

use serde_json::Value as Json;
use treaty_model::Timestamp;

use crate::history::{Edit, Removal};
use crate::journal::Entry;
use crate::promise::{Rest, Thing};
use crate::store::OTHERWISE;
use crate::world::FIELDS;

impl Rest<'_> {
    /// The field came back to what it was, and nothing had been agreed on it
    /// meanwhile, or what it was had lost already: there is no change any more.
    pub(crate) fn is_withdrawal(&self, thing: &Thing, edit: &Edit, earlier: &[&Edit]) -> bool {
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

    /// Whether another value of an edit's own system was agreed on before it, since
    /// a time.
    fn was_agreed(&self, thing: &Thing, edit: &Edit, since: Timestamp) -> bool {
        let name = FIELDS[edit.field];
        let system = self.stage.world.systems[edit.system].name.as_str();
        let of_system = |change: &Json| {
            change["system"].as_str() == Some(system) && text(&change["value"]) != edit.after
        };
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
    pub(crate) fn is_superseded(&self, edit: &Edit, later: &[&Edit]) -> bool {
        let world = &self.stage.world;
        later.iter().any(|later| {
            let same_record = (later.system, later.id) == (edit.system, edit.id);
            let arrived = world.stored(later.system, edit.field, &edit.after) == later.before;
            same_record || (later.system != edit.system && arrived)
        })
    }

    /// When it was seen, its value was what all had agreed on by then, so that it was
    /// no change; and what somebody elsewhere had made of that same value was seen
    /// later, and counted alone: base went from the one to the other.
    pub(crate) fn is_superseded_unseen(&self, thing: &Thing, edit: &Edit, edits: &[&Edit]) -> bool {
        let from_it = |(place, other): (usize, &&Edit)| {
            let of_record = |later: &&&Edit| (later.system, later.id) == (other.system, other.id);
            let mut made = edits[place..].iter().filter(of_record);
            other.system != edit.system
                && self.made_of(other, &edit.after)
                && made.any(|made| self.became_base(thing, edit, made))
        };
        edits.iter().enumerate().any(from_it)
    }

    /// Whether an editor had seen a value, as their system stores it.
    fn made_of(&self, edit: &Edit, value: &Option<String>) -> bool {
        self.stage.world.stored(edit.system, edit.field, value) == edit.before
    }

    /// Whether base went, after an edit and uncontested, from its value to what
    /// somebody else made of it.
    fn became_base(&self, thing: &Thing, edit: &Edit, made: &Edit) -> bool {
        let name = &self.stage.world.systems[made.system].name;
        let is_it = |field: &Json| {
            let to = &field["to"];
            field["field"] == FIELDS[edit.field]
                && (to["why"] == "one-changed" || to["why"] == "owner-changed")
                && to["system"].as_str() == Some(name)
                && text(&to["before"]) == edit.after
                && text(&to["value"]) == made.after
        };
        self.files.journal.iter().any(|entry| {
            let fields = entry.content["fields"].as_array();
            entry.kind == "base"
                && entry.at > edit.at
                && entry.link.is_some_and(|link| thing.links.contains(&link))
                && fields.is_some_and(|fields| fields.iter().any(is_it))
        })
    }

    pub(crate) fn was_given_up(&self, thing: &Thing, edit: &Edit, since: Timestamp) -> bool {
        self.losses(thing, edit, since).next().is_some()
    }

    /// Where the journal says that an edit's value lost.
    fn losses<'a>(
        &'a self,
        thing: &'a Thing,
        edit: &'a Edit,
        since: Timestamp,
    ) -> impl Iterator<Item = &'a Entry> {
        let system = &self.stage.world.systems[edit.system].name;
        self.files.journal.iter().filter(move |entry| {
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

    /// Somebody deleted the record that held it: there, or where it had arrived, or
    /// where the treaty leaves what somebody else has made of it. Or they had that very
    /// value before them when they deleted it, and Treaty heard of that later, or took
    /// the record away later, and says that the value stood in it. So where it was what
    /// all had agreed on.
    pub(crate) fn went_with_its_record(&self, edit: &Edit) -> bool {
        let world = &self.stage.world;
        self.stage.history.removals.iter().any(|removal| {
            let same_record = (removal.system, removal.id) == (edit.system, edit.id);
            let has = world.has(removal.system, edit.field);
            let stored = world.stored(removal.system, edit.field, &edit.after);
            let had = has && stored == removal.values[edit.field];
            let arrived = had || !has;
            let gone = same_record || arrived || self.is_left(edit, removal);
            removal.thing == edit.thing
                && (removal.tick >= edit.tick && gone
                    || arrived && self.was_heard_of_after(removal, edit)
                    || (had || self.was_no_change(edit)) && self.was_taken_away(edit))
        })
    }

    /// Whether its value was what all agreed on when it was made: it is no change.
    fn was_no_change(&self, edit: &Edit) -> bool {
        let name = self.stage.world.systems[edit.system].name.clone();
        let record = (name, edit.id.to_string());
        let bases = self.files.journal.iter().filter(|entry| {
            let link = entry.link.and_then(|link| self.files.records.get(&link));
            entry.kind == "base"
                && entry.at <= edit.at
                && link.is_some_and(|records| records.contains(&record))
        });
        let fields = bases.filter_map(|entry| entry.content["fields"].as_array());
        let mut values = fields
            .flatten()
            .filter(|field| field["field"] == FIELDS[edit.field])
            .map(|field| text(&field["to"]["value"]));
        values.next_back() == Some(edit.after.clone())
    }

    /// Whether Treaty removed the record after an edit, with its value in it.
    fn was_taken_away(&self, edit: &Edit) -> bool {
        let name = &self.stage.world.systems[edit.system].name;
        self.files.journal.iter().any(|entry| {
            entry.kind == "delete"
                && entry.at > edit.at
                && entry.system.as_ref() == Some(name)
                && entry.remote.as_deref() == Some(edit.id.to_string().as_str())
                && replaced(entry, &edit.after)
        })
    }

    /// The treaty lets a system that does not own a field keep what was made of it
    /// there: the owner's value never gets to it.
    fn is_left(&self, edit: &Edit, removal: &Removal) -> bool {
        let world = &self.stage.world;
        let terms = &world.terms[edit.field];
        let left = terms.drift == "leave" && terms.owner.is_some_and(|own| own != removal.system);
        let name = &world.systems[removal.system].name;
        left && self.files.journal.iter().any(|entry| {
            entry.kind == "given-up"
                && entry.system.as_ref() == Some(name)
                && entry.field.as_deref() == Some(FIELDS[edit.field])
                && text(&entry.content["candidate"]["value"]) == removal.values[edit.field]
        })
    }

    /// Whether Treaty heard of a delete, or decided about it, only after an edit.
    fn was_heard_of_after(&self, removal: &Removal, edit: &Edit) -> bool {
        let name = self.stage.world.systems[removal.system].name.clone();
        let record = (name, removal.id.to_string());
        self.files.journal.iter().any(|entry| {
            let link = entry.link.and_then(|link| self.files.records.get(&link));
            entry.kind == "deleted"
                && entry.at > edit.at
                && entry.system.as_ref() == Some(&record.0)
                && (entry.remote.as_ref() == Some(&record.1)
                    || link.is_some_and(|records| records.contains(&record)))
        })
    }

    /// A person who was asked let the whole record go, and the journal has what
    /// stood there.
    pub(crate) fn was_let_go(&self, thing: &Thing, edit: &Edit) -> bool {
        let mut entries = self.files.journal.iter().filter(|entry| {
            entry.at >= edit.at && entry.link.is_some_and(|link| thing.links.contains(&link))
        });
        let asked = entries.any(|entry| {
            entry.kind == "answer" && entry.content["choice"].as_str() == Some("delete")
        });
        asked && entries.any(|entry| entry.kind == "delete" && replaced(entry, &edit.after))
    }

    /// It lost to another value, not to a delete.
    pub(crate) fn was_overruled(&self, thing: &Thing, edit: &Edit) -> bool {
        self.losses(thing, edit, edit.at)
            .any(|lost| lost.content["reason"].as_str() != Some("the record was deleted"))
    }

    /// It was there at its record's first meeting with the others, and nothing had been
    /// agreed on it yet: that is no edit, and goes with its record. What was edited
    /// after a person had been asked about it is one.
    pub(crate) fn was_never_agreed_on(&self, thing: &Thing, edit: &Edit) -> bool {
        self.losses(thing, edit, edit.at).any(|lost| {
            lost.content["candidate"]["standing"] == "first-seen"
                && !(self.was_linked_before(lost.link, edit)
                    && self.was_asked_before(lost.link, edit))
        })
    }

    /// Whether a record was in a link when it was edited: what it was made with, and
    /// brought along, is no edit of it.
    fn was_linked_before(&self, link: Option<i64>, edit: &Edit) -> bool {
        let name = self.stage.world.systems[edit.system].name.as_str();
        let remote = edit.id.to_string();
        let is_it = |record: &Json| {
            record["system"].as_str() == Some(name)
                && record["remote"].as_str() == Some(remote.as_str())
        };
        self.files.journal.iter().any(|entry| {
            let mut records = entry.content.as_array().into_iter().flatten();
            entry.kind == "link" && entry.link == link && entry.at < edit.at && records.any(is_it)
        })
    }

    /// Whether a person had been asked about a field of a link when it was edited, and
    /// nothing had happened to its records since.
    fn was_asked_before(&self, link: Option<i64>, edit: &Edit) -> bool {
        let before = self.files.journal.iter();
        let before = before.filter(|entry| entry.link == link && entry.at < edit.at);
        let mut about = before.filter(|entry| match entry.kind.as_str() {
            "question" => entry.field.as_deref() == Some(FIELDS[edit.field]),
            kind => ["link", "unlink", "deleted"].contains(&kind),
        });
        about
            .next_back()
            .is_some_and(|entry| entry.kind == "question")
    }

    /// What a column of another type showed was taken for somebody's edit: what
    /// it shows afterwards is one again, cut or not.
    pub(crate) fn was_shown_otherwise(&self, thing: &Thing, field: usize) -> bool {
        let name = FIELDS[field];
        let is_it = |change: &Json| change["value"].as_str() == Some(OTHERWISE);
        self.files.journal.iter().any(|entry| {
            let fields = entry.content["fields"].as_array();
            let mut fields = fields.into_iter().flatten();
            entry.link.is_some_and(|link| thing.links.contains(&link))
                && (entry.kind == "verdict"
                    && entry.field.as_deref() == Some(name)
                    && is_it(&entry.content)
                    || entry.kind == "base"
                        && fields.any(|field| field["field"] == name && is_it(&field["to"])))
        })
    }

    /// A person who was asked let the record go.
    pub(crate) fn was_told_to_go(&self, thing: &Thing, edit: &Edit) -> bool {
        self.files.journal.iter().any(|entry| {
            entry.kind == "answer"
                && entry.at >= edit.at
                && entry.link.is_some_and(|link| thing.links.contains(&link))
                && entry.content["choice"].as_str() == Some("delete")
        })
    }

    /// A write of Treaty landed on it in a system that cannot tell: it was never
    /// seen, and only there.
    pub(crate) fn was_written_over(&self, edit: &Edit) -> bool {
        self.stage.history.written_over.iter().any(|over| {
            (over.system, over.id, over.field) == (edit.system, edit.id, edit.field)
                && over.tick >= edit.tick
                && over.value == edit.after
        })
    }

    /// What stands in a field was never shown to Treaty: the system gave no
    /// notice of it, and the record has not changed since.
    pub(crate) fn is_hushed(&self, system: usize, id: u64, field: usize) -> bool {
        let Some(stored) = self.stage.stores[system].records.get(&id) else {
            return false;
        };
        let told = stored.told.as_ref().map(|told| &told[field]);
        stored.hushed && told != Some(&stored.values[field])
    }
}

/// A value as the journal has it.
/// Whether an entry says that a write replaced a value.
fn replaced(entry: &Entry, value: &Option<String>) -> bool {
    let replaced = entry.content["replaced"].as_array();
    replaced.is_some_and(|row| row.iter().any(|stood| text(stood) == *value))
}

fn text(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned)
}
