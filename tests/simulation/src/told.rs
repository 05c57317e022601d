//! The promises that speak of what the journal and the questions say: nothing is
//! told that never was, nobody decides what they were not shown, and what goes
//! with a record is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use treaty_engine::FieldShown;
use treaty_ledger::Subject;
use treaty_model::{Standing, Value};

use crate::broken::Broken;
use crate::history::SentKind;
use crate::journal::Entry;
use crate::promise::{Rest, Thing, link_number};
use crate::world::FIELDS;

impl Rest<'_> {
    /// What the journal says was made or written, a system has taken.
    pub(crate) fn check_told(&self, broken: &mut Vec<Broken>) {
        let sent = self.stage.history.sent.iter().map(|sent| {
            let kind = match sent.kind {
                SentKind::Create => "create",
                SentKind::Update => "write",
                SentKind::Remove => "delete",
            };
            (sent.intent.to_string(), kind)
        });
        let sent: BTreeMap<String, &str> = sent.collect();
        // What somebody else has removed need not be sent.
        let made = self.files.journal.iter();
        for told in made.filter(|entry| ["create", "write"].contains(&entry.kind.as_str())) {
            let intent = told.content["intent"].as_str().unwrap_or_default();
            if sent.get(intent) != Some(&told.kind.as_str()) {
                let how = format!("the journal tells of {} {intent} that never was", told.kind);
                broken.push(Broken::new(9, how));
            }
        }
    }

    /// What a person decided, a person was asked: these sides, of this field.
    pub(crate) fn check_deciders(&self, broken: &mut Vec<Broken>) {
        let journal = &self.files.journal;
        let mut shown: BTreeSet<(Option<i64>, Option<&str>, BTreeSet<String>)> = BTreeSet::new();
        for entry in journal {
            let field = entry.field.as_deref();
            if entry.kind == "question" {
                shown.insert((entry.link, field, sides(&entry.content["sides"])));
            }
            if entry.kind == "verdict" && entry.content["why"] == "person-decided" {
                let decided = sides(&entry.content["decided"]["sides"]);
                if !shown.contains(&(entry.link, field, decided)) {
                    let how = format!("nobody was shown what they decided: {}", entry.content);
                    broken.push(Broken::new(9, how));
                }
            }
        }
    }

    /// A question that is open shows what stands there.
    pub(crate) fn check_shown(&self, things: &[Thing], broken: &mut Vec<Broken>) {
        for question in self.questions {
            let Subject::Field(link, name) = &question.subject else {
                continue;
            };
            let shown = serde_json::from_value::<FieldShown>(question.content.clone());
            let field = FIELDS.iter().position(|field| field == name);
            let (Ok(shown), Some(field)) = (shown, field) else {
                continue;
            };
            let of_link = |thing: &&Thing| thing.links.contains(&link_number(*link));
            let Some(thing) = things.iter().find(of_link) else {
                continue;
            };
            if thing.twice || thing.asked || thing.links.len() > 1 {
                continue;
            }
            let standing: BTreeMap<_, _> = self.standing(thing, field).into_iter().collect();
            let sides = shown.candidates.iter();
            for side in sides.filter(|side| side.standing != Standing::Agreed) {
                let Some(system) = side.system.map(|at| at as usize) else {
                    continue;
                };
                let says = match &side.value {
                    Value::Text(text) => Some(text.clone()),
                    _ => None,
                };
                let stands = standing.get(&system);
                let drifted = self.stage.stores[system].drifted;
                if stands.is_some_and(|stands| *stands != says) && !drifted {
                    let how = format!(
                        "question {} shows {says:?}, and there stands {stands:?}",
                        question.number
                    );
                    broken.push(Broken::new(2, how));
                }
            }
        }
    }

    /// What goes with a record that Treaty takes away was agreed on once, or the
    /// journal has it as given up.
    pub(crate) fn check_gone(&self, broken: &mut Vec<Broken>) {
        let journal = &self.files.journal;
        for gone in journal.iter().filter(|entry| entry.kind == "delete") {
            for (field, name) in FIELDS.iter().enumerate() {
                let terms = &self.stage.world.terms[field];
                let Some(value) = replaced(gone, name) else {
                    continue;
                };
                let known = || journal.iter().filter(|entry| entry.link == gone.link);
                if terms.owner.is_none()
                    && !known().any(|entry| self.accounts_for(entry, gone, field, &value))
                {
                    let how = format!("{value:?} of {name} went with a record: {}", gone.content);
                    broken.push(Broken::new(1, how));
                }
            }
        }
    }

    /// Whether an entry says what becomes of a value that went with a record.
    fn accounts_for(&self, entry: &Entry, gone: &Entry, field: usize, value: &str) -> bool {
        let world = &self.stage.world;
        let mut systems = world.systems.iter();
        let of = systems.position(|system| gone.system.as_deref() == Some(system.name.as_str()));
        let Some(system) = of else {
            return true;
        };
        let is_it = |agreed: &Json| {
            let agreed = agreed.as_str().map(str::to_owned);
            world.stored(system, field, &agreed).as_deref() == Some(value)
        };
        let named = entry.field.as_deref() == Some(FIELDS[field]);
        match entry.kind.as_str() {
            "verdict" => named && is_it(&entry.content["value"]),
            "given-up" => named && is_it(&entry.content["candidate"]["value"]),
            "base" => {
                let fields = entry.content["fields"].as_array();
                let mut fields = fields.into_iter().flatten();
                fields.any(|to| to["field"] == FIELDS[field] && is_it(&to["to"]["value"]))
            }
            _ => false,
        }
    }
}

/// Sides as they can be compared: whose, what, and how it came about.
fn sides(told: &Json) -> BTreeSet<String> {
    let sides = told.as_array().into_iter().flatten();
    sides
        .map(|side| {
            let (system, standing) = (&side["system"], &side["standing"]);
            format!("{system} {standing} {}", side["value"])
        })
        .collect()
}

/// What stood in a field of a record that was taken away.
fn replaced(gone: &Entry, name: &str) -> Option<String> {
    let names = gone.content["names"].as_array()?;
    let place = names.iter().position(|known| known == name)?;
    let value = gone.content["replaced"].get(place)?;
    value.as_str().map(str::to_owned)
}
