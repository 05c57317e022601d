//! Transactions, roles, and sessions that end.

use treaty_model::Value;
use treaty_systems::{Action, ChangeFeed, Outcome, Source, SystemError, SystemWrite};

use crate::{Database, SERVER, connect};

#[tokio::test]
async fn a_constraint_at_the_end_refuses_only_its_own_write() {
    let database = Database::new(
        "CREATE TABLE firm (id integer PRIMARY KEY);
         CREATE TABLE person (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, firm integer
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
    assert!(
        matches!(outcomes[0], Outcome::Done(Some(_))),
        "{outcomes:?}"
    );
    assert!(
        matches!(&outcomes[1], Outcome::Refused { field: Some(field), .. } if field == "firm"),
        "{outcomes:?}"
    );
    assert!(matches!(outcomes[2], Outcome::Done(Some(_))));
    assert_eq!(database.run("SELECT count(*) FROM person"), "2\n");
}

#[tokio::test]
async fn locks_and_lost_sessions_are_told_apart() {
    let database = Database::new(
        "CREATE TABLE t (id integer PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a')",
        &[("lock-timeout-ms", "50")],
    )
    .await;
    let (other, connection) = tokio_postgres::connect(&database.url, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    other
        .batch_execute("BEGIN; UPDATE t SET name = 'b'")
        .await
        .expect("it begins");
    let delete = || {
        vec![Action::Delete {
            id: "1".into(),
            expected: Vec::new(),
        }]
    };
    let outcomes = database.write("t", delete()).await;
    assert!(
        matches!(outcomes[0], Outcome::NotSent { .. }),
        "{outcomes:?}"
    );
    other.batch_execute("ROLLBACK").await.expect("it ends");
    // An administrator ends all sessions; the next call opens a new one.
    database.run(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE application_name = 'treaty' AND datname = current_database()",
    );
    let outcomes = database.write("t", delete()).await;
    assert_eq!(outcomes, [Outcome::Done(None)]);
}

#[tokio::test]
async fn a_session_that_ends_within_a_write_undoes_it() {
    let database = Database::new(
        "CREATE TABLE t (id integer PRIMARY KEY, name text);
         CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN IF NEW.name = ''die'' THEN PERFORM pg_terminate_backend(pg_backend_pid());
              END IF; RETURN NEW; END';
         CREATE TRIGGER die BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION die()",
        &[],
    )
    .await;
    let create = |id, name: &str| Action::Create {
        values: vec![Some(Value::Integer(id)), Some(Value::text(name))],
    };
    let outcomes = database
        .write("t", vec![create(1, "live"), create(2, "die")])
        .await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::NotSent { .. })),
        "{outcomes:?}"
    );
    assert_eq!(database.run("SELECT count(*) FROM t"), "0\n");
}

#[tokio::test]
async fn a_role_that_may_only_read_and_write_is_told_what_to_do() {
    let database = Database::new(
        "CREATE TABLE t (id integer PRIMARY KEY, changed timestamptz);
         INSERT INTO t VALUES (1, '2026-01-01');
         CREATE ROLE clerk LOGIN PASSWORD 'clerk-password';
         GRANT SELECT, INSERT, UPDATE, DELETE ON t TO clerk",
        &[],
    )
    .await;
    let url = database
        .url
        .replace("postgres:for-tests-only", "clerk:clerk-password");
    let clerk = connect(&url, &[]).await.expect("it opens");
    assert_eq!(clerk.capabilities().changes, ChangeFeed::Watermark);
    let mut source = Source::named("public.t");
    let error = clerk.changes(&source, None, 10).await;
    let message = error.expect_err("there is no way").to_string();
    assert!(message.contains("AUTHORIZATION clerk"), "{message}");
    source.updated = Some("changed".to_owned());
    let page = clerk
        .changes(&source, None, 10)
        .await
        .expect("it is listed");
    assert_eq!(page.changes.len(), 1);
    let writes = [SystemWrite {
        intent: "d-1".into(),
        action: Action::Delete {
            id: "1".into(),
            expected: Vec::new(),
        },
    }];
    let error = clerk.write(&source, &writes).await.expect_err("it may not");
    assert!(
        matches!(&error, SystemError::Forbidden { message, .. }
            if message.contains("CREATE SCHEMA treaty AUTHORIZATION clerk")),
        "{error}"
    );
}

#[tokio::test]
async fn addresses_fail_without_their_password() {
    let port = SERVER.port();
    let check = async |url: &str, expected: &str| {
        let error = connect(url, &[]).await.err().expect("it does not open");
        let message = error.to_string();
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("sesame"), "{message}");
    };
    check(
        &format!("postgresql://postgres:sesame@127.0.0.1:{port}/postgres"),
        &format!("not allowed to connect to 127.0.0.1:{port}/postgres"),
    )
    .await;
    check(
        "postgresql://postgres:sesame@127.0.0.1:1/postgres",
        "cannot reach 127.0.0.1:1/postgres: ",
    )
    .await;
    check(
        "postgresql//postgres:sesame@host=5/postgres",
        "is no PostgreSQL address",
    )
    .await;
    check(
        &format!("postgresql://postgres:sesame@127.0.0.1:{port}/postgres?sslmode=sesame"),
        "sslmode in its url takes: ",
    )
    .await;
}
