//! Random steps.

use proptest::prelude::*;
use proptest::sample::select;
use treaty_ledger::{FeedState, StoredRecord};
use treaty_model::{
    ActorKind, BaseField, Cell, Digest, FieldProblem, Life, Origin, Presence, Provenance, Revision,
    Row, RuleId, RunId, Settled, Timestamp, Trouble, Value,
};

use crate::sample::{at, key};

pub const SYSTEMS: [(&str, usize); 2] = [("crm", 2), ("shop", 4)];
pub const REMOTES: [&str; 4] = ["a", "b", "c", "d"];
pub const LINKS_MAX: u64 = 4;
const FIELDS: [&str; 2] = ["phone", "city"];
const FIELD_COUNT: usize = 3;

/// A step, from which the model makes a commit that can be.
#[derive(Clone, Debug)]
pub enum Step {
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

/// Steps of one kind are carried out in their order, and kinds in the order of
/// a commit's fields: the model takes them in that order too.
pub fn rank(step: &Step) -> u8 {
    match step {
        Step::Link(..) => 0,
        Step::Record(..) => 1,
        Step::Listed(..) => 2,
        Step::Attention(..) => 3,
        _ => 4,
    }
}

fn any_text() -> impl Strategy<Value = String> {
    select(vec![
        "",
        "a",
        "Anna \"B\" \\ '; --",
        "null",
        "[1]",
        "Ünïcødé \u{1F600}\n\u{0}",
    ])
    .prop_map(str::to_owned)
}

fn any_value() -> impl Strategy<Value = Value> {
    let decimal = |text: &str| Value::Decimal(text.parse().expect("a decimal"));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        select(vec![
            decimal("0"),
            decimal("-12.5"),
            decimal("123456789012345678901234567890.1")
        ]),
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
    let kinds = [
        ActorKind::Unknown,
        ActorKind::Person,
        ActorKind::Automation,
        ActorKind::Treaty,
    ];
    (select(kinds.to_vec()), prop::option::of(any_text()))
        .prop_map(|(kind, actor)| Origin { kind, actor })
}

fn any_base() -> impl Strategy<Value = BaseField> {
    let provenance = (
        any_origin(),
        prop::option::of(0..9_i64),
        0..3_u64,
        any::<bool>(),
    );
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
    (any_cell(), 0..5_u64, prop::option::of(provenance)).prop_map(
        |(value, revision, provenance)| BaseField {
            value,
            revision: Revision(revision),
            provenance,
        },
    )
}

fn any_presence() -> impl Strategy<Value = Presence> {
    prop_oneof![
        Just(Presence::Present),
        any_text().prop_map(Presence::LeftOut),
        select(vec![
            Presence::Missing,
            Presence::Deleted,
            Presence::Restored,
            Presence::Gone
        ]),
    ]
}

fn any_record() -> impl Strategy<Value = StoredRecord> {
    let system = select(SYSTEMS.to_vec());
    let rows = system.prop_flat_map(|(system, width)| {
        (
            Just(system),
            any_row(width),
            prop::option::of(any_row(width)),
        )
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
    (
        rows,
        select(REMOTES.to_vec()),
        any_presence(),
        any_row(FIELD_COUNT),
        settled,
        told,
    )
        .prop_map(
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
                let problem = |(field, message)| FieldProblem {
                    field,
                    message,
                    trouble: Trouble::Unread,
                };
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

pub fn any_step() -> impl Strategy<Value = Step> {
    let links = 1..=LINKS_MAX;
    let base = prop::collection::vec(any_base(), FIELD_COUNT);
    let life = select(vec![Life::Alive, Life::Deleted]);
    let feed = (
        prop::option::of(any_text()),
        0..5_u64,
        any::<bool>(),
        0..9_i64,
    );
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
