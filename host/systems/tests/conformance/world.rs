//! What a system must offer to be tested.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use treaty_model::{Cell, Clock, RemoteId, Row, Timestamp, Value};
use treaty_systems::{
    Action, Change, Connector, Cursor, Listing, Outcome, Page, Record, Source, SystemWrite,
};

/// A system with a source `person` of the fields `id`, `name`, `email`
/// (unique where the system can say so), `score`, `archived`, `updated`.
#[async_trait]
pub trait World: Send + Sync {
    /// The system.
    fn connector(&self) -> &dyn Connector;

    /// Its source `person`.
    fn source(&self) -> Source;

    /// A clock under the test's control, as the connector sees it.
    fn clock(&self) -> &TestClock;

    /// A user puts people: all fields, `updated` at the given time.
    async fn put(&self, people: &[Person]);

    /// A user removes a person for good.
    async fn remove(&self, id: i64);

    /// A user begins to put a person and has not finished; where the system
    /// knows no such thing, nothing happens.
    async fn begin_late(&self, person: &Person);

    /// That user finishes.
    async fn finish_late(&self);

    /// What the system holds beside its users' own tables: other tables,
    /// triggers, schemas, files.
    async fn traces(&self) -> Vec<String>;

    /// What the system can do beyond the rest.
    fn traits(&self) -> Traits;
}

/// In what systems differ.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// Changes show deletes.
    pub shows_deletes: bool,
    /// Null and the empty text are different.
    pub empty_is_not_null: bool,
    /// `email` is unique.
    pub unique_email: bool,
    /// Fields have types other than text.
    pub typed: bool,
    /// A transaction can stay open while others commit.
    pub late_commits: bool,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// When it was changed, in microseconds since 1970.
    pub updated_micros: i64,
    /// Whether it is archived.
    pub archived: bool,
}

/// A time for people that were changed long ago: 2026-01-01.
pub const LONG_AGO_MICROS: i64 = 1_767_225_600_000_000;

impl Person {
    /// A person who was changed long ago.
    pub fn new(id: i64, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            email: format!("p{id}@example.org"),
            updated_micros: LONG_AGO_MICROS,
            archived: false,
        }
    }

    /// The same person, changed at a time.
    pub fn at(mut self, updated_micros: i64) -> Self {
        self.updated_micros = updated_micros;
        self
    }

    /// The same person, archived.
    pub fn archived(mut self) -> Self {
        self.archived = true;
        self
    }

    /// When it was changed, as RFC 3339.
    pub fn updated(&self) -> String {
        Timestamp::from_micros(self.updated_micros).to_string()
    }
}

/// A clock that is set by hand.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands a day after [`LONG_AGO_MICROS`].
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(LONG_AGO_MICROS + 86_400_000_000)))
    }

    /// Sets it.
    pub fn set(&self, micros: i64) {
        self.0.store(micros, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A check of the suite.
pub type Check = for<'a> fn(&'a dyn World) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs all checks in a world, each in a fresh one, and names those that fail.
pub fn run<W: World + 'static, F: Future<Output = W>>(
    name: &str,
    fresh: impl Fn() -> F,
    checks: &[(&str, Check)],
) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let mut failed = Vec::new();
    for (check, run) in checks {
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                let world = fresh().await;
                run(&world).await;
            });
        }));
        if outcome.is_err() {
            failed.push(*check);
        }
    }
    assert!(failed.is_empty(), "{name} fails: {failed:#?}");
}

/// All pages until nothing more is waiting.
pub async fn drain(world: &dyn World, cursor: Option<Cursor>, records_max: usize) -> Drained {
    let mut drained = Drained {
        pages: Vec::new(),
        cursor: cursor.clone(),
    };
    for _ in 0..10_000 {
        let page = next(world, drained.cursor.as_ref(), records_max).await;
        assert!(page.changes.len() <= records_max, "a page is too long");
        drained.cursor = Some(page.next.clone());
        let more = page.more;
        drained.pages.push(page);
        if !more {
            return drained;
        }
    }
    panic!("the changes never end");
}

/// One page.
pub async fn next(world: &dyn World, cursor: Option<&Cursor>, records_max: usize) -> Page {
    world
        .connector()
        .changes(&world.source(), cursor, records_max)
        .await
        .expect("the changes can be read")
}

/// Pages, and where they ended.
pub struct Drained {
    /// The pages.
    pub pages: Vec<Page>,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Drained {
    /// All changes.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.pages.iter().flat_map(|page| &page.changes)
    }

    /// The ids of the records shown, in their order.
    pub fn ids(&self) -> Vec<i64> {
        let records = self.changes().filter_map(|change| match change {
            Change::Record(record) => Some(number(&record.id)),
            Change::Deleted { .. } => None,
        });
        records.collect()
    }

    /// The ids reported as deleted.
    pub fn deleted(&self) -> Vec<i64> {
        let deleted = self.changes().filter_map(|change| match change {
            Change::Record(_) => None,
            Change::Deleted { id, .. } => Some(number(id)),
        });
        deleted.collect()
    }

    /// Whether a complete listing ended.
    pub fn has_listing(&self) -> bool {
        self.pages.iter().any(|page| page.listing == Listing::Ends)
    }

    /// The last that was shown of a record.
    pub fn record(&self, id: i64) -> Option<&Record> {
        let wanted = RemoteId(id.to_string());
        let records = self.changes().filter_map(|change| match change {
            Change::Record(record) if record.id == wanted => Some(record),
            _ => None,
        });
        records.last()
    }
}

fn number(id: &RemoteId) -> i64 {
    id.as_str().parse().unwrap_or(-1)
}

/// The place of a field.
pub async fn place(world: &dyn World, field: &str) -> usize {
    let schema = world
        .connector()
        .describe(&world.source())
        .await
        .expect("the source can be described");
    schema.position(field).expect("the field is there")
}

/// A row of the source with these fields; the others are absent.
pub async fn row(world: &dyn World, fields: &[(&str, Value)]) -> Row {
    let schema = world
        .connector()
        .describe(&world.source())
        .await
        .expect("the source can be described");
    let mut row: Row = vec![None; schema.fields.len()];
    for (field, value) in fields {
        row[schema.position(field).expect("the field is there")] = Some(value.clone());
    }
    row
}

/// A field of a record.
pub async fn cell(world: &dyn World, record: &Record, field: &str) -> Cell {
    record.own[place(world, field).await].clone()
}

/// The record as it stands now.
pub async fn get(world: &dyn World, id: &str) -> Option<Record> {
    let found = world
        .connector()
        .get(&world.source(), &[RemoteId::from(id)])
        .await
        .expect("records can be fetched");
    assert_eq!(found.len(), 1, "as many answers as ids");
    found.into_iter().next().flatten()
}

/// Carries out one write.
pub async fn write(world: &dyn World, intent: &str, action: Action) -> Outcome {
    let writes = [SystemWrite {
        intent: intent.into(),
        action,
    }];
    let outcomes = world
        .connector()
        .write(&world.source(), &writes)
        .await
        .expect("the write is sent");
    assert_eq!(outcomes.len(), 1, "as many outcomes as writes");
    outcomes.into_iter().next().expect("there is one")
}

/// An update of some fields of a record from what stands there now.
pub async fn update_from_now(world: &dyn World, id: &str, fields: &[(&str, Value)]) -> Action {
    Action::Update {
        id: id.into(),
        values: row(world, fields).await,
        expected: get(world, id).await.expect("the record is there").own,
    }
}

/// A way to remove a record: an archive or a delete.
pub type Removal = fn(RemoteId, Row) -> Action;

/// Every way to remove a record.
pub const REMOVALS: [Removal; 2] = [
    |id, expected| Action::Archive { id, expected },
    |id, expected| Action::Delete { id, expected },
];

/// The removal of a record that stands as it does now.
pub async fn remove_from_now(world: &dyn World, id: &str, removal: Removal) -> Action {
    let record = get(world, id).await.expect("the record is there");
    removal(record.id, record.own)
}

/// The record of a write that is done.
pub fn done(outcome: Outcome) -> Record {
    match outcome {
        Outcome::Done(Some(record)) => record,
        other => panic!("not done with a record: {other:?}"),
    }
}
