//! What a table and a server must be like for their changes to be decoded.

use treaty_systems::{Connector, Source, SystemError};

use super::{OPTIONS, begin, database, drain, ids, run, start};
use crate::{Database, connect};

#[tokio::test]
async fn keys_are_written_as_ids_are() {
    let database = database(
        "CREATE TABLE t (b boolean, c char(5), n numeric(8, 2), u uuid, note text,
                         PRIMARY KEY (b, c, n, u))",
    )
    .await;
    let cursor = begin(&database).await;
    let uuid = "0b8f6d3e-1f0a-4a5e-9d0e-3f8f7c6b5a49";
    run(
        &database,
        &format!("INSERT INTO t VALUES (true, 'ab', 1.5, '{uuid}', repeat('x', 20))"),
    );
    let (inserted, cursor) = drain(&database, &cursor, 100).await;
    let id = format!("[\"true\",\"ab\",\"1.50\",\"{uuid}\"]");
    assert_eq!(ids(&inserted).join(";"), id);
    run(&database, "DELETE FROM t");
    let (deleted, _) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&deleted), [format!("-{id}")]);
}

#[tokio::test]
async fn a_key_that_deletes_do_not_show_is_refused_with_the_statement() {
    let database = database(
        "CREATE TABLE t (id integer PRIMARY KEY, code text NOT NULL UNIQUE, nick text UNIQUE)",
    )
    .await;
    let check = async |key: &str, how: &str| {
        let source = Source {
            key: vec![key.to_owned()],
            ..Source::named("t")
        };
        let page = database.connector.changes(&source, None, 10).await;
        let message = page.expect_err("it is refused").to_string();
        let expected = format!("run: ALTER TABLE \"public\".\"t\" REPLICA IDENTITY {how}");
        assert!(message.ends_with(&expected), "{message}");
        run(&database, &format!("ALTER TABLE t REPLICA IDENTITY {how}"));
        let page = database.connector.changes(&source, None, 10).await;
        let cursor = page.expect("now it works").next;
        run(
            &database,
            "INSERT INTO t VALUES (1, 'x', 'y'); DELETE FROM t",
        );
        let page = database.connector.changes(&source, Some(&cursor), 10).await;
        assert_eq!(page.expect("it is read").changes.len(), 1);
    };
    check("code", "USING INDEX t_code_key").await;
    check("nick", "FULL").await;
}

#[tokio::test]
async fn what_is_missing_says_what_an_administrator_can_run() {
    let schema = "CREATE TABLE t (id integer PRIMARY KEY)";
    let refused = async |connector: &dyn Connector| {
        let page = connector
            .changes(&Source::named("public.t"), None, 10)
            .await;
        let error = page.expect_err("it is refused");
        assert!(matches!(error, SystemError::Forbidden { .. }), "{error}");
        error.to_string()
    };
    let usual = Database::new(schema, OPTIONS).await;
    let message = refused(&*usual.connector).await;
    assert!(
        message.contains("run: ALTER SYSTEM SET wal_level = logical, and restart"),
        "{message}"
    );

    let server = start("1");
    let database = Database::on(&server, schema, OPTIONS).await;
    let execute = |sql: &str| server.execute(&database.name, sql).expect("it is run");
    execute(
        "CREATE ROLE clerk LOGIN PASSWORD 'clerk-password';
         GRANT SELECT, INSERT, UPDATE, DELETE ON t TO clerk",
    );
    let url = (database.url).replace("postgres:for-tests-only", "clerk:clerk-password");
    let clerk = connect(&url, OPTIONS).await.expect("it opens");
    let message = refused(&*clerk).await;
    let (_, statement) = message
        .split_once("its owner can run: ")
        .expect("a statement");
    assert!(
        statement.starts_with("CREATE PUBLICATION treaty_t_"),
        "{message}"
    );
    execute(statement);
    let message = refused(&*clerk).await;
    assert!(
        message.ends_with("run: ALTER ROLE clerk REPLICATION"),
        "{message}"
    );
    execute("ALTER ROLE clerk REPLICATION; SELECT pg_create_physical_replication_slot('taken')");
    let message = refused(&*clerk).await;
    assert!(
        message.contains("run: ALTER SYSTEM SET max_replication_slots = "),
        "{message}"
    );
    execute("SELECT pg_drop_replication_slot('taken')");
    let page = clerk.changes(&Source::named("public.t"), None, 10).await;
    let cursor = page.expect("nothing is missing").next;
    execute("INSERT INTO t VALUES (1)");
    let page = clerk
        .changes(&Source::named("public.t"), Some(&cursor), 10)
        .await;
    assert_eq!(page.expect("it is read").changes.len(), 1);
    let error = connect(&url, &[("changes", "decoding"), ("slots", "Treaty")])
        .await
        .err();
    let message = error.expect("it is refused").to_string();
    assert!(
        message.contains("option slots takes a lower case letter"),
        "{message}"
    );
}
