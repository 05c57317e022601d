//! What the server says of itself.

use std::time::{SystemTime, UNIX_EPOCH};

use treaty_postgres_server::{PostgresServer, Setup};

use crate::Database;

const TABLE: &str = "CREATE TABLE t (id integer PRIMARY KEY)";

fn micros_now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("it is after 1970").as_micros() as i64
}

#[tokio::test]
async fn the_clock_and_the_connections_are_the_servers() {
    let setup = Setup::default().setting("max_connections", "20");
    let server = PostgresServer::start_with(&setup).expect("a server starts");
    let database = Database::on(&server, TABLE, &[]).await;
    let before = micros_now();
    let vitals = database.connector.vitals().await.expect("it says");
    let clock = vitals.clock.expect("it has one").as_micros();
    // Not the clock that the connector was handed, which always says noon.
    assert!((before..=micros_now()).contains(&clock), "{clock}");
    let connections = &vitals.quotas[0];
    assert_eq!(connections.what, "connections");
    // Three are kept for superusers.
    assert_eq!(connections.limit, Some(17));
    assert!((1..17).contains(&connections.used), "{connections:?}");
    assert_eq!(vitals.quotas.len(), 1, "no slot was made");
}

#[tokio::test]
async fn a_slot_says_how_much_of_the_log_it_keeps() {
    let setup = Setup::default()
        .setting("wal_level", "logical")
        .setting("max_slot_wal_keep_size", "64MB")
        .setting("synchronous_commit", "on");
    let server = PostgresServer::start_with(&setup).expect("a server starts");
    let database = Database::on(&server, TABLE, &[("changes", "decoding")]).await;
    let page = database.page("t", None, 100).await;
    let kept = async || {
        let vitals = database.connector.vitals().await.expect("it says");
        let slots = vitals.quotas.into_iter();
        let mut slots = slots.filter(|quota| quota.what.contains("kept by the slot treaty_t_"));
        let slot = slots.next().expect("the slot is told");
        assert_eq!(slots.next(), None);
        slot
    };
    let slot = kept().await;
    assert_eq!((slot.limit, slot.left_min), (Some(64), 6));
    assert!(!slot.is_short(), "{slot:?}");
    let fill = "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1048576))
                FROM generate_series(1, 60)";
    server.execute(&database.name, fill).expect("it is written");
    let filled = kept().await;
    assert!(filled.used >= 58 && filled.is_short(), "{filled:?}");
    // Where the changes are read, and kept, the slot lets go of the log.
    let read = database.page("t", Some(&page.next), 100).await;
    database.page("t", Some(&read.next), 100).await;
    let let_go = kept().await;
    assert!(let_go.used <= filled.used, "{let_go:?}");
}
