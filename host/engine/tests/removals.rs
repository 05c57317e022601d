//! Removals and what happens between observing and applying: an edit that comes
//! in between must not go with the record.
//!
//! Two databases hold the same person; one deletes it. While the pass that
//! carries the delete over is deciding, somebody writes to the other database.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use treaty_engine::{Engine, Event, Mode, Opening, Report, ShippedRule, known};
use treaty_model::{Clock, SystemName, Timestamp};

const TABLE: &str = "\
field,type,left,right,owner,rule
email,email,email,email,shared,escalate
phone,phone,phone,phone,shared,escalate
";

const PEOPLE: &str = "
CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, memo TEXT, gone BOOLEAN);
INSERT INTO person VALUES (1, 'ida@lund.example', '+49301234567', 'a', false);
INSERT INTO person VALUES (2, 'max@lund.example', '+49307654321', 'b', false);";

/// Ida as she stands in the right database.
const IDA: &str = "SELECT phone || ' ' || memo FROM person WHERE id = 1 AND gone IS NOT TRUE";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000)
    }
}

/// Two databases that agree, and their treaty.
struct Pair {
    folder: tempfile::TempDir,
    engine: Engine,
    /// What is done to the right database once the next pass has decided.
    meanwhile: Arc<Mutex<Option<&'static str>>>,
}

impl Pair {
    async fn new(deletes: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        for side in ["left.db", "right.db"] {
            run(&folder.path().join(side), PEOPLE);
        }
        let part = |side: &str, other: &str| {
            format!(
                "[entities.person.systems.{side}]\nsource = \"person\"\narchived = \"gone\"\n\
                 deletes-count = true\ncreates-from = [\"{other}\"]\n"
            )
        };
        let treaty = format!(
            "[treaty]\nname = \"pair\"\n\
             [systems.left]\nconnector = \"sqlite\"\npath = \"left.db\"\n\
             [systems.right]\nconnector = \"sqlite\"\npath = \"right.db\"\n\
             [entities.person]\ntable = \"person.csv\"\ndeletes = \"{deletes}\"\n\
             [entities.person.match]\nmatcher = \"match-keys\"\n{}{}\
             [rules.match-keys.configuration]\nkeys = [[\"email\"]]\n\
             [guards]\ndeletes-share-max = 1.0\n",
            part("left", "right"),
            part("right", "left"),
        );
        std::fs::write(folder.path().join("treaty.toml"), treaty).expect("it is written");
        std::fs::write(folder.path().join("person.csv"), TABLE).expect("it is written");
        let meanwhile = Arc::new(Mutex::new(None));
        let engine = open(folder.path(), Arc::clone(&meanwhile)).await;
        let pair = Self {
            folder,
            engine,
            meanwhile,
        };
        pair.pass().await;
        assert!(pair.pass().await.is_quiet(), "the databases agree");
        pair
    }

    async fn pass(&self) -> Report {
        self.pass_in(Mode::Sync).await
    }

    async fn pass_in(&self, mode: Mode) -> Report {
        let report = self.engine.pass(mode, &BTreeSet::new()).await;
        let report = report.expect("the pass is made");
        assert!(
            report.trips.is_empty() && report.failures.is_empty(),
            "{report:?}"
        );
        report
    }

    /// The left database deletes Ida; while the pass that carries this over is
    /// deciding, somebody does this to the right one. How many writes were
    /// found stale.
    async fn delete_and_meanwhile(&self, sql: &'static str) -> u64 {
        run(&self.left(), "DELETE FROM person WHERE id = 1");
        *self.meanwhile.lock().expect("nobody panicked") = Some(sql);
        let report = self.pass().await;
        assert!(self.meanwhile.lock().expect("nobody panicked").is_none());
        report.entities[0].systems[&SystemName::from("right")].stale
    }

    fn left(&self) -> std::path::PathBuf {
        self.folder.path().join("left.db")
    }

    /// Ida in the right database.
    fn right(&self) -> Option<String> {
        query(&self.folder.path().join("right.db"), IDA)
    }
}

async fn open(folder: &Path, meanwhile: Arc<Mutex<Option<&'static str>>>) -> Engine {
    let shipped: Vec<_> = treaty_shipped::all()
        .iter()
        .map(|rule| ShippedRule {
            name: rule.name,
            component: rule.component,
        })
        .collect();
    let treaty = treaty_folder::read(folder, &known(&shipped)).expect("the treaty is sound");
    let right = folder.join("right.db");
    let opening = Opening {
        shipped,
        clock: Arc::new(Noon),
        env: Arc::new(|_| None),
        // One test's compiled rules serve the others.
        cache: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules")),
        progress: Arc::new(move |event| {
            if let Event::Reconciled { .. } = event
                && let Some(sql) = meanwhile.lock().expect("nobody panicked").take()
            {
                run(&right, sql);
            }
        }),
    };
    Engine::open(&treaty, &opening).await.expect("it opens")
}

fn run(database: &Path, sql: &str) {
    let connection = Connection::open(database).expect("it opens");
    connection.execute_batch(sql).expect("it runs");
}

fn query(database: &Path, sql: &str) -> Option<String> {
    let connection = Connection::open(database).expect("it opens");
    connection.query_row(sql, [], |row| row.get(0)).ok()
}

#[tokio::test]
async fn an_edit_of_what_is_to_be_removed_wins() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        let edit = "UPDATE person SET phone = '+49309999999' WHERE id = 1";
        assert_eq!(pair.delete_and_meanwhile(edit).await, 1, "{deletes}");
        assert_eq!(pair.right().as_deref(), Some("+49309999999 a"));
        // The next pass decides afresh: the record lives, and goes back to
        // where it was deleted.
        pair.pass().await;
        let left = "SELECT phone FROM person WHERE email = 'ida@lund.example'";
        assert_eq!(query(&pair.left(), left).as_deref(), Some("+49309999999"));
        assert_eq!(pair.right().as_deref(), Some("+49309999999 a"));
        assert!(pair.pass().await.is_quiet(), "{deletes}");
    }
}

#[tokio::test]
async fn an_edit_that_changes_no_value_only_delays_the_removal() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        let edit = "UPDATE person SET phone = '+49 30 1234567' WHERE id = 1";
        assert_eq!(pair.delete_and_meanwhile(edit).await, 1, "{deletes}");
        assert_eq!(pair.right().as_deref(), Some("+49 30 1234567 a"));
        pair.pass().await;
        assert_eq!(pair.right(), None, "{deletes}");
        assert!(pair.pass().await.is_quiet(), "{deletes}");
    }
}

#[tokio::test]
async fn an_edit_of_what_no_table_mentions_changes_nothing() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        let edit = "UPDATE person SET memo = 'new' WHERE id = 1";
        assert_eq!(pair.delete_and_meanwhile(edit).await, 0, "{deletes}");
        assert_eq!(pair.right(), None, "{deletes}");
        assert!(pair.pass().await.is_quiet(), "{deletes}");
    }
}

#[tokio::test]
async fn what_is_brought_back_lives_however_often_it_is_read() {
    let pair = Pair::new("archive").await;
    let left = |sql| run(&pair.left(), sql);
    left("UPDATE person SET gone = true WHERE id = 1");
    pair.pass().await;
    assert_eq!(pair.right(), None);
    left("UPDATE person SET gone = false WHERE id = 1");
    // A pass that only plans reads it too, and decides nothing.
    pair.pass_in(Mode::Plan).await;
    left("UPDATE person SET memo = 'back' WHERE id = 1");
    pair.pass().await;
    assert_eq!(
        query(&pair.left(), IDA).as_deref(),
        Some("+49301234567 back")
    );
    let right = "SELECT phone FROM person
        WHERE email = 'ida@lund.example' AND gone IS NOT TRUE";
    let right = query(&pair.folder.path().join("right.db"), right);
    assert_eq!(right.as_deref(), Some("+49301234567"));
    assert!(pair.pass().await.is_quiet());
}

#[tokio::test]
async fn what_somebody_else_removed_meanwhile_is_gone() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        let edit = "DELETE FROM person WHERE id = 1";
        assert_eq!(pair.delete_and_meanwhile(edit).await, 0, "{deletes}");
        assert!(pair.pass().await.is_quiet(), "{deletes}");
    }
}
