//! Keys and the log of changes.

use treaty_model::RemoteId;
use treaty_postgres_server::PostgresServer;
use treaty_systems::{Change, Listing, Source};

use crate::Database;

#[tokio::test]
async fn a_composite_key_and_who_changed_it() {
    let database = Database::new(
        "CREATE TABLE t (country text, number integer, name text, PRIMARY KEY (country, number));
         INSERT INTO t VALUES ('de', 10, 'a'), ('de', 9, 'b'), ('O\"x', 1, 'c')",
        &[],
    )
    .await;
    let first = database.page("public.t", None, 2).await;
    assert_eq!(first.listing, Listing::Continues);
    let second = database.page("public.t", Some(&first.next), 2).await;
    assert_eq!((second.changes.len(), second.listing), (1, Listing::Ends));
    database.run("UPDATE t SET number = 11 WHERE number = 10");
    let then = database.page("public.t", Some(&second.next), 10).await;
    let shown: Vec<_> = then
        .changes
        .iter()
        .map(|change| match change {
            Change::Record(record) => (record.id.as_str(), record.origin.actor.as_deref()),
            Change::Deleted { id, origin, .. } => (id.as_str(), origin.actor.as_deref()),
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("[\"de\",\"10\"]", Some("postgres (psql)")),
            ("[\"de\",\"11\"]", Some("postgres (psql)"))
        ]
    );
    let ids: Vec<RemoteId> = ["[\"O\\\"x\",\"1\"]", "[\"de\",\"x\"]", "nonsense"]
        .map(RemoteId::from)
        .to_vec();
    let found = database.connector.get(&Source::named("t"), &ids).await;
    let found: Vec<_> = found
        .expect("they are read")
        .into_iter()
        .map(|record| record.is_some())
        .collect();
    assert_eq!(found, [true, false, false]);
}

#[tokio::test]
async fn truncate_and_dropped_triggers_list_again() {
    let database = Database::new(
        "CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1), (2)",
        &[],
    )
    .await;
    let listed = database.page("t", None, 10).await;
    database.run("TRUNCATE t; INSERT INTO t VALUES (3)");
    let again = database.page("t", Some(&listed.next), 10).await;
    assert_eq!((again.changes.len(), again.listing), (1, Listing::Ends));
    let quiet = database.page("t", Some(&again.next), 10).await;
    assert_eq!((quiet.changes.len(), quiet.listing), (0, Listing::Changes));
    database.run("DROP TRIGGER treaty_changes ON t; INSERT INTO t VALUES (4)");
    let gap = database.page("t", Some(&quiet.next), 10).await;
    assert_eq!((gap.changes.len(), gap.listing), (2, Listing::Ends));
}

#[tokio::test]
async fn the_log_is_pruned_and_an_old_cursor_lists_again() {
    // What may be pruned depends on the transactions that are open anywhere on
    // the server, so this one is alone on its own.
    let server = PostgresServer::start().expect("a server starts");
    let schema = "CREATE TABLE t (id integer PRIMARY KEY)";
    let database = Database::on(&server, schema, &[("log-keep", "10")]).await;
    let old = database.page("t", None, 10).await.next;
    let mut cursor = old.clone();
    for round in 0..4 {
        let insert = format!(
            "INSERT INTO t SELECT n FROM generate_series({0} * 50 + 1, {0} * 50 + 50) AS n",
            round
        );
        let inserted = server.execute(&database.name, &insert);
        inserted.expect("the program runs");
        let page = database.page("t", Some(&cursor), 100).await;
        assert_eq!(page.changes.len(), 50);
        cursor = page.next;
    }
    let kept = server.execute(&database.name, "SELECT count(*) <= 60 FROM treaty.changes");
    assert_eq!(kept.expect("it is counted"), "t\n");
    let again = database.page("t", Some(&old), 1_000).await;
    assert_eq!((again.changes.len(), again.listing), (200, Listing::Ends));
}

#[tokio::test]
async fn an_open_transaction_holds_nothing_up() {
    let database = Database::new("CREATE TABLE t (id integer PRIMARY KEY)", &[]).await;
    let listed = database.page("t", None, 10).await;
    let (late, connection) = tokio_postgres::connect(&database.url, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    late.batch_execute("BEGIN; INSERT INTO t VALUES (1)")
        .await
        .expect("it begins");
    database.run("INSERT INTO t VALUES (2)");
    let between = database.page("t", Some(&listed.next), 10).await;
    assert_eq!(between.changes.len(), 1, "the other one is shown at once");
    late.batch_execute("COMMIT").await.expect("it ends");
    let after = database.page("t", Some(&between.next), 10).await;
    assert_eq!(after.changes.len(), 1, "and the late one later");
}
