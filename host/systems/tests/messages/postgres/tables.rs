//! Tables and rows that cannot be read.

use treaty_systems::Source;

use super::Database;
use crate::told::Told;
use crate::{read, read_behind};

#[tokio::test]
async fn tables_that_cannot_be_used() {
    let mut told = Told::default();
    let database = Database::new("", &[]).await;
    database.told(&mut told);
    let person = || database.source.clone();
    told.failed(
        "no table at all",
        read(&*database.connector, &person()).await,
    );
    database.run(
        "CREATE TABLE firm (id integer PRIMARY KEY);
         CREATE TABLE person (id integer PRIMARY KEY, name text, born date UNIQUE);
         CREATE TABLE loose (id integer, name text)",
    );
    let with = |change: &dyn Fn(&mut Source)| {
        let mut source = person();
        change(&mut source);
        source
    };
    let column = |name: &str| Some(name.to_owned());
    for (situation, source) in [
        ("no such table", Source::named("human")),
        ("a table without a primary key", Source::named("loose")),
        (
            "no column for the key",
            with(&|source| source.key = vec!["nr".to_owned()]),
        ),
        (
            "a key that can be twice",
            with(&|source| source.key = vec!["name".to_owned()]),
        ),
        (
            "a key of days",
            with(&|source| source.key = vec!["born".to_owned()]),
        ),
        (
            "no column for the time of change",
            with(&|source| source.updated = column("at")),
        ),
        (
            "no column for the actor",
            with(&|source| source.actor = column("by")),
        ),
        (
            "no column for the archived mark",
            with(&|source| source.archived = column("old")),
        ),
    ] {
        told.failed(situation, read(&*database.connector, &source).await);
    }
    let many: String = (0..50)
        .map(|n| format!("CREATE TABLE t{n:02} ();"))
        .collect();
    database.run(&many);
    let human = read(&*database.connector, &Source::named("human")).await;
    told.failed("no such table among many", human);
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn ways_that_cannot_be_taken() {
    let mut told = Told::default();
    let schema = "CREATE TABLE person (id integer PRIMARY KEY, at text);
                  INSERT INTO person VALUES (1, 'soon')";
    let database = Database::new(schema, &[("changes", "watermark")]).await;
    database.told(&mut told);
    let mut source = database.source.clone();
    let unnamed = read(&*database.connector, &source).await;
    told.failed("a watermark without a column for it", unnamed);
    source.updated = Some("at".to_owned());
    let soon = read(&*database.connector, &source).await;
    told.failed("a time of change that is a text", soon);
    source.updated = None;
    let source = Source::named("public.person");
    let rights = "GRANT SELECT ON person TO reader";
    let reader = database.role("reader", rights, &[]).await;
    told.failed("a role that may only read", read(&*reader, &source).await);
    let log = database.role("stranger", "", &[("changes", "log")]).await;
    told.failed("a log that a role may not keep", read(&*log, &source).await);
    database.run("CREATE SCHEMA treaty AUTHORIZATION stranger");
    told.failed(
        "a trigger that a role may not make",
        read(&*log, &source).await,
    );
    let blind = database.role("blind", "", &[]).await;
    told.failed("a role that may do nothing", read(&*blind, &source).await);
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn rows_that_cannot_be_read() {
    let mut told = Told::default();
    for (situation, columns, values) in [
        (
            "a day without end",
            "id integer PRIMARY KEY, born date",
            "1, 'infinity'",
        ),
        (
            "a day before the first year",
            "id integer PRIMARY KEY, born date",
            "1, '0044-03-15 BC'",
        ),
        (
            "a time without end",
            "id integer PRIMARY KEY, at timestamptz",
            "1, '-infinity'",
        ),
        (
            "a number that is none",
            "id integer PRIMARY KEY, size numeric",
            "1, 'NaN'",
        ),
        (
            "a fraction that is none",
            "id integer PRIMARY KEY, size float8",
            "1, 'Infinity'",
        ),
        (
            "a row without its key",
            "id integer UNIQUE, name text",
            "NULL, 'Anna'",
        ),
    ] {
        let schema =
            format!("CREATE TABLE person ({columns}); INSERT INTO person VALUES ({values})");
        let mut database = Database::new(&schema, &[]).await;
        database.source.key = vec!["id".to_owned()];
        database.told(&mut told);
        told.failed(
            situation,
            read(&*database.connector, &database.source).await,
        );
    }
    let schema = "CREATE TABLE person (a integer, b integer, PRIMARY KEY (a, b))";
    let database = Database::new(schema, &[]).await;
    database.told(&mut told);
    let cursor = read_behind(&*database.connector, &database.source).await;
    database
        .run("INSERT INTO treaty.changes (source, key, op) VALUES ('public.person', '7', 'put')");
    let changes = database
        .connector
        .changes(&database.source, Some(&cursor), 100);
    told.failed(
        "an entry of the log that Treaty did not make",
        changes.await,
    );
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn tables_that_others_hold() {
    let mut told = Told::default();
    let schema = "CREATE TABLE person (id integer PRIMARY KEY, name text);
                  INSERT INTO person SELECT n, 'Anna' FROM generate_series(1, 20) AS n";
    let database = Database::new(schema, &[]).await;
    database.told(&mut told);
    let program = database.program().await;
    let hold = "BEGIN; LOCK TABLE person IN ACCESS EXCLUSIVE MODE";
    program.batch_execute(hold).await.expect("it begins");
    let locked = read(&*database.connector, &database.source).await;
    told.failed("a table that somebody has locked", locked);
    program.batch_execute("ROLLBACK").await.expect("it ends");
    database.run(
        "ALTER TABLE person ENABLE ROW LEVEL SECURITY;
         CREATE POLICY slow ON person USING (pg_sleep(3600)::text IS NOT NULL)",
    );
    let options = [("statement-timeout-ms", "300"), ("changes", "watermark")];
    let patient = database
        .role("patient", "GRANT SELECT ON person TO patient", &options)
        .await;
    let slow = patient
        .get(&Source::named("public.person"), &["1".into()])
        .await;
    told.failed("a statement that takes too long", slow);
    insta::assert_snapshot!(told.text());
}
