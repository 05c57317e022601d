//! Databases and files that others write at the same moment.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rusqlite::Connection;
use treaty_model::{Clock, Timestamp, Value};
use treaty_systems::{
    Action, Change, Connector, Outcome, Source, SystemError, SystemSettings, SystemWrite, open,
};

/// Every file was written a moment ago, as it is when two come at once.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-06-01T12:00:00Z").expect("a time")
    }
}

async fn at(kind: &str, path: &Path, options: &[(&str, &str)]) -> Box<dyn Connector> {
    let settings = SystemSettings {
        name: "test".into(),
        path: Some(path.to_owned()),
        url: None,
        options: options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    let connector = open(kind, &settings, Arc::new(Noon)).await;
    connector.expect("it opens")
}

fn source() -> Source {
    Source::named("person")
}

fn create(intent: String, name: &str) -> SystemWrite {
    let values = vec![None, Some(Value::text(name)), None];
    SystemWrite {
        intent: intent.into(),
        action: Action::Create { values },
    }
}

/// Sets a column of record 1 from one text to another.
fn change(intent: &str, column: usize, from: &str, to: &str) -> SystemWrite {
    let mut values = vec![None; 3];
    let mut expected = values.clone();
    values[column] = Some(Value::text(to));
    expected[column] = Some(Value::text(from));
    SystemWrite {
        intent: intent.into(),
        action: Action::Update {
            id: "1".into(),
            values,
            expected,
        },
    }
}

const PEOPLE: &str = "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, city TEXT)";

#[tokio::test]
async fn a_poll_ends_beside_a_program_that_never_stops_writing() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let path = folder.path().join("test.db");
    let program = Connection::open(&path).expect("it is made");
    program.execute_batch(PEOPLE).expect("it is right");
    let connector = at("sqlite", &path, &[]).await;
    let listing = connector.changes(&source(), None, 10).await;
    let mut cursor = listing.expect("it is listed").next;
    let mut written = 0;
    let mut seen = BTreeSet::new();
    // As many come while a page is read as there are on it.
    for poll in 0..3 {
        let mut pages = 0;
        loop {
            for _ in 0..2 {
                let insert = "INSERT INTO person (name) VALUES ('Anna')";
                program.execute_batch(insert).expect("it is written");
                written += 1;
            }
            let page = connector.changes(&source(), Some(&cursor), 2).await;
            let page = page.expect("the changes are read");
            cursor = page.next;
            pages += 1;
            for change in page.changes {
                if let Change::Record(record) = change {
                    seen.insert(record.id.to_string());
                }
            }
            if !page.more {
                break;
            }
            assert!(pages < 100, "poll {poll} does not end");
        }
    }
    let mut more = true;
    while more {
        let page = connector.changes(&source(), Some(&cursor), 2).await;
        let page = page.expect("the changes are read");
        (cursor, more) = (page.next, page.more);
        for change in page.changes {
            if let Change::Record(record) = change {
                seen.insert(record.id.to_string());
            }
        }
    }
    assert_eq!(seen.len(), written);
}

#[tokio::test]
async fn beside_a_program_that_never_pauses_a_write_is_made_or_told_as_not() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let path = folder.path().join("test.db");
    let program = Connection::open(&path).expect("it is made");
    program.execute_batch(PEOPLE).expect("it is right");
    let connector = at("sqlite", &path, &[("busy-timeout-ms", "5")]).await;
    let over = Arc::new(AtomicBool::new(false));
    let writer = thread::spawn({
        let over = Arc::clone(&over);
        move || {
            let busy = program.busy_timeout(std::time::Duration::from_secs(60));
            busy.expect("it waits");
            while !over.load(Ordering::Relaxed) {
                let write = "BEGIN IMMEDIATE; INSERT INTO person (name) VALUES ('theirs'); COMMIT";
                program.execute_batch(write).expect("it writes");
            }
            program
        }
    });
    let mut made = 0;
    for number in 0..50 {
        let write = create(format!("w-{number}"), "ours");
        match connector.write(&source(), &[write]).await {
            Ok(outcomes) => {
                assert!(matches!(outcomes[..], [Outcome::Done(Some(_))]));
                made += 1;
            }
            Err(error) => assert!(matches!(error, SystemError::Busy { .. }), "{error}"),
        }
    }
    over.store(true, Ordering::Relaxed);
    let program = writer.join().expect("it ends");
    let count = "SELECT count(*) FROM person WHERE name = 'ours'";
    let count: i64 = program
        .query_row(count, [], |row| row.get(0))
        .expect("it counts");
    assert_eq!(count, made);
    // Who holds the lock for good is told of, and nothing is waited for.
    program.execute_batch("BEGIN EXCLUSIVE").expect("it begins");
    let changes = connector.changes(&source(), None, 10).await;
    let error = changes.expect_err("it cannot be read");
    assert!(matches!(error, SystemError::Busy { .. }), "{error}");
}

#[tokio::test]
async fn two_treaties_that_write_one_file_in_turns_see_each_other() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let file = folder.path().join("person.csv");
    fs::write(&file, "id,name,city\n1,Anna,Bonn\n").expect("it is written");
    let ours = at("csv", folder.path(), &[]).await;
    let theirs = at("csv", folder.path(), &[]).await;
    let cursor = ours
        .changes(&source(), None, 10)
        .await
        .expect("it is read")
        .next;
    let write = async |connector: &dyn Connector, write: SystemWrite| {
        let outcomes = connector.write(&source(), &[write]).await;
        outcomes.expect("it is sent").remove(0)
    };
    let done = write(&*theirs, change("t-1", 1, "Anna", "Anne")).await;
    assert!(matches!(done, Outcome::Done(Some(_))), "{done:?}");
    // Another field of the same record: both stand.
    let done = write(&*ours, change("o-1", 2, "Bonn", "Kiel")).await;
    assert!(matches!(done, Outcome::Done(Some(_))), "{done:?}");
    // The field that they have changed: theirs stands, and is told.
    let stale = write(&*ours, change("o-2", 1, "Anna", "Hanna")).await;
    assert!(matches!(stale, Outcome::Stale(Some(_))), "{stale:?}");
    let content = fs::read_to_string(&file).expect("it is read");
    assert_eq!(content, "id,name,city\n1,Anne,Kiel\n");
    let page = ours.changes(&source(), Some(&cursor), 10).await;
    assert_eq!(page.expect("it is read").changes.len(), 1);
}

#[test]
fn two_treaties_that_write_one_file_at_once_lose_nothing() {
    const WRITES: usize = 40;
    let folder = tempfile::tempdir().expect("a folder is made");
    let file = folder.path().join("person.csv");
    fs::write(&file, "id,name,city\n1,Anna,Bonn\n").expect("it is written");
    let treaty = |name: &'static str| {
        let folder = folder.path().to_owned();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.expect("it starts").block_on(async {
                let connector = at("csv", &folder, &[("new-ids", "number")]).await;
                let mut held_up = 0;
                for number in 0..WRITES {
                    let write = [create(format!("{name}-{number}"), name)];
                    // As passes do: what was not made is tried again.
                    loop {
                        match connector.write(&source(), &write).await {
                            Ok(outcomes) => {
                                assert!(matches!(outcomes[..], [Outcome::Done(Some(_))]));
                                break;
                            }
                            Err(SystemError::Busy { .. }) => held_up += 1,
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
                held_up
            })
        })
    };
    let (ours, theirs) = (treaty("ours"), treaty("theirs"));
    let held_up: usize = ours.join().expect("it ends") + theirs.join().expect("it ends");
    let content = fs::read_to_string(&file).expect("it is read");
    for name in ["ours", "theirs"] {
        let made = content.lines().filter(|line| line.contains(name)).count();
        assert_eq!(
            made, WRITES,
            "{name} after {held_up} times of waiting: {content}"
        );
    }
    let ids: BTreeSet<_> = content.lines().map(|line| line.split(',').next()).collect();
    assert_eq!(
        ids.len(),
        2 * WRITES + 2,
        "every record has its own: {content}"
    );
}
