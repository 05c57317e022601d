//! Every edit that anybody made, and what became of it.

use treaty_model::{FieldIndex, LinkPlan, SystemIndex, Value};

/// What happened to values, in the order of time.
#[derive(Debug, Default)]
pub struct Journal {
    events: Vec<Event>,
}

#[derive(Debug)]
enum Event {
    /// Somebody typed a value.
    Edited(SystemIndex, FieldIndex, Value),
    /// Somebody typed over a value that they saw, or deleted the record.
    Superseded(FieldIndex, Value),
    /// A plan gave it up.
    GivenUp(FieldIndex, Value),
}

/// An edit.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Where.
    pub system: SystemIndex,
    /// Of what.
    pub field: FieldIndex,
    /// To what.
    pub value: Value,
}

impl Journal {
    /// Somebody typed a value over what they saw.
    pub fn edited(&mut self, edit: Edit, seen: &Value) {
        self.superseded(edit.field, seen);
        let event = Event::Edited(edit.system, edit.field, plain(&edit.value));
        self.events.push(event);
    }

    /// Somebody replaced a value that they saw, or deleted it.
    pub fn superseded(&mut self, field: FieldIndex, seen: &Value) {
        self.events.push(Event::Superseded(field, plain(seen)));
    }

    /// A plan is carried out.
    pub fn planned(&mut self, plan: &LinkPlan) {
        for loser in &plan.given_up {
            let value = plain(&loser.candidate.value);
            self.events.push(Event::GivenUp(loser.field, value));
        }
        for change in &plan.base {
            let decided = change.decided.iter();
            let losers = decided
                .flat_map(|decided| &decided.candidates)
                .filter(|side| side.value != change.value);
            for loser in losers {
                let value = plain(&loser.value);
                self.events.push(Event::GivenUp(change.field, value));
            }
        }
    }

    /// The edits that nobody typed over and that no plan gave up: they must
    /// stand somewhere. A value that was typed twice is left out: whoever looks
    /// at values now and then cannot tell who typed it.
    pub fn standing(&self) -> impl Iterator<Item = Edit> + '_ {
        let edits = self.events.iter().enumerate();
        edits.filter_map(|(index, event)| {
            let Event::Edited(system, field, value) = event else {
                return None;
            };
            let typed = |event: &&Event| match event {
                Event::Edited(_, other, typed) => (other, typed) == (field, value),
                _ => false,
            };
            if self.events.iter().filter(typed).count() > 1 {
                return None;
            }
            let later = self.events[index + 1..].iter();
            let mut ends = later.filter_map(|event| match event {
                Event::Superseded(field, value) | Event::GivenUp(field, value) => {
                    Some((field, value))
                }
                Event::Edited(..) => None,
            });
            let ended = ends.any(|end| end == (field, value));
            (!ended).then(|| Edit {
                system: *system,
                field: *field,
                value: value.clone(),
            })
        })
    }
}

/// A value whichever way a system stores it.
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::text(text.to_lowercase()),
        other => other.clone(),
    }
}
