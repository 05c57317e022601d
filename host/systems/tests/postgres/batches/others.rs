//! Batches while others write, and sessions that end within one.

use treaty_model::{RemoteId, Value};
use treaty_systems::{Action, Outcome, Source, SystemWrite};

use super::session;
use crate::Database;

/// Rows from 1 to 300, all of one name.
const ROWS: &str = "CREATE TABLE t (id integer PRIMARY KEY, name text);
                    INSERT INTO t SELECT n, 'a' FROM generate_series(1, 300) AS n;";

fn update(id: usize) -> SystemWrite {
    SystemWrite {
        intent: format!("u-{id}").into(),
        action: Action::Update {
            id: RemoteId(id.to_string()),
            values: vec![None, Some(Value::text("b"))],
            expected: vec![None, Some(Value::text("a"))],
        },
    }
}

fn updates() -> Vec<SystemWrite> {
    (1..=300).map(update).collect()
}

async fn update_all(database: &Database) -> Vec<Outcome> {
    let source = Source::named("t");
    let outcomes = database.connector.write(&source, &updates()).await;
    outcomes.expect("the writes are sent")
}

#[tokio::test]
async fn somebody_who_locks_in_the_other_order_loses_nothing() {
    let database = Database::new(ROWS, &[]).await;
    // Theirs never finds out about the circle, so it is ours that gives way.
    database.run(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 10',
         current_database()); END $$",
    );
    let other = session(&database).await;
    let theirs = "SET deadlock_timeout = '1h'; BEGIN; UPDATE t SET name = 'c' WHERE id = 300";
    other.batch_execute(theirs).await.expect("it begins");
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'treaty' AND datname = current_database()",
    );
    let writes = updates();
    let source = Source::named("t");
    let batch = database.connector.write(&source, &writes);
    let rest = async {
        wait_for_locks(&database, 1).await;
        let descending = "UPDATE t SET name = 'c' WHERE id = 1; COMMIT";
        other.batch_execute(descending).await
    };
    let (outcomes, rest) = tokio::join!(batch, rest);
    rest.expect("they are not disturbed");
    let outcomes = outcomes.expect("the writes are sent");
    for (outcome, id) in outcomes.iter().zip(1..) {
        let is_right = match id {
            1 => true,
            300 => matches!(outcome, Outcome::Stale(Some(_)) | Outcome::NotSent { .. }),
            _ => matches!(outcome, Outcome::Done(Some(_))),
        };
        assert!(is_right, "{id}: {outcome:?}");
    }
    let left = "SELECT string_agg(id || name, ',' ORDER BY id) FROM t WHERE name <> 'b'";
    assert_eq!(database.run(left), "1c,300c\n");
}

#[tokio::test]
async fn a_row_that_somebody_holds_keeps_only_its_own_write() {
    let database = Database::new(ROWS, &[("lock-timeout-ms", "50")]).await;
    let other = session(&database).await;
    let hold = "BEGIN; SELECT FROM t WHERE id = 150 FOR SHARE";
    other.batch_execute(hold).await.expect("it begins");
    let outcomes = update_all(&database).await;
    let kept: Vec<_> = (1..)
        .zip(&outcomes)
        .filter(|(_, outcome)| !matches!(outcome, Outcome::Done(Some(_))))
        .collect();
    assert!(
        matches!(kept[..], [(150, Outcome::NotSent { .. })]),
        "{kept:?}"
    );
}

#[tokio::test]
async fn a_session_that_ends_within_a_batch_undoes_it() {
    let schema = format!(
        "{ROWS}
         CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
         CREATE TRIGGER die BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.id = 200)
             EXECUTE FUNCTION die()"
    );
    let database = Database::new(&schema, &[]).await;
    let outcomes = update_all(&database).await;
    let is_not_sent = |outcome: &Outcome| matches!(outcome, Outcome::NotSent { .. });
    assert!(outcomes.iter().all(is_not_sent), "{outcomes:?}");
    let left = "SELECT count(*) FILTER (WHERE name = 'a'), (SELECT count(*) FROM treaty.intents)
                FROM t";
    assert_eq!(database.run(left), "300|0\n");
    // The next call opens another session.
    database.run("DROP TRIGGER die ON t");
    let outcomes = update_all(&database).await;
    let is_done = |outcome: &Outcome| matches!(outcome, Outcome::Done(Some(_)));
    assert!(outcomes.iter().all(is_done), "{outcomes:?}");
}

#[tokio::test]
async fn a_batch_whose_end_is_not_answered_is_open() {
    let schema = format!(
        "{ROWS}
         CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION die()"
    );
    let database = Database::new(&schema, &[]).await;
    database.run(
        "ALTER TABLE t DISABLE TRIGGER die; UPDATE t SET name = 'c' WHERE id = 1;
         ALTER TABLE t ENABLE TRIGGER die",
    );
    let outcomes = update_all(&database).await;
    assert!(matches!(outcomes[0], Outcome::Stale(Some(_))));
    let is_open = |outcome: &Outcome| matches!(outcome, Outcome::Ambiguous { .. });
    assert!(outcomes[1..].iter().all(is_open), "{outcomes:?}");
}

#[tokio::test]
async fn two_treaties_with_the_same_batch_write_once() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, name text)";
    let database = Database::new(schema, &[]).await;
    let second = crate::connect(&database.url, &[]).await.expect("it opens");
    database.page("t", None, 10).await;
    let writes: Vec<_> = (0..100)
        .map(|number| SystemWrite {
            intent: format!("c-{number}").into(),
            action: Action::Create {
                values: vec![None, Some(Value::Text(format!("n{number}")))],
            },
        })
        .collect();
    // Neither can remember what it does before both have done it.
    let holder = session(&database).await;
    let hold = "BEGIN; LOCK TABLE treaty.intents IN SHARE MODE";
    holder.batch_execute(hold).await.expect("it begins");
    let release = async {
        wait_for_locks(&database, 2).await;
        holder.batch_execute("COMMIT").await.expect("it ends");
    };
    let source = Source::named("t");
    let (one, other, ()) = tokio::join!(
        database.connector.write(&source, &writes),
        second.write(&source, &writes),
        release
    );
    assert_eq!(one.expect("they are sent"), other.expect("they are sent"));
    let counts = "SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM treaty.intents)";
    assert_eq!(database.run(counts), "100|100\n");
}

/// Waits until so many sessions of Treaty's wait for a lock.
async fn wait_for_locks(database: &Database, count: i64) {
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                 AND application_name = 'treaty' AND datname = current_database()";
    let watching = session(database).await;
    loop {
        let waiting = watching.query_one(waits, &[]).await.expect("it is told");
        if waiting.get::<_, i64>(0) == count {
            break;
        }
    }
}
