//! Changes by logical decoding: what becomes of the slot, and what is missing.

mod batches;
mod tables;

use std::sync::LazyLock;

use treaty_model::{ActorKind, IntentId, Value};
use treaty_postgres_server::{PostgresServer, Setup};
use treaty_systems::{Action, Change, Cursor, Listing, Outcome, Page, Source, SystemWrite};

use crate::Database;

const OPTIONS: &[(&str, &str)] = &[("changes", "decoding")];

static LOGICAL: LazyLock<PostgresServer> = LazyLock::new(|| start("100"));

/// A server whose log can be decoded; what is not on its disk is not decoded
/// yet, so a commit waits for that.
fn start(slots: &str) -> PostgresServer {
    let setup = Setup::default()
        .setting("wal_level", "logical")
        .setting("max_replication_slots", slots)
        .setting("synchronous_commit", "on");
    PostgresServer::start_with(&setup).expect("a server starts")
}

async fn database(schema: &str) -> Database {
    Database::on(&LOGICAL, schema, OPTIONS).await
}

fn run(database: &Database, sql: &str) -> String {
    LOGICAL
        .execute(&database.name, sql)
        .expect("the program runs")
}

/// All pages of this size behind a cursor, and the last cursor.
async fn drain(database: &Database, cursor: &Cursor, records_max: usize) -> (Vec<Page>, Cursor) {
    let mut pages: Vec<Page> = Vec::new();
    let mut cursor = cursor.clone();
    for _ in 0..1_000 {
        let page = database.page("t", Some(&cursor), records_max).await;
        assert!(page.changes.len() <= records_max, "a page is too long");
        cursor = page.next.clone();
        let more = page.more;
        pages.push(page);
        if !more {
            return (pages, cursor);
        }
    }
    panic!("the changes never end");
}

/// The ids on these pages; `-` before those that are gone.
fn ids(pages: &[Page]) -> Vec<String> {
    let changes = pages.iter().flat_map(|page| &page.changes);
    changes
        .map(|change| match change {
            Change::Record(record) => record.id.to_string(),
            Change::Deleted { id, .. } => format!("-{id}"),
        })
        .collect()
}

fn listed(pages: &[Page]) -> bool {
    pages.iter().any(|page| page.listing == Listing::Ends)
}

async fn begin(database: &Database) -> Cursor {
    let first = database.page("t", None, 100).await;
    assert_eq!(first.listing, Listing::Ends);
    let (_, cursor) = drain(database, &first.next, 100).await;
    cursor
}

const SLOT: &str = "SELECT slot_name FROM pg_replication_slots WHERE database = current_database()";

#[tokio::test]
async fn a_slot_is_named_after_what_it_is_for_and_keeps_what_was_not_acknowledged() {
    let database = database("CREATE TABLE t (id integer PRIMARY KEY)").await;
    let cursor = begin(&database).await;
    let slot = run(&database, SLOT);
    assert!(slot.starts_with("treaty_t_"), "{slot}");
    run(
        &database,
        "INSERT INTO t VALUES (1), (2); DELETE FROM t WHERE id = 1",
    );
    // Whoever is killed before the changes are durable comes with the same cursor.
    let (first, next) = drain(&database, &cursor, 100).await;
    let (again, _) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&first), ["2", "-1"]);
    assert_eq!(ids(&again), ids(&first));
    // The next cursor acknowledges them, and the old one is too old.
    run(&database, "INSERT INTO t VALUES (3)");
    let (then, _) = drain(&database, &next, 100).await;
    assert_eq!((ids(&then), listed(&then)), (vec!["3".to_owned()], false));
    let (old, cursor) = drain(&database, &cursor, 100).await;
    assert!(listed(&old));
    let (quiet, _) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&quiet), Vec::<String>::new());
}

#[tokio::test]
async fn large_transactions_and_changed_keys_are_paged() {
    let mut expected: Vec<String> = (101..=125).map(|id| id.to_string()).collect();
    expected.extend((2..=25).map(|id| format!("-{id}")));
    expected.push("1".to_owned());
    expected.sort();
    for records_max in [1, 2, 7, 1_000] {
        let database = database("CREATE TABLE t (id integer PRIMARY KEY, name text)").await;
        let cursor = begin(&database).await;
        for sql in [
            "INSERT INTO t SELECT n, 'a' FROM generate_series(1, 25) AS n",
            "UPDATE t SET id = id + 100; UPDATE t SET name = 'b' WHERE id = 125",
            "INSERT INTO t VALUES (1, 'again')",
        ] {
            run(&database, sql);
        }
        let (pages, _) = drain(&database, &cursor, records_max).await;
        assert!(!listed(&pages));
        let mut shown = ids(&pages);
        shown.sort();
        shown.dedup();
        assert_eq!(shown, expected, "{records_max}");
    }
}

#[tokio::test]
async fn what_cannot_be_told_lists_again() {
    let database =
        database("CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1)").await;
    let mut cursor = begin(&database).await;
    for gap in [
        "TRUNCATE t; INSERT INTO t VALUES (2)",
        "DO $$ BEGIN PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots
         WHERE database = current_database(); END $$; INSERT INTO t VALUES (3)",
        "DO $$ DECLARE name text := (SELECT pubname FROM pg_publication); BEGIN
         EXECUTE 'DROP PUBLICATION ' || name; INSERT INTO t VALUES (4);
         EXECUTE 'CREATE PUBLICATION ' || name || ' FOR TABLE t'; END $$",
        "DO $$ BEGIN EXECUTE 'DROP PUBLICATION ' || (SELECT pubname FROM pg_publication); END $$;
         INSERT INTO t VALUES (5)",
        "DO $$ BEGIN PERFORM pg_replication_slot_advance(slot_name, pg_current_wal_lsn())
         FROM pg_replication_slots WHERE database = current_database(); END $$",
        "TRUNCATE t",
    ] {
        run(&database, "INSERT INTO t VALUES (99)");
        run(&database, "DELETE FROM t WHERE id = 99");
        run(&database, gap);
        let (pages, next) = drain(&database, &cursor, 100).await;
        assert!(listed(&pages), "{gap}");
        let standing = run(
            &database,
            "SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM t",
        );
        let listing: Vec<Page> = pages
            .into_iter()
            .filter(|page| page.listing == Listing::Ends)
            .collect();
        assert_eq!(ids(&listing).join(","), standing.trim(), "{gap}");
        run(&database, "INSERT INTO t VALUES (50)");
        let (then, after) = drain(&database, &next, 100).await;
        assert_eq!(
            (ids(&then), listed(&then)),
            (vec!["50".to_owned()], false),
            "{gap}"
        );
        run(&database, "DELETE FROM t WHERE id = 50");
        cursor = drain(&database, &after, 100).await.1;
    }
}

#[tokio::test]
async fn other_tables_traffic_moves_the_slot_on() {
    let database =
        database("CREATE TABLE t (id integer PRIMARY KEY); CREATE TABLE other (n integer)").await;
    let cursor = begin(&database).await;
    run(
        &database,
        "INSERT INTO other SELECT n FROM generate_series(1, 20000) AS n",
    );
    // Other tests write to the same server: only what stands now has to be passed.
    let written = run(&database, "SELECT pg_current_wal_lsn() - 100000");
    let behind = format!(
        "SELECT confirmed_flush_lsn < '{}' FROM pg_replication_slots
         WHERE database = current_database()",
        written.trim()
    );
    assert_eq!(run(&database, &behind), "t\n");
    let (pages, cursor) = drain(&database, &cursor, 100).await;
    assert_eq!((pages.len(), ids(&pages).len()), (1, 0));
    let (pages, _) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&pages).len(), 0);
    assert_eq!(run(&database, &behind), "f\n");
}

#[tokio::test]
async fn much_traffic_is_read_in_pieces() {
    let schema = "CREATE TABLE t (id integer PRIMARY KEY); CREATE TABLE other (n integer, x text)";
    let database = database(schema).await;
    let cursor = begin(&database).await;
    run(&database, "INSERT INTO t VALUES (1)");
    // More than the 64 MiB that one page reads.
    run(
        &database,
        "INSERT INTO other SELECT n, repeat('x', 1000) FROM generate_series(1, 80000) AS n",
    );
    run(&database, "INSERT INTO t VALUES (2)");
    let (pages, _) = drain(&database, &cursor, 100).await;
    assert_eq!(
        (ids(&pages), listed(&pages)),
        (vec!["1".into(), "2".into()], false)
    );
    assert!(pages.len() > 1);
}

#[tokio::test]
async fn transactions_come_in_the_order_of_their_commits() {
    let database = database("CREATE TABLE t (id integer PRIMARY KEY)").await;
    let cursor = begin(&database).await;
    let (late, connection) = tokio_postgres::connect(&database.url, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    late.batch_execute("BEGIN; INSERT INTO t VALUES (1)")
        .await
        .expect("it begins");
    run(&database, "INSERT INTO t VALUES (2)");
    let (between, cursor) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&between), ["2"]);
    let (quiet, cursor) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&quiet).len(), 0);
    late.batch_execute("COMMIT").await.expect("it ends");
    let (after, _) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&after), ["1"]);
}

#[tokio::test]
async fn a_transaction_that_is_decoded_and_not_yet_seen_waits() {
    // Its commit is on the server's disk, and it waits for a standby that never
    // comes: it is decoded, and nobody sees it.
    let server = start("10");
    let database = Database::on(&server, "CREATE TABLE t (id integer PRIMARY KEY)", OPTIONS).await;
    let execute = |sql: &str| server.execute(&database.name, sql).expect("it is run");
    let cursor = begin(&database).await;
    execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    execute("SELECT pg_reload_conf()");
    let (waiting, connection) = tokio_postgres::connect(&database.url, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    let commit =
        tokio::spawn(async move { waiting.batch_execute("INSERT INTO t VALUES (1)").await });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while execute(waits) == "0\n" {
        tokio::task::yield_now().await;
    }
    let (pages, cursor) = drain(&database, &cursor, 100).await;
    assert_eq!((ids(&pages).len(), listed(&pages)), (0, false));
    execute("ALTER SYSTEM RESET synchronous_standby_names");
    execute("SELECT pg_reload_conf()");
    commit.await.expect("it is run").expect("it is committed");
    let (pages, _) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&pages), ["1"]);
}

#[tokio::test]
async fn own_writes_are_told_from_later_edits() {
    let database = database(
        "CREATE TABLE t (id integer PRIMARY KEY, name text CHECK (name <> 'no'), gone boolean);
         INSERT INTO t SELECT n, 'a' FROM generate_series(1, 5) AS n",
    )
    .await;
    let cursor = begin(&database).await;
    let update = |id: &str, name: &str| Action::Update {
        id: id.into(),
        values: vec![None, Some(Value::text(name)), None],
        expected: vec![None, Some(Value::text("a")), None],
    };
    let outcomes = database
        .write(
            "t",
            vec![
                update("1", "b"),
                // Its savepoint is rolled back, and with it what was said in it.
                update("2", "no"),
                update("3", "b"),
                Action::Delete {
                    id: "4".into(),
                    expected: Vec::new(),
                },
                // It finds everything as it should be.
                update("5", "a"),
            ],
        )
        .await;
    assert!(
        matches!(outcomes[1], Outcome::Refused { .. }),
        "{outcomes:?}"
    );
    run(
        &database,
        "UPDATE t SET name = 'c' WHERE id IN (2, 3); UPDATE t SET name = 'a' WHERE id = 5",
    );
    let (pages, _) = drain(&database, &cursor, 100).await;
    let mut shown: Vec<_> = (pages.iter().flat_map(|page| &page.changes))
        .map(|change| match change {
            Change::Record(record) => (record.id.as_str(), record.mark.clone(), record.origin.kind),
            Change::Deleted { id, origin, .. } => (id.as_str(), None, origin.kind),
        })
        .collect();
    shown.sort_by_key(|(id, ..)| *id);
    assert_eq!(
        shown,
        [
            ("1", Some(IntentId::from("w-0")), ActorKind::Treaty),
            ("2", None, ActorKind::Unknown),
            ("3", None, ActorKind::Unknown),
            ("4", None, ActorKind::Treaty),
            ("5", None, ActorKind::Unknown),
        ]
    );
}

#[tokio::test]
async fn a_slot_that_lost_its_log_lists_again() {
    let setup = Setup::default()
        .setting("wal_level", "logical")
        .setting("synchronous_commit", "on")
        .setting("max_slot_wal_keep_size", "1MB")
        .setting("min_wal_size", "32MB")
        .setting("max_wal_size", "32MB");
    let server = PostgresServer::start_with(&setup).expect("a server starts");
    let database = Database::on(&server, "CREATE TABLE t (id integer PRIMARY KEY)", OPTIONS).await;
    let cursor = begin(&database).await;
    let execute = |sql: &str| server.execute(&database.name, sql).expect("it is run");
    execute("INSERT INTO t VALUES (1)");
    for _ in 0..6 {
        execute("SELECT pg_switch_wal()");
        execute("CREATE TABLE IF NOT EXISTS filler (n integer); INSERT INTO filler VALUES (1)");
    }
    execute("CHECKPOINT");
    let status = execute("SELECT wal_status FROM pg_replication_slots");
    assert_eq!(status, "lost\n");
    let (pages, cursor) = drain(&database, &cursor, 100).await;
    assert!(listed(&pages));
    assert_eq!(ids(&pages), ["1"]);
    execute("INSERT INTO t VALUES (2)");
    let (then, _) = drain(&database, &cursor, 100).await;
    assert_eq!(ids(&then), ["2"]);
    let writes = [SystemWrite {
        intent: "d-1".into(),
        action: Action::Delete {
            id: "1".into(),
            expected: Vec::new(),
        },
    }];
    let outcomes = database.connector.write(&Source::named("t"), &writes).await;
    assert_eq!(outcomes.expect("it is sent"), [Outcome::Done(None)]);
}
