//! What logical decoding needs.

use std::sync::LazyLock;

use treaty_postgres_server::{PostgresServer, Setup};
use treaty_systems::{Connector, Source};

use super::Database;
use crate::read;
use crate::told::Told;

/// A server whose log can be decoded, with room for one reader.
static LOGICAL: LazyLock<PostgresServer> = LazyLock::new(|| {
    let setup = Setup::default()
        .setting("wal_level", "logical")
        .setting("max_replication_slots", "1")
        .setting("synchronous_commit", "on");
    PostgresServer::start_with(&setup).expect("a server starts")
});

const OPTIONS: &[(&str, &str)] = &[("changes", "decoding")];

/// Tells why the changes of a person cannot be decoded; gives the message.
async fn failed(
    told: &mut Told,
    situation: &str,
    connector: &dyn Connector,
    key: &[&str],
) -> String {
    let source = Source {
        key: key.iter().map(|&column| column.to_owned()).collect(),
        ..Source::named("public.person")
    };
    let page = read(connector, &source).await;
    let message = page.as_ref().err().map(ToString::to_string);
    told.failed(situation, page);
    message.unwrap_or_default()
}

#[tokio::test]
async fn what_decoding_lacks() {
    let mut told = Told::default();
    let schema = "CREATE TABLE person (id integer PRIMARY KEY, code text NOT NULL UNIQUE,
                                       nick text UNIQUE)";
    let usual = Database::new(schema, OPTIONS).await;
    usual.told(&mut told);
    let keeps = "a server that keeps too little";
    failed(&mut told, keeps, &*usual.connector, &[]).await;

    let database = Database::on(&LOGICAL, schema, OPTIONS).await;
    database.told(&mut told);
    told.hide(&database.name, "<database>");
    let clerk = database
        .role("clerk", "GRANT SELECT ON person TO clerk", OPTIONS)
        .await;
    failed(
        &mut told,
        "a key that deletes do not show, with an index",
        &*clerk,
        &["code"],
    )
    .await;
    failed(
        &mut told,
        "a key that deletes do not show",
        &*clerk,
        &["nick"],
    )
    .await;
    let message = failed(&mut told, "a table that is not published", &*clerk, &[]).await;
    let (_, statement) = message
        .split_once("its owner can run: ")
        .expect("a statement");
    let name = statement.split_whitespace().nth(2).expect("a name");
    told.hide(name, "<slot>");
    database.run(&format!(
        "CREATE PUBLICATION {name} FOR TABLE person WITH (publish = 'insert')"
    ));
    failed(
        &mut told,
        "a table that is published in part",
        &*database.connector,
        &[],
    )
    .await;
    database.run(&format!("DROP PUBLICATION {name}; {statement}"));
    failed(&mut told, "a role that may have no slot", &*clerk, &[]).await;
    database
        .run("ALTER ROLE clerk REPLICATION; SELECT pg_create_physical_replication_slot('taken')");
    failed(&mut told, "no slot left", &*clerk, &[]).await;
    database.run("SELECT pg_drop_replication_slot('taken')");

    let program = database.program().await;
    let hold = "BEGIN; INSERT INTO person VALUES (1, 'a', 'b')";
    program.batch_execute(hold).await.expect("it begins");
    let hasty = [OPTIONS, &[("lock-timeout-ms", "100")]].concat();
    let url = database
        .url
        .replace("postgres:for-tests-only", "clerk:secret");
    let hasty = super::at(&url, &hasty).await.expect("it opens");
    failed(&mut told, "a transaction that does not end", &*hasty, &[]).await;
    insta::assert_snapshot!(told.text());
}
