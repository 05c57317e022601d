//! Ends of SQLite transactions that fail: what was not made is never told as
//! made, and what may have been made is looked up.

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rusqlite::Connection;
use treaty_model::{Clock, Timestamp, Value};
use treaty_systems::{
    Action, Connector, Found, Outcome, Sought, Source, SystemError, SystemSettings, SystemWrite,
    open,
};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-06-01T12:00:00Z").expect("a time")
    }
}

/// Opens a database, waiting for nobody.
async fn at(path: &Path) -> Box<dyn Connector> {
    let settings = SystemSettings {
        name: "test".into(),
        path: Some(path.to_owned()),
        url: None,
        options: [("busy-timeout-ms".to_owned(), "50".to_owned())].into(),
    };
    let connector = open("sqlite", &settings, Arc::new(Noon)).await;
    connector.expect("the database opens")
}

fn source() -> Source {
    Source::named("person")
}

/// Makes a person of this name.
fn create(intent: &str, name: &str) -> SystemWrite {
    SystemWrite {
        intent: intent.into(),
        action: Action::Create {
            values: vec![None, Some(Value::text(name)), None],
        },
    }
}

/// What became of these writes.
async fn found(connector: &dyn Connector, writes: &[SystemWrite]) -> Vec<Found> {
    let sought = |write: &SystemWrite| Sought {
        intent: write.intent.clone(),
        action: write.action.clone(),
    };
    let sought: Vec<_> = writes.iter().map(sought).collect();
    let found = connector.find(&source(), &sought).await;
    found.expect("they are looked up")
}

/// A database of people who work for firms.
fn people(path: &Path, setting: &str) -> Connection {
    let program = Connection::open(path).expect("it is made");
    let schema = "CREATE TABLE firm (id INTEGER PRIMARY KEY);
        CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT,
            firm INTEGER REFERENCES firm DEFERRABLE INITIALLY DEFERRED);";
    let schema = format!("{setting}; {schema}");
    program.execute_batch(&schema).expect("the schema is right");
    program
}

fn names(program: &Connection) -> Vec<String> {
    let mut statement = program
        .prepare("SELECT substr(name, 1, 4) FROM person ORDER BY id")
        .expect("it is right");
    let names = statement.query_map([], |row| row.get(0)).expect("it runs");
    names.collect::<Result<_, _>>().expect("texts")
}

#[tokio::test]
async fn a_commit_that_somebody_holds_up_makes_nothing() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let path = folder.path().join("test.db");
    let program = people(&path, "PRAGMA journal_mode = delete");
    let connector = at(&path).await;
    let writes = [create("w-1", "Anna"), create("w-2", "Bert")];
    // A reader keeps the end of a transaction from becoming visible, not its
    // beginning.
    let read = "BEGIN; SELECT count(*) FROM person";
    program.execute_batch(read).expect("it reads");
    let error = connector.write(&source(), &writes).await;
    let error = error.expect_err("it cannot end");
    assert!(matches!(error, SystemError::Busy { .. }), "{error}");
    program.execute_batch("ROLLBACK").expect("it ends");
    let nothing = [Found::NotLanded(None), Found::NotLanded(None)];
    assert_eq!(found(&*connector, &writes).await, nothing);
    let outcomes = connector.write(&source(), &writes).await;
    for outcome in outcomes.expect("now it can") {
        assert!(matches!(outcome, Outcome::Done(Some(_))), "{outcome:?}");
    }
    assert_eq!(names(&program), ["Anna", "Bert"]);
}

#[tokio::test]
async fn a_failure_after_writes_that_were_made_keeps_them_told() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let path = folder.path().join("test.db");
    let program = people(&path, "");
    // Made together, the third is the third person; one by one, after the second
    // was refused, it is the second, over which the trigger fails.
    let trigger = "CREATE TRIGGER odd AFTER INSERT ON person
        WHEN NEW.name = 'Cleo' AND (SELECT count(*) FROM person) = 2
        BEGIN SELECT json('{'); END";
    program.execute_batch(trigger).expect("it is made");
    let connector = at(&path).await;
    let mut writes = [
        create("w-1", "Anna"),
        create("w-2", "Bert"),
        create("w-3", "Cleo"),
    ];
    if let Action::Create { values } = &mut writes[1].action {
        values[2] = Some(Value::Integer(99));
    }
    let outcomes = connector.write(&source(), &writes).await;
    let outcomes = outcomes.expect("some are made, so the call did not fail");
    assert!(
        matches!(
            &outcomes[..],
            [
                Outcome::Done(Some(_)),
                Outcome::Refused { .. },
                Outcome::NotSent { .. }
            ]
        ),
        "{outcomes:?}"
    );
    assert_eq!(names(&program), ["Anna"]);
}

/// Where the database of the second process is.
const DATABASE: &str = "TREATY_TEST_DATABASE";

/// How large a file may be in the second process, in blocks of 512 bytes.
const BLOCKS_MAX: usize = 1_024;

/// Too much for that, and little enough to be kept until the transaction ends.
const NAME_BYTES: usize = 1_000_000;

/// A write that is interrupted at its end: the limit on the size of files is
/// that of a process, so the test runs itself again as another one.
#[tokio::test]
async fn a_commit_that_the_disk_interrupts_is_open_and_then_looked_up() {
    let writes = [create("w-1", &"Anna".repeat(NAME_BYTES / 4))];
    if let Some(path) = env::var_os(DATABASE) {
        let connector = at(Path::new(&path)).await;
        let outcomes = connector.write(&source(), &writes).await;
        let outcomes = outcomes.expect("it is sent");
        assert!(
            matches!(&outcomes[..], [Outcome::Ambiguous { message }]
                if message.starts_with("the end of the transaction failed: ")),
            "{outcomes:?}"
        );
        return;
    }
    for mode in ["delete", "wal"] {
        let folder = tempfile::tempdir().expect("a folder is made");
        let path = folder.path().join("test.db");
        let program = people(&path, &format!("PRAGMA journal_mode = {mode}"));
        let again = Command::new("sh")
            .arg("-c")
            // The signal would end the process before it can say anything.
            .arg(format!(
                "trap '' XFSZ; ulimit -f {BLOCKS_MAX}; exec \"$0\" --exact {}",
                "a_commit_that_the_disk_interrupts_is_open_and_then_looked_up"
            ))
            .arg(env::current_exe().expect("it has a name"))
            .env(DATABASE, &path)
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&again.stdout);
        assert!(again.status.success(), "{mode}: {said}");
        assert!(said.contains("1 passed"), "{mode}: {said}");

        assert_eq!(names(&program), Vec::<String>::new(), "{mode}");
        let connector = at(&path).await;
        let nothing = [Found::NotLanded(None)];
        assert_eq!(found(&*connector, &writes).await, nothing, "{mode}");
        for _ in 0..2 {
            let outcomes = connector.write(&source(), &writes).await;
            let outcomes = outcomes.expect("it is sent");
            assert!(matches!(outcomes[..], [Outcome::Done(Some(_))]), "{mode}");
        }
        assert_eq!(names(&program), ["Anna"], "{mode}: once");
    }
}
