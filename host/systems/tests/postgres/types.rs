//! Types: what is kept exactly, and what is refused.

use treaty_model::{OwnKind, Timestamp, Value};
use treaty_systems::{Action, Outcome, Source, SystemWrite};

use crate::{Database, decimal};

const TYPES: &str = "
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN short AS varchar(3);
CREATE TABLE t (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    small smallint, big bigint, exact numeric, single real, double double precision,
    yes boolean, day date, moment timestamptz, wall timestamp, span interval, address inet,
    feeling mood, short short, words text[], numbers integer[], tree jsonb, raw bytea,
    twice bigint GENERATED ALWAYS AS (big * 2) STORED,
    always integer GENERATED ALWAYS AS IDENTITY
);";

/// A value for every field that can be written.
fn values() -> [(&'static str, Value); 16] {
    [
        ("small", Value::Integer(-7)),
        ("big", Value::Integer(9_007_199_254_740_993)),
        ("exact", decimal("12345678901234567890123456789.0123456789")),
        ("single", decimal("0.1")),
        ("double", decimal("0.30000000000000004")),
        ("yes", Value::Boolean(true)),
        ("day", Value::Date("2026-02-28".into())),
        (
            "moment",
            Value::Instant(Timestamp::parse("2026-03-01T12:30:00.123456Z").expect("a time")),
        ),
        ("wall", Value::text("2026-03-01 12:30:00.5")),
        ("span", Value::text("1 day 02:00:00")),
        ("address", Value::text("10.0.0.0/8")),
        ("feeling", Value::text("glad")),
        ("short", Value::text("abc")),
        ("words", Value::Json("[\"a\",\"b,\\\"c\\\"\",null]".into())),
        ("numbers", Value::Json("[3,1,2]".into())),
        ("tree", Value::Json("{\"a\": [1, 2]}".into())),
    ]
}

#[tokio::test]
async fn types_are_kept_exactly() {
    let database = Database::new(TYPES, &[]).await;
    let source = Source::named("t");
    let schema = database
        .connector
        .describe(&source)
        .await
        .expect("it is there");
    let read_only: Vec<_> = (schema.fields.iter())
        .filter(|field| field.read_only)
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(read_only, ["raw", "twice", "always"]);
    let raw = schema.position("raw").expect("it is there");
    assert_eq!(schema.fields[raw].kind, OwnKind::Unsupported);
    assert_eq!(schema.fields[raw].native, "bytea");

    let values = values();
    let mut row = vec![None; schema.fields.len()];
    for (field, value) in &values {
        row[schema.position(field).expect("it is there")] = Some(value.clone());
    }
    let create = || Action::Create {
        values: row.clone(),
    };
    let outcomes = database.write("t", vec![create(), create()]).await;
    let [Outcome::Done(Some(record)), Outcome::Done(Some(twin))] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    for (field, value) in &values {
        let position = schema.position(field).expect("it is there");
        assert_eq!(record.own[position].as_ref(), Some(value), "{field}");
    }
    let twice = schema.position("twice").expect("it is there");
    assert_eq!(
        record.own[twice],
        Some(Value::Integer(18_014_398_509_481_986))
    );
    assert_eq!(record.own[raw], None);
    // As a condition every kind holds, for an update and for a removal.
    let delete = Action::Delete {
        id: twin.id.clone(),
        expected: twin.own.clone(),
    };
    let update = Action::Update {
        id: record.id.clone(),
        values: row
            .iter()
            .map(|cell| cell.as_ref().map(|_| Value::Null))
            .collect(),
        expected: record.own.clone(),
    };
    let writes = [("clear", update), ("remove", delete)].map(|(intent, action)| SystemWrite {
        intent: intent.into(),
        action,
    });
    let outcomes = database.connector.write(&source, &writes).await;
    let outcomes = outcomes.expect("it is sent");
    assert!(
        matches!(&outcomes[..], [Outcome::Done(Some(_)), Outcome::Done(None)]),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_field() {
    let database = Database::new(
        "CREATE DOMAIN short AS varchar(3);
         CREATE TABLE t (id integer PRIMARY KEY, a varchar(3), b short, c smallint,
             d numeric(4, 2), e text NOT NULL DEFAULT 'x', f double precision, g text UNIQUE);
         INSERT INTO t (id, g) VALUES (1, 'one'), (2, 'two')",
        &[],
    )
    .await;
    let update = |position: usize, value: Value| {
        let mut values = vec![None; 8];
        values[position] = Some(value);
        Action::Update {
            id: "1".into(),
            values,
            expected: vec![None; 8],
        }
    };
    let outcomes = database
        .write(
            "t",
            vec![
                update(1, Value::text("four")),
                update(2, Value::text("four")),
                update(3, Value::Integer(100_000)),
                update(4, decimal("1234.5")),
                update(4, Value::Null),
                update(5, Value::Null),
                update(6, decimal("0.12345678901234567890")),
                update(7, Value::text("two")),
                update(7, Value::text("a\0b")),
                update(1, Value::text("abc")),
            ],
        )
        .await;
    let shown: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Refused { field, .. } => field.clone().unwrap_or_else(|| "?".to_owned()),
            Outcome::Done(_) => "done".to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        ["?", "?", "?", "?", "done", "e", "f", "g", "g", "done"]
    );
    assert_eq!(database.run("SELECT a, b FROM t WHERE id = 1"), "abc|\n");
}

#[tokio::test]
async fn unkeepable_values_are_named() {
    let database = Database::new(
        "CREATE TABLE t (id integer PRIMARY KEY, exact numeric, moment timestamptz)",
        &[],
    )
    .await;
    for (column, value) in [("exact", "NaN"), ("moment", "infinity")] {
        database.run(&format!(
            "DELETE FROM t; INSERT INTO t (id, {column}) VALUES (7, '{value}')"
        ));
        let error = database
            .connector
            .get(&Source::named("t"), &["7".into()])
            .await;
        let message = error.expect_err("it cannot be kept").to_string();
        assert!(message.starts_with("public.t 7 in "), "{message}");
        assert!(
            message.contains(&format!("{column:?} holds {value}")),
            "{message}"
        );
    }
}
