//! What only SQLite has: loose types, triggers that its owner may drop, one
//! writer at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Connection;
use treaty_model::{Clock, OwnKind, RemoteId, Timestamp, Value};
use treaty_systems::{
    Action, Connector, Cursor, Listing, Outcome, Page, Source, SystemError, SystemSettings,
    SystemWrite, open,
};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-06-01T12:00:00Z").expect("a time")
    }
}

struct Database {
    _folder: tempfile::TempDir,
    program: Connection,
    connector: Box<dyn Connector>,
}

impl Database {
    async fn new(schema: &str, options: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        let path = folder.path().join("test.db");
        let program = Connection::open(&path).expect("the database is made");
        program.execute_batch(schema).expect("the schema is right");
        let settings = SystemSettings {
            name: "test".into(),
            path: Some(path),
            url: None,
            options: options
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>(),
        };
        let connector = open("sqlite", &settings, Arc::new(Noon)).await;
        Self {
            _folder: folder,
            program,
            connector: connector.expect("the database opens"),
        }
    }

    fn run(&self, sql: &str) {
        self.program.execute_batch(sql).expect("the program writes");
    }

    async fn page(&self, source: &str, cursor: Option<&Cursor>, records_max: usize) -> Page {
        let source = Source::named(source);
        let page = self.connector.changes(&source, cursor, records_max).await;
        page.expect("the changes are read")
    }

    async fn write(&self, source: &str, actions: Vec<Action>) -> Vec<Outcome> {
        let writes: Vec<_> = (actions.into_iter().enumerate())
            .map(|(place, action)| SystemWrite {
                intent: format!("w-{place}").into(),
                action,
            })
            .collect();
        let outcomes = self.connector.write(&Source::named(source), &writes).await;
        outcomes.expect("the writes are sent")
    }
}

#[tokio::test]
async fn a_composite_key_without_rowid() {
    let database = Database::new(
        "CREATE TABLE \"odd \"\"name\" (country TEXT, number INTEGER, name TEXT,
         PRIMARY KEY (country, number)) WITHOUT ROWID;
         INSERT INTO \"odd \"\"name\" VALUES ('de', 1, 'a'), ('de', 2, 'b'), ('O''x', 1, 'c')",
        &[],
    )
    .await;
    let name = "odd \"name";
    let mut cursor = None;
    let mut ids = Vec::new();
    loop {
        let page = database.page(name, cursor.as_ref(), 1).await;
        for change in page.changes {
            match change {
                treaty_systems::Change::Record(record) => ids.push(record.id.0),
                other => panic!("{other:?}"),
            }
        }
        cursor = Some(page.next);
        if page.listing == Listing::Ends {
            break;
        }
    }
    assert_eq!(ids, ["[\"O'x\",\"1\"]", "[\"de\",\"1\"]", "[\"de\",\"2\"]"]);
    database.run("UPDATE \"odd \"\"name\" SET country = 'at' WHERE country = 'de' AND number = 2");
    let page = database.page(name, cursor.as_ref(), 10).await;
    assert_eq!(
        page.changes.len(),
        2,
        "the old id is gone, the new one there"
    );
    let outcomes = database
        .write(
            name,
            vec![
                Action::Create {
                    values: vec![
                        Some(Value::text("fr")),
                        Some(Value::Integer(7)),
                        Some(Value::text("d")),
                    ],
                },
                Action::Delete {
                    id: "[\"O'x\",\"1\"]".into(),
                    expected: Vec::new(),
                },
            ],
        )
        .await;
    assert!(
        matches!(&outcomes[0], Outcome::Done(Some(record)) if record.id == RemoteId::from("[\"fr\",\"7\"]"))
    );
    assert_eq!(outcomes[1], Outcome::Done(None));
}

#[tokio::test]
async fn declared_types_decide_and_misfits_are_named() {
    let database = Database::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, r REAL, d DATE, j JSON, b BLOB,
         twice INT GENERATED ALWAYS AS (n * 2));
         INSERT INTO t (id, n, r, d, j, b) VALUES (1, 5, 0.1, '2026-02-28', '{\"a\":1}', x'00')",
        &[],
    )
    .await;
    let source = Source::named("t");
    let schema = database
        .connector
        .describe(&source)
        .await
        .expect("it is there");
    let kinds: Vec<_> = schema.fields.iter().map(|field| field.kind).collect();
    assert_eq!(
        kinds,
        [
            OwnKind::Integer,
            OwnKind::Integer,
            OwnKind::Decimal,
            OwnKind::Date,
            OwnKind::Json,
            OwnKind::Unsupported,
            OwnKind::Integer
        ]
    );
    let read_only: Vec<_> = schema.fields.iter().map(|field| field.read_only).collect();
    assert_eq!(read_only, [false, false, false, false, false, true, true]);
    let records = database
        .connector
        .get(&source, &["1".into(), "01".into()])
        .await;
    let records = records.expect("they are read");
    let own = &records[0].as_ref().expect("it is there").own;
    assert_eq!(
        own[2],
        Some(Value::Decimal("0.1".parse().expect("a decimal")))
    );
    assert_eq!(own[5], None);
    assert_eq!(own[6], Some(Value::Integer(10)));
    assert_eq!(records[1], None, "01 is no id that was ever given out");

    database.run("UPDATE t SET n = 'five'");
    let error = database.connector.get(&source, &["1".into()]).await;
    let message = error.expect_err("the value does not fit").to_string();
    assert!(message.starts_with("t 1 in "), "{message}");
    assert!(
        message.ends_with(
            "column \"n\" holds the text \"five\" where its type says integer; correct the row"
        ),
        "{message}"
    );
}

#[tokio::test]
async fn what_cannot_be_kept_exactly_is_refused() {
    let database = Database::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(30, 10), plain TEXT NOT NULL
         CHECK (length(plain) < 9)); INSERT INTO t VALUES (1, 1, 'x')",
        &[],
    )
    .await;
    let update = |position: usize, value: Value| {
        let mut values = vec![None; 3];
        values[position] = Some(value);
        Action::Update {
            id: "1".into(),
            values,
            expected: vec![None; 3],
        }
    };
    let decimal = |text: &str| Value::Decimal(text.parse().expect("a decimal"));
    let outcomes = database
        .write(
            "t",
            vec![
                update(1, decimal("12345678901234567890.12")),
                update(2, Value::Null),
                update(2, Value::text("too long for it")),
                update(1, decimal("12.34")),
            ],
        )
        .await;
    let refused: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Refused { field, .. } => field.as_deref().unwrap_or("(none)"),
            _ => "done",
        })
        .collect();
    assert_eq!(refused, ["price", "plain", "(none)", "done"]);
}

#[tokio::test]
async fn a_log_with_a_gap_begins_again() {
    let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)";
    let database = Database::new(&format!("{table}; INSERT INTO t VALUES (1, 'a')"), &[]).await;
    let listed = database.page("t", None, 10).await;
    assert_eq!(listed.listing, Listing::Ends);
    let quiet = database.page("t", Some(&listed.next), 10).await;
    assert_eq!((quiet.changes.len(), quiet.listing), (0, Listing::Changes));
    // The usual way to change a table in SQLite makes a new one, and the
    // triggers go with the old.
    database.run(&format!(
        "BEGIN; ALTER TABLE t RENAME TO old; {table}; INSERT INTO t SELECT * FROM old;
         DROP TABLE old; INSERT INTO t VALUES (2, 'b'); COMMIT"
    ));
    let again = database.page("t", Some(&quiet.next), 10).await;
    assert_eq!((again.changes.len(), again.listing), (2, Listing::Ends));
    database.run("UPDATE t SET name = 'c' WHERE id = 2");
    let then = database.page("t", Some(&again.next), 10).await;
    assert_eq!((then.changes.len(), then.listing), (1, Listing::Changes));
}

#[tokio::test]
async fn the_log_is_pruned_and_an_old_cursor_lists_again() {
    let database = Database::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
        &[("log-keep", "10")],
    )
    .await;
    let old = database.page("t", None, 10).await.next;
    let mut cursor = old.clone();
    for round in 0..5 {
        database.run(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
             INSERT INTO t (name) SELECT 'r{round}' FROM n"
        ));
        cursor = database.page("t", Some(&cursor), 100).await.next;
    }
    let quiet = database.page("t", Some(&cursor), 100).await;
    assert_eq!(quiet.changes.len(), 0);
    let kept: i64 = database
        .program
        .query_row("SELECT count(*) FROM treaty_changes", [], |row| row.get(0))
        .expect("it is counted");
    assert!(kept <= 20, "{kept} entries are kept");
    let again = database.page("t", Some(&old), 1_000).await;
    assert_eq!((again.changes.len(), again.listing), (250, Listing::Ends));
}

#[tokio::test]
async fn a_locked_database_is_busy() {
    let database = Database::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)",
        &[("busy-timeout-ms", "1")],
    )
    .await;
    database.run("BEGIN IMMEDIATE");
    let writes = [SystemWrite {
        intent: "d-1".into(),
        action: Action::Delete {
            id: "1".into(),
            expected: Vec::new(),
        },
    }];
    let error = database.connector.write(&Source::named("t"), &writes).await;
    let error = error.expect_err("it is locked");
    assert!(matches!(error, SystemError::Busy { .. }), "{error}");
    database.run("ROLLBACK");
    let outcomes = database.connector.write(&Source::named("t"), &writes).await;
    assert_eq!(outcomes.expect("it is free"), [Outcome::Done(None)]);
}

#[tokio::test]
async fn a_constraint_at_the_end_refuses_only_its_own_write() {
    let database = Database::new(
        "CREATE TABLE firm (id INTEGER PRIMARY KEY);
         CREATE TABLE person (id INTEGER PRIMARY KEY, firm INTEGER
             REFERENCES firm DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO firm VALUES (1)",
        &[],
    )
    .await;
    let create = |firm| Action::Create {
        values: vec![None, Some(Value::Integer(firm))],
    };
    let outcomes = database
        .write("person", vec![create(1), create(99), create(1)])
        .await;
    assert!(matches!(outcomes[0], Outcome::Done(Some(_))));
    assert!(
        matches!(outcomes[1], Outcome::Refused { .. }),
        "{outcomes:?}"
    );
    assert!(matches!(outcomes[2], Outcome::Done(Some(_))));
}

#[tokio::test]
async fn a_key_that_is_not_unique_is_refused() {
    let database = Database::new("CREATE TABLE t (email TEXT, name TEXT)", &[]).await;
    let mut source = Source::named("t");
    let error = database.connector.describe(&source).await;
    let message = error.expect_err("it has no key").to_string();
    assert!(message.starts_with("t: has no primary key"), "{message}");
    source.key = vec!["email".to_owned()];
    let error = database.connector.describe(&source).await;
    let message = error.expect_err("it is not unique").to_string();
    assert!(
        message.contains("nothing makes its key unique"),
        "{message}"
    );
    database.run("CREATE UNIQUE INDEX by_email ON t (email)");
    database
        .connector
        .describe(&source)
        .await
        .expect("it is unique now");
}
