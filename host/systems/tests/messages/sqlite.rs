//! A database file.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use treaty_model::Value;
use treaty_systems::{Action, Connector, Outcome, Source, SystemError};

use crate::told::Told;
use crate::{
    archive, at_path, choices, create, decimal, number, read, read_behind, text, update, write,
};

/// A database and a program that works with it too.
struct Database {
    folder: tempfile::TempDir,
    program: Connection,
    connector: Box<dyn Connector>,
    source: Source,
}

/// Nobody waits for a lock that is never given up.
const AT_ONCE: (&str, &str) = ("busy-timeout-ms", "20");

impl Database {
    async fn new(schema: &str) -> Self {
        Self::with(schema, &[AT_ONCE]).await
    }

    async fn with(schema: &str, options: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        let path = folder.path().join("crm.db");
        let program = Connection::open(&path).expect("the database is made");
        program.execute_batch(schema).expect("the schema is right");
        let connector = at_path("sqlite", &path, options).await;
        Self {
            folder,
            program,
            connector: connector.expect("the database opens"),
            source: Source::named("person"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn told(&self, told: &mut Told) {
        told.hide(self.folder.path().display(), "<folder>");
    }

    fn run(&self, sql: &str) {
        self.program.execute_batch(sql).expect("the program runs");
    }

    async fn write(&self, action: Action) -> Result<Vec<Outcome>, SystemError> {
        write(&*self.connector, &self.source, action).await
    }
}

#[tokio::test]
async fn databases_that_cannot_be_opened() {
    let mut told = Told::default();
    let database = Database::new("CREATE TABLE person (id INTEGER PRIMARY KEY)").await;
    database.told(&mut told);
    let path = database.path("crm.db");
    let open = async |path: &PathBuf, option| at_path("sqlite", path, &[AT_ONCE, option]).await;
    let usual = ("changes", "log");
    let missing = open(&database.path("nowhere.db"), usual).await;
    told.failed("a file that is not there", missing);
    let soon = open(&path, ("overlap-ms", "soon")).await;
    told.failed("an option that takes a number", soon);
    fs::write(database.path("crm.txt"), "id,name\n1,Anna\n".repeat(99)).expect("it is written");
    told.failed(
        "a file that is no database",
        open(&database.path("crm.txt"), usual).await,
    );
    database.run("BEGIN EXCLUSIVE");
    told.failed("a database that is locked", open(&path, usual).await);
    database.run("ROLLBACK; PRAGMA journal_mode = wal");
    let beside = path.with_file_name("copy.db");
    fs::copy(&path, &beside).expect("it is copied");
    fs::create_dir(path.with_file_name("copy.db-wal")).expect("it is made");
    told.failed(
        "a database that cannot be opened",
        open(&beside, usual).await,
    );
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn tables_that_cannot_be_used() {
    let mut told = Told::default();
    let database = Database::new("").await;
    database.told(&mut told);
    let asked = |change: &dyn Fn(&mut Source)| {
        let mut source = database.source.clone();
        change(&mut source);
        source
    };
    let column = |name: &str| Some(name.to_owned());
    let person = || database.source.clone();
    told.failed(
        "no table at all",
        read(&*database.connector, &person()).await,
    );
    database.run(
        "CREATE TABLE firm (id INTEGER PRIMARY KEY);
         CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, photo BLOB);
         CREATE TABLE loose (id INTEGER, name TEXT)",
    );
    for (situation, source) in [
        ("no such table", Source::named("human")),
        ("a table without a primary key", Source::named("loose")),
        (
            "no column for the key",
            asked(&|source| source.key = vec!["nr".to_owned()]),
        ),
        (
            "a key that can be twice",
            asked(&|source| source.key = vec!["name".to_owned()]),
        ),
        (
            "a key of bytes",
            asked(&|source| source.key = vec!["photo".to_owned()]),
        ),
        (
            "no column for the time of change",
            asked(&|source| source.updated = column("at")),
        ),
        (
            "no column for the actor",
            asked(&|source| source.actor = column("by")),
        ),
        (
            "no column for the archived mark",
            asked(&|source| source.archived = column("old")),
        ),
    ] {
        told.failed(situation, read(&*database.connector, &source).await);
    }
    let watermark = [AT_ONCE, ("changes", "watermark")];
    let schema = "CREATE TABLE person (id INTEGER PRIMARY KEY, at TEXT);
                  INSERT INTO person VALUES (1, 'soon')";
    let database = Database::with(schema, &watermark).await;
    database.told(&mut told);
    let mut source = database.source.clone();
    let unnamed = read(&*database.connector, &source).await;
    told.failed("a watermark without a column for it", unnamed);
    source.updated = column("at");
    let soon = read(&*database.connector, &source).await;
    told.failed("a time of change that is none", soon);
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn rows_that_cannot_be_read() {
    let mut told = Told::default();
    for (situation, table) in [
        (
            "a row without a key",
            "id TEXT PRIMARY KEY); INSERT INTO person VALUES (NULL",
        ),
        (
            "an integer that is none",
            "id INTEGER PRIMARY KEY, age INTEGER); INSERT INTO person VALUES (1, 'old'",
        ),
        (
            "a boolean that is none",
            "id INTEGER PRIMARY KEY, old BOOLEAN); INSERT INTO person VALUES (1, 2",
        ),
        (
            "a day that is none",
            "id INTEGER PRIMARY KEY, born DATE); INSERT INTO person VALUES (1, '2026-02-30'",
        ),
        (
            "bytes in a column of text",
            "id INTEGER PRIMARY KEY, name TEXT); INSERT INTO person VALUES (1, x'ff00'",
        ),
        (
            "a text that is no UTF-8",
            "id INTEGER PRIMARY KEY, name TEXT); INSERT INTO person VALUES (1, CAST(x'ff' AS TEXT)",
        ),
    ] {
        let database = Database::new(&format!("CREATE TABLE person ({table})")).await;
        database.told(&mut told);
        told.failed(
            situation,
            read(&*database.connector, &database.source).await,
        );
    }
    let schema = "CREATE TABLE person (id INTEGER PRIMARY KEY)";
    let database = Database::new(schema).await;
    database.told(&mut told);
    let cursor = read_behind(&*database.connector, &database.source).await;
    database
        .run("INSERT INTO treaty_changes (source, key, op, at) VALUES ('person', '7', 'put', '')");
    let changes = database
        .connector
        .changes(&database.source, Some(&cursor), 100);
    told.failed(
        "an entry of the log that Treaty did not make",
        changes.await,
    );

    let damaged = Database::new("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)").await;
    damaged.told(&mut told);
    damaged.run("INSERT INTO person VALUES (1, hex(zeroblob(20000)))");
    let mut bytes = fs::read(damaged.path("crm.db")).expect("it is read");
    bytes[4_096..].fill(0xff);
    fs::write(damaged.path("crm.db"), bytes).expect("it is written");
    told.failed(
        "a database that is damaged",
        read(&*damaged.connector, &damaged.source).await,
    );
    insta::assert_snapshot!(told.text());
}

const REFUSING: &str = "
PRAGMA foreign_keys = on;
CREATE TABLE firm (id INTEGER PRIMARY KEY);
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE,
    age INTEGER CHECK (age > 0), size REAL, firm INTEGER REFERENCES firm,
    later INTEGER REFERENCES firm DEFERRABLE INITIALLY DEFERRED,
    shout TEXT GENERATED ALWAYS AS (upper(name)), photo BLOB);
CREATE TRIGGER polite BEFORE UPDATE ON person WHEN NEW.name = 'rude'
    BEGIN SELECT RAISE(ABORT, 'not that word'); END;
INSERT INTO person (id, name, email) VALUES (1, 'Anna', 'a@x.example'), (2, 'Bert', 'b@x.example');";

#[tokio::test]
async fn writes_that_are_refused() {
    let mut told = Told::default();
    let database = Database::new(REFUSING).await;
    let at = |column: usize, value: Option<Value>| {
        let mut values = vec![None; column];
        values.push(value);
        update(values)
    };
    for (situation, action) in [
        ("a key that would change", at(0, number(7))),
        ("nothing where something must be", at(1, Some(Value::Null))),
        ("a value that is taken", at(2, text("b@x.example"))),
        ("a value that a check refuses", at(3, number(-1))),
        ("a text where a number must be", at(3, text("old"))),
        (
            "a number that would be rounded",
            at(4, decimal("0.1000000000000000055")),
        ),
        ("a reference to nothing", at(5, number(99))),
        ("a reference to nothing, seen at the end", at(6, number(99))),
        ("a column that is computed", at(7, text("ANNA"))),
        ("a column of bytes", at(8, text("face"))),
        ("a column that is not there", at(9, text("x"))),
        ("a set", at(1, choices())),
        ("a NUL character", at(1, text("An\0na"))),
        ("what a trigger refuses", at(1, text("rude"))),
        ("an archive without a column for it", archive()),
    ] {
        told.not_made(situation, database.write(action).await);
    }
    let keyless = Database::new("CREATE TABLE person (id TEXT PRIMARY KEY, name TEXT)").await;
    let nobody = keyless.write(create([None, text("Eva")])).await;
    told.not_made("a new row to which nobody gives a key", nobody);
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn databases_that_cannot_be_written() {
    let mut told = Told::default();
    let schema = "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);
                  INSERT INTO person VALUES (1, 'Anna')";
    let rename = || update([None, text("Anne")]);
    let database = Database::new(schema).await;
    database.told(&mut told);
    database.run("BEGIN IMMEDIATE");
    told.failed(
        "a database that somebody writes",
        database.write(rename()).await,
    );
    database.run("ROLLBACK; BEGIN; SELECT count(*) FROM person");
    told.failed(
        "a database that somebody reads",
        database.write(rename()).await,
    );
    database.run("ROLLBACK");
    database.run(
        "CREATE TRIGGER audit AFTER UPDATE ON person
         BEGIN INSERT INTO audit VALUES (NEW.id); END",
    );
    told.failed("a trigger that fails", database.write(rename()).await);
    database.run("DROP TRIGGER audit");
    fs::rename(database.path("crm.db"), database.path("old.db")).expect("it is moved");
    told.failed(
        "a database that was moved away",
        database.write(rename()).await,
    );
    insta::assert_snapshot!(told.text());
}
