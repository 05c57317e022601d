//! Random commits against a model in memory: after each, everything that can be
//! loaded is what the model says, also from a ledger that is opened again.

mod step;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;
use treaty_ledger::{
    AnswerGiven, Commit, CursorChange, FeedState, Intent, IntentChange, Ledger, LinkChange,
    QuestionChange, QuestionState, RecordHead, RecordKey, StoredLink, StoredRecord, Totals,
};
use treaty_model::{IntentId, LinkId, Presence};

use crate::sample::{at, intent, key, open, question, reopen};
use step::{LINKS_MAX, REMOTES, SYSTEMS, Step, any_step, rank};

/// What a ledger should hold.
#[derive(Debug, Default)]
struct Model {
    records: BTreeMap<RecordKey, StoredRecord>,
    links: BTreeMap<LinkId, LinkChange>,
    feeds: BTreeMap<String, FeedState>,
    intents: BTreeMap<String, (Intent, Option<&'static str>)>,
    /// Open questions by field, and how many were ever asked.
    questions: BTreeMap<&'static str, (i64, i64, Option<String>)>,
    asked: i64,
    distinct: BTreeSet<(i64, i64)>,
    facts: BTreeMap<String, String>,
}

impl Model {
    /// Adds a step to a commit and to the model; a step that cannot be is left
    /// out.
    fn take(&mut self, commit: &mut Commit, step: Step) {
        match step {
            Step::Link(..) | Step::Record(..) | Step::Listed(..) | Step::Attention(..) => {
                self.take_row(commit, step);
            }
            Step::Ask(..) | Step::Answer(..) | Step::End(..) => self.take_question(commit, step),
            Step::Feed(system, feed) => {
                commit.cursors.push(CursorChange {
                    entity: "contact".into(),
                    system: system.into(),
                    cursor: feed.cursor.clone(),
                    listing: feed.listing,
                    listing_open: feed.listing_open,
                    asked_at: feed.asked_at.expect("the strategy says when"),
                });
                self.feeds.insert(system.to_owned(), feed);
            }
            Step::Open(number) => {
                let id = format!("i-{number}");
                let opened = intent(&id, i64::from(number / 2));
                self.intents.entry(id).or_insert_with(|| {
                    commit.intents.push(IntentChange::Open(opened.clone()));
                    (opened, None)
                });
            }
            Step::Close(number, outcome) => {
                let id = format!("i-{number}");
                if let Some((_, known)) = self.intents.get_mut(&id) {
                    known.get_or_insert(outcome);
                }
                let id = IntentId(id);
                commit.intents.push(IntentChange::Close {
                    id,
                    at: at(1),
                    outcome,
                });
            }
            Step::Distinct(one, other) => {
                let numbers = self.numbers();
                if let (Some(one), Some(other)) = (numbers.get(one), numbers.get(other)) {
                    commit.distinct.push(("contact".into(), *one, *other));
                    self.distinct.insert((*one.min(other), *one.max(other)));
                }
            }
            Step::Fact(name, value) => {
                commit.facts.push((name.clone(), value.clone()));
                self.facts.insert(name, value);
            }
        }
    }

    fn take_row(&mut self, commit: &mut Commit, step: Step) {
        match step {
            Step::Link(id, base, attention, life) => {
                let change = LinkChange {
                    id: LinkId(id),
                    entity: "contact".into(),
                    life,
                    base,
                    attention,
                };
                commit.links.push(change.clone());
                self.links.insert(change.id, change);
            }
            Step::Record(record, link) => {
                let mut record = *record;
                let link = link
                    .map(LinkId)
                    .filter(|link| self.links.contains_key(link));
                let taken = self.records.values().any(|other| {
                    other.link.is_some()
                        && other.link == link
                        && other.key.system == record.key.system
                        && other.key != record.key
                });
                record.link = link.filter(|_| !taken);
                let known = self.records.get(&record.key);
                record.number = known.map_or(0, |known| known.number);
                // A commit says each record once.
                if !commit.records.iter().any(|other| other.key == record.key) {
                    commit.records.push(record.clone());
                    self.records.insert(record.key.clone(), record);
                }
            }
            Step::Listed(place, listing) => {
                let number = self.numbers().get(place).copied().unwrap_or(99);
                commit.listed.push((number, listing));
                for record in self.records.values_mut() {
                    if record.number == number {
                        record.listing = listing;
                    }
                }
            }
            Step::Attention(id) => {
                commit.attention.push(LinkId(id));
                if let Some(link) = self.links.get_mut(&LinkId(id)) {
                    link.attention = true;
                }
            }
            _ => unreachable!("the caller picks"),
        }
    }

    fn take_question(&mut self, commit: &mut Commit, step: Step) {
        let change = match step {
            Step::Ask(field, content) => {
                let known = self.questions.get(field);
                if known.is_none_or(|(_, shown, _)| *shown != content) {
                    self.asked += 1;
                    self.questions.insert(field, (self.asked, content, None));
                }
                QuestionChange::Ask(question(field, json!(content)))
            }
            Step::Answer(field, choice) => {
                let Some((number, _, answer)) = self.questions.get_mut(field) else {
                    return;
                };
                *answer = Some(choice.clone());
                QuestionChange::Answer {
                    number: *number,
                    answer: given(choice),
                }
            }
            Step::End(field) => {
                let Some((number, ..)) = self.questions.remove(field) else {
                    return;
                };
                let state = QuestionState::CarriedOut;
                QuestionChange::Close { number, state }
            }
            _ => unreachable!("the caller picks"),
        };
        commit.questions.push(change);
    }

    /// The numbers of the records that have one.
    fn numbers(&self) -> Vec<i64> {
        let numbers = self.records.values().map(|record| record.number);
        numbers.filter(|number| *number != 0).collect()
    }

    fn stored(&self, id: LinkId) -> Option<StoredLink> {
        let link = self.links.get(&id)?;
        let record = |(system, _): (&str, usize)| {
            let mut records = self.records.values();
            let found = records
                .find(|record| record.link == Some(id) && record.key.system.as_str() == system);
            found.cloned()
        };
        Some(StoredLink {
            id,
            entity: link.entity.clone(),
            life: link.life,
            base: link.base.clone(),
            records: SYSTEMS.map(record).to_vec(),
        })
    }

    fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for record in self.records.values() {
            if record.presence != Presence::Gone {
                let of_kind = match record.link {
                    Some(_) => &mut totals.linked,
                    None => &mut totals.unlinked,
                };
                let key = (record.key.entity.clone(), record.key.system.clone());
                *of_kind.entry(key).or_default() += 1;
            }
        }
        if !self.links.is_empty() {
            totals
                .links
                .insert("contact".into(), self.links.len() as u64);
        }
        totals
    }

    /// Checks that a ledger holds the same.
    fn check(&self, ledger: &Ledger) {
        let keys: Vec<_> = SYSTEMS
            .iter()
            .flat_map(|(system, _)| REMOTES.map(|remote| key(system, remote)))
            .collect();
        let expected: Vec<_> = keys
            .iter()
            .map(|key| self.records.get(key).cloned())
            .collect();
        assert_eq!(ledger.records(&keys).expect("loads"), expected);
        let ids: Vec<_> = (1..=LINKS_MAX).map(LinkId).collect();
        let expected: Vec<_> = ids.iter().filter_map(|id| self.stored(*id)).collect();
        assert_eq!(ledger.links(&ids).expect("loads"), expected);
        assert_eq!(ledger.totals().expect("loads"), self.totals());
        let last = self.links.keys().last().map_or(0, |link| link.0);
        assert_eq!(ledger.next_link().expect("loads"), LinkId(last + 1));
        self.check_lists(ledger);
        for (system, _) in SYSTEMS {
            let feed = self.feeds.get(system).cloned().unwrap_or_default();
            assert_eq!(
                ledger
                    .feed(&"contact".into(), &system.into())
                    .expect("loads"),
                feed
            );
        }
        let mut intents: Vec<_> = self.intents.values().collect();
        intents.retain(|(_, outcome)| outcome.is_none());
        let loaded = ledger.open_intents(&"crm".into()).expect("loads");
        assert_eq!(loaded.len(), intents.len());
        assert!(
            loaded
                .iter()
                .all(|open| intents.iter().any(|(known, _)| known == open))
        );
        assert!(loaded.is_sorted_by_key(|intent| intent.opened_at));
        assert_eq!(
            ledger.intents_ever().expect("loads"),
            self.intents.len() as u64
        );
        self.check_questions(ledger);
        for (name, value) in &self.facts {
            assert_eq!(ledger.fact(name).expect("loads").as_ref(), Some(value));
        }
        let numbers = self.numbers();
        let pairs: Vec<_> = numbers
            .iter()
            .flat_map(|one| numbers.iter().map(move |other| (*one, *other)))
            .collect();
        let expected = pairs.iter().map(|(one, other)| {
            let pair = (*one.min(other), *one.max(other));
            self.distinct.contains(&pair)
        });
        assert_eq!(
            ledger.are_distinct(&pairs).expect("loads"),
            expected.collect::<Vec<_>>()
        );
    }

    /// The lists that walk the ledger: what waits, what is not listed, and what
    /// needs attention.
    fn check_lists(&self, ledger: &Ledger) {
        let contact = "contact".into();
        let mut records: Vec<_> = self.records.values().cloned().collect();
        records.sort_by_key(|record| record.number);
        assert_eq!(ledger.all_records(&contact, 0, 99).expect("loads"), records);
        let waiting = records.iter().filter(|record| record.waiting);
        let waiting = waiting.map(|record| RecordHead {
            number: record.number,
            system: record.key.system.clone(),
            link: record.link,
            waiting: true,
        });
        assert_eq!(
            ledger.waiting(&contact, 0, 99).expect("loads"),
            waiting.collect::<Vec<_>>()
        );
        records.retain(|record| {
            let expected =
                record.presence.takes_part() || matches!(record.presence, Presence::LeftOut(_));
            expected && record.listing < 2 && record.key.system.as_str() == "shop"
        });
        let unlisted = ledger.unlisted(&contact, &"shop".into(), 2, 0, 99);
        assert_eq!(unlisted.expect("loads"), records);
        let attention = self.links.values().filter(|link| link.attention);
        let attention: Vec<_> = attention.filter_map(|link| self.stored(link.id)).collect();
        assert_eq!(
            ledger.attention(&contact, LinkId(0), 99).expect("loads"),
            attention
        );
    }

    fn check_questions(&self, ledger: &Ledger) {
        let loaded = ledger.questions().expect("loads");
        assert_eq!(loaded.len(), self.questions.len());
        for (field, (number, content, answer)) in &self.questions {
            let mut expected = question(field, json!(content));
            expected.number = *number;
            expected.answer = answer.clone().map(given);
            if answer.is_some() {
                expected.state = QuestionState::Answered;
            }
            assert!(loaded.contains(&expected), "{expected:?} in {loaded:?}");
        }
    }
}

fn given(choice: String) -> AnswerGiven {
    AnswerGiven {
        choice: json!(choice),
        by: "berta".to_owned(),
        at: at(3),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(0x7EA7), ..ProptestConfig::default() })]

    #[test]
    fn a_ledger_holds_what_the_model_holds(
        commits in prop::collection::vec(prop::collection::vec(any_step(), 1..8), 1..8),
    ) {
        let (folder, ledger) = open();
        let mut model = Model::default();
        for mut steps in commits {
            steps.sort_by_key(rank);
            let mut commit = Commit::default();
            for step in steps {
                model.take(&mut commit, step);
            }
            let numbers = ledger.commit(&commit).expect("it commits");
            for (record, number) in commit.records.iter().zip(numbers) {
                let kept = model.records.get_mut(&record.key).expect("it was taken");
                prop_assert!(kept.number == 0 || kept.number == number, "a number never changes");
                kept.number = number;
            }
            model.check(&ledger);
        }
        drop(ledger);
        model.check(&reopen(&folder));
    }
}
