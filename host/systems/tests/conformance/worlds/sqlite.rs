//! A SQLite database with one table, and a program that writes to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rusqlite::{Connection, params};
use treaty_systems::{Connector, Source, SystemSettings, open};

use crate::world::{Person, TestClock, Traits, World};

pub struct Database {
    _folder: tempfile::TempDir,
    program: Mutex<Connection>,
    connector: Box<dyn Connector>,
    clock: Arc<TestClock>,
    log: bool,
}

/// A database whose changes are read from Treaty's log.
pub async fn log() -> Database {
    database("log").await
}

/// A database whose changes are read by a time of change.
pub async fn watermark() -> Database {
    database("watermark").await
}

async fn database(changes: &str) -> Database {
    let folder = tempfile::tempdir().expect("a folder is made");
    let path = folder.path().join("people.db");
    let program = Connection::open(&path).expect("the database is made");
    program
        .execute_batch(
            "CREATE TABLE person (
                id INTEGER PRIMARY KEY,
                name TEXT,
                email VARCHAR(80) UNIQUE,
                score DECIMAL(12, 4),
                archived BOOLEAN,
                updated TIMESTAMP
            )",
        )
        .expect("the table is made");
    let settings = SystemSettings {
        name: "people".into(),
        path: Some(path),
        url: None,
        options: BTreeMap::from([("changes".to_owned(), changes.to_owned())]),
    };
    let clock = TestClock::new();
    let connector = open("sqlite", &settings, clock.clone()).await;
    Database {
        _folder: folder,
        program: Mutex::new(program),
        connector: connector.expect("the database opens"),
        clock,
        log: changes == "log",
    }
}

#[async_trait]
impl World for Database {
    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn source(&self) -> Source {
        Source {
            updated: Some("updated".to_owned()),
            archived: Some("archived".to_owned()),
            ..Source::named("person")
        }
    }

    fn clock(&self) -> &TestClock {
        &self.clock
    }

    async fn put(&self, people: &[Person]) {
        let mut program = self.program.lock().expect("no test panics here");
        let transaction = program.transaction().expect("it begins");
        for person in people {
            let values = params![
                person.id,
                person.name,
                person.email,
                person.archived,
                person.updated()
            ];
            transaction
                .execute(
                    "INSERT INTO person (id, name, email, archived, updated)
                     VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (id) DO UPDATE SET name = ?2, email = ?3, archived = ?4,
                     updated = ?5",
                    values,
                )
                .expect("the person is put");
        }
        transaction.commit().expect("it is committed");
    }

    async fn remove(&self, id: i64) {
        let program = self.program.lock().expect("no test panics here");
        program
            .execute("DELETE FROM person WHERE id = ?1", [id])
            .expect("the person is removed");
    }

    /// SQLite has one writer: nobody commits before a late one.
    async fn begin_late(&self, _: &Person) {}

    async fn finish_late(&self) {}

    async fn traces(&self) -> Vec<String> {
        let program = self.program.lock().expect("no test panics here");
        let mut statement = program
            .prepare("SELECT type || ' ' || name FROM sqlite_master ORDER BY 1")
            .expect("the query is sound");
        let names = statement
            .query_map([], |row| row.get(0))
            .expect("the query runs");
        names.map(|name| name.expect("a name is a text")).collect()
    }

    fn traits(&self) -> Traits {
        Traits {
            shows_deletes: self.log,
            empty_is_not_null: true,
            unique_email: true,
            typed: true,
            late_commits: false,
        }
    }
}
