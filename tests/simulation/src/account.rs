//! The promises that speak of what Treaty did: every write and every loss has
//! its why, no delete goes over an edit, nothing unmentioned is touched.

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::Subject;

use crate::broken::Broken;
use crate::history::{Edit, SentKind};
use crate::promise::{Rest, Thing};
use crate::world::FIELDS;

impl Rest<'_> {
    /// A delete does not go to a record that somebody edited meanwhile: the edit
    /// wins, or a person is asked.
    pub(crate) fn check_removals(&self, thing: &Thing, broken: &mut Vec<Broken>) {
        if thing.twice || thing.asked {
            return;
        }
        let history = &self.stage.history;
        let removed = history
            .sent
            .iter()
            .filter(|sent| sent.kind == SentKind::Remove && sent.thing == Some(thing.number));
        for (sent, field) in removed.flat_map(|sent| (0..FIELDS.len()).map(move |at| (sent, at))) {
            if self.stage.world.terms[field].owner.is_some() {
                continue;
            }
            let of_thing = |edit: &&Edit| (edit.thing, edit.field) == (thing.number, field);
            let edits: Vec<&Edit> = history.edits.iter().filter(of_thing).collect();
            let there = |edit: &&Edit| (edit.system, edit.id) == (sent.system, sent.id);
            let last = edits
                .iter()
                .rposition(|edit| there(edit) && edit.tick <= sent.tick);
            let Some(last) = last else { continue };
            let edit = edits[last];
            let fine = edit.unseen
                || self.is_withdrawal(thing, edit, &edits[..last])
                || self.is_superseded(edit, &edits[last + 1..])
                || self.went_with_its_record(edit)
                || self.was_overruled(thing, edit)
                || self.was_never_agreed_on(thing, edit)
                || self.was_told_to_go(thing, edit)
                || self.was_written_over(edit)
                || self.is_hushed(edit.system, edit.id, field);
            if !fine {
                let how = format!(
                    "{} {} was removed at tick {} over an edit of tick {}: {:?}",
                    self.stage.world.systems[sent.system].name,
                    sent.id,
                    sent.tick,
                    edit.tick,
                    edit.after
                );
                broken.push(Broken::new(1, how));
            }
        }
    }

    /// What no row mentions is never touched.
    pub(crate) fn check_secrets(&self, broken: &mut Vec<Broken>) {
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
    pub(crate) fn check_whys(&self, broken: &mut Vec<Broken>) {
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

    /// A value of a shared field only loses where a rule or a person has said
    /// so, or its record was deleted.
    pub(crate) fn check_losses(&self, broken: &mut Vec<Broken>) {
        let journal = &self.files.journal;
        let of = |kind: &'static str| journal.iter().filter(move |entry| entry.kind == kind);
        let decided: BTreeSet<_> = of("verdict")
            .map(|entry| (entry.run, entry.link, entry.field.as_deref()))
            .collect();
        for lost in of("given-up") {
            let mut fields = FIELDS.iter().zip(&self.stage.world.terms);
            let shared = fields.any(|(field, terms)| {
                lost.field.as_deref() == Some(*field) && terms.owner.is_none()
            });
            let deleted = lost.content["reason"].as_str() == Some("the record was deleted");
            if shared
                && !deleted
                && !decided.contains(&(lost.run, lost.link, lost.field.as_deref()))
            {
                let how = format!("nobody decided that this is given up: {}", lost.content);
                broken.push(Broken::new(9, how));
            }
        }
    }

    /// No answer waits to be carried out.
    pub(crate) fn check_questions(&self, broken: &mut Vec<Broken>) {
        for question in self.questions {
            // Two records of one thing in one system wait until somebody takes
            // one of them away, whatever was answered.
            let of_link = !matches!(question.subject, Subject::Same(..));
            if of_link && question.answer.is_some() {
                let how = format!("the answer to question {} does nothing", question.number);
                broken.push(Broken::new(2, how));
            }
        }
    }
}
