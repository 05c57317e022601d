//! Random commits against a model in memory: after each, everything that can be
//! loaded is what the model says, also from a ledger that is opened again.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use treaty_ledger::{
    AnswerGiven, Commit, CursorChange, FeedState, Intent, IntentChange, Ledger, LinkChange,
    QuestionChange, QuestionState, RecordKey, StoredLink, StoredRecord, Totals,
};
use treaty_model::{
    ActorKind, BaseField, Cell, Digest, FieldProblem, IntentId, Life, LinkId, Origin, Presence,
    Provenance, Revision, Row, RuleId, RunId, Settled, Timestamp, Value,
};

use crate::sample::{at, intent, key, open, question, reopen};

const SYSTEMS: [(&str, usize); 2] = [("crm", 2), ("shop", 4)];
const REMOTES: [&str; 4] = ["a", "b", "c", "d"];
const FIELDS: [&str; 2] = ["phone", "city"];
const LINKS_MAX: u64 = 4;
const FIELD_COUNT: usize = 3;

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

/// A step, from which the model makes a commit that can be.
#[derive(Clone, Debug)]
enum Step {
    Link(u64, Vec<BaseField>, bool, Life),
    Record(Box<StoredRecord>, Option<u64>),
    Listed(usize, u64),
    Attention(u64),
    Feed(&'static str, FeedState),
    Open(u8),
    Close(u8, &'static str),
    Ask(&'static str, i64),
    Answer(&'static str, String),
    End(&'static str),
    Distinct(usize, usize),
    Fact(String, String),
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
                if !self.intents.contains_key(&id) {
                    let opened = intent(&id, i64::from(number / 2));
                    commit.intents.push(IntentChange::Open(opened.clone()));
                    self.intents.insert(id, (opened, None));
                }
            }
            Step::Close(number, outcome) => {
                let id = format!("i-{number}");
                if let Some((_, known)) = self.intents.get_mut(&id) {
                    known.get_or_insert(outcome);
                }
                let id = IntentId(id);
                commit.intents.push(IntentChange::Close { id, at: at(1), outcome });
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
                let link = link.map(LinkId).filter(|link| self.links.contains_key(link));
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
            let found = records.find(|record| {
                record.link == Some(id) && record.key.system.as_str() == system
            });
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
            totals.links.insert("contact".into(), self.links.len() as u64);
        }
        totals
    }

    /// Checks that a ledger holds the same.
    fn check(&self, ledger: &Ledger) {
        let keys: Vec<_> = SYSTEMS
            .iter()
            .flat_map(|(system, _)| REMOTES.map(|remote| key(system, remote)))
            .collect();
        let expected: Vec<_> = keys.iter().map(|key| self.records.get(key).cloned()).collect();
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
            assert_eq!(ledger.feed(&"contact".into(), &system.into()).expect("loads"), feed);
        }
        let mut intents: Vec<_> = self.intents.values().collect();
        intents.retain(|(_, outcome)| outcome.is_none());
        let loaded = ledger.open_intents(&"crm".into()).expect("loads");
        assert_eq!(loaded.len(), intents.len());
        assert!(loaded.iter().all(|open| intents.iter().any(|(known, _)| known == open)));
        assert!(loaded.is_sorted_by_key(|intent| intent.opened_at));
        assert_eq!(ledger.intents_ever().expect("loads"), self.intents.len() as u64);
        self.check_questions(ledger);
        for (name, value) in &self.facts {
            assert_eq!(ledger.fact(name).expect("loads").as_ref(), Some(value));
        }
        let numbers = self.numbers();
        for (one, other) in numbers.iter().flat_map(|one| numbers.iter().map(move |o| (*one, *o))) {
            let expected = self.distinct.contains(&(one.min(other), one.max(other)));
            assert_eq!(ledger.are_distinct(one, other).expect("loads"), expected);
        }
    }

    /// The lists that walk the ledger: what waits, what is not listed, and what
    /// needs attention.
    fn check_lists(&self, ledger: &Ledger) {
        let contact = "contact".into();
        let mut records: Vec<_> = self.records.values().cloned().collect();
        records.sort_by_key(|record| record.number);
        assert_eq!(ledger.all_records(&contact, 0, 99).expect("loads"), records);
        let mut waiting = records.clone();
        waiting.retain(|record| record.waiting);
        assert_eq!(ledger.waiting(&contact, 0, 99).expect("loads"), waiting);
        records.retain(|record| {
            let expected = record.presence.takes_part()
                || matches!(record.presence, Presence::LeftOut(_));
            expected && record.listing < 2 && record.key.system.as_str() == "shop"
        });
        let unlisted = ledger.unlisted(&contact, &"shop".into(), 2, 0, 99);
        assert_eq!(unlisted.expect("loads"), records);
        let attention = self.links.values().filter(|link| link.attention);
        let attention: Vec<_> = attention.filter_map(|link| self.stored(link.id)).collect();
        assert_eq!(ledger.attention(&contact, LinkId(0), 99).expect("loads"), attention);
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

fn any_text() -> impl Strategy<Value = String> {
    select(vec!["", "a", "Anna \"B\" \\ '; --", "null", "[1]", "Ünïcødé \u{1F600}\n\u{0}"])
        .prop_map(str::to_owned)
}

fn any_value() -> impl Strategy<Value = Value> {
    let decimal = |text: &str| Value::Decimal(text.parse().expect("a decimal"));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        select(vec![decimal("0"), decimal("-12.5"), decimal("123456789012345678901234567890.1")]),
        any_text().prop_map(Value::Text),
        Just(Value::Date("2026-11-20".to_owned())),
        any_instant().prop_map(Value::Instant),
        prop::collection::vec(any_text(), 0..3).prop_map(Value::choices),
        any_text().prop_map(Value::Reference),
        any_text().prop_map(Value::Json),
    ]
}

/// Within two thousand years of now.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    const RANGE: i64 = 60_000_000_000_000_000;
    (-RANGE..RANGE).prop_map(Timestamp::from_micros)
}

fn any_row(width: usize) -> impl Strategy<Value = Row> {
    prop::collection::vec(any_cell(), width)
}

fn any_cell() -> impl Strategy<Value = Cell> {
    prop::option::of(any_value())
}

fn any_origin() -> impl Strategy<Value = Origin> {
    let kinds = [ActorKind::Unknown, ActorKind::Person, ActorKind::Automation, ActorKind::Treaty];
    (select(kinds.to_vec()), prop::option::of(any_text()))
        .prop_map(|(kind, actor)| Origin { kind, actor })
}

fn any_base() -> impl Strategy<Value = BaseField> {
    let provenance = (any_origin(), prop::option::of(0..9_i64), 0..3_u64, any::<bool>());
    let provenance = provenance.prop_map(|(origin, time, run, ruled)| Provenance {
        system: ruled.then(|| "crm".into()),
        origin,
        at: time.map(at),
        rule: ruled.then(|| RuleId {
            name: "keep-newest".to_owned(),
            digest: Digest::of(&run.to_be_bytes()),
        }),
        run: RunId(run),
    });
    (any_cell(), 0..5_u64, prop::option::of(provenance)).prop_map(|(value, revision, provenance)| {
        BaseField {
            value,
            revision: Revision(revision),
            provenance,
        }
    })
}

fn any_presence() -> impl Strategy<Value = Presence> {
    prop_oneof![
        Just(Presence::Present),
        any_text().prop_map(Presence::LeftOut),
        select(vec![Presence::Missing, Presence::Deleted, Presence::Restored, Presence::Gone]),
    ]
}

fn any_record() -> impl Strategy<Value = StoredRecord> {
    let system = select(SYSTEMS.to_vec());
    let rows = system.prop_flat_map(|(system, width)| {
        (Just(system), any_row(width), prop::option::of(any_row(width)))
    });
    let settled = (prop::option::of(any_cell()), 1..9_u64);
    let settled = prop::collection::vec((any::<bool>(), settled), FIELD_COUNT);
    let told = (
        any_origin(),
        prop::option::of(0..9_i64),
        prop::collection::vec((0..3_u32, any_text()), 0..2),
        any::<bool>(),
        0..4_u64,
    );
    (rows, select(REMOTES.to_vec()), any_presence(), any_row(FIELD_COUNT), settled, told).prop_map(
        |((system, own, settled_own), remote, presence, observed, settled, told)| {
            let (origin, changed_at, problems, waiting, listing) = told;
            let settled = settled.into_iter().zip(&observed);
            // Half of them settled with what is observed.
            let settled = settled.map(|((same, (value, revision)), observed)| {
                let value = if same { Some(observed.clone()) } else { value };
                value.map(|value| Settled {
                    value,
                    revision: Revision(revision),
                })
            });
            let problem = |(field, message)| FieldProblem { field, message };
            StoredRecord {
                settled: settled.collect(),
                settled_own,
                presence,
                observed,
                origin,
                changed_at: changed_at.map(at),
                problems: problems.into_iter().map(problem).collect(),
                waiting,
                listing,
                ..StoredRecord::new(key(system, remote), own, FIELD_COUNT)
            }
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    let links = 1..=LINKS_MAX;
    let base = prop::collection::vec(any_base(), FIELD_COUNT);
    let life = select(vec![Life::Alive, Life::Deleted]);
    let feed = (prop::option::of(any_text()), 0..5_u64, any::<bool>(), 0..9_i64);
    let feed = feed.prop_map(|(cursor, listing, listing_open, time)| FeedState {
        cursor,
        listing,
        listing_open,
        asked_at: Some(at(time)),
    });
    let outcome = select(vec!["done", "stale"]);
    let field = || select(FIELDS.to_vec());
    prop_oneof![
        3 => (links.clone(), base, any::<bool>(), life)
            .prop_map(|(id, base, attention, life)| Step::Link(id, base, attention, life)),
        6 => (any_record(), prop::option::of(links.clone()))
            .prop_map(|(record, link)| Step::Record(Box::new(record), link)),
        1 => (0..8_usize, 0..4_u64).prop_map(|(place, listing)| Step::Listed(place, listing)),
        1 => links.prop_map(Step::Attention),
        1 => (select(vec!["crm", "shop"]), feed).prop_map(|(system, feed)| Step::Feed(system, feed)),
        2 => (0..6_u8).prop_map(Step::Open),
        1 => (0..6_u8, outcome).prop_map(|(number, outcome)| Step::Close(number, outcome)),
        2 => (field(), 0..2_i64).prop_map(|(field, content)| Step::Ask(field, content)),
        1 => (field(), any_text()).prop_map(|(field, choice)| Step::Answer(field, choice)),
        1 => field().prop_map(Step::End),
        1 => (0..8_usize, 0..8_usize).prop_map(|(one, other)| Step::Distinct(one, other)),
        1 => (any_text(), any_text()).prop_map(|(name, value)| Step::Fact(name, value)),
    ]
}

/// Steps of one kind are carried out in their order, and kinds in the order of
/// a commit's fields: the model takes them in that order too.
fn rank(step: &Step) -> u8 {
    match step {
        Step::Link(..) => 0,
        Step::Record(..) => 1,
        Step::Listed(..) => 2,
        Step::Attention(..) => 3,
        _ => 4,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

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
