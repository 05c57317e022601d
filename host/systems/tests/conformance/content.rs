//! What goes in comes out.

use treaty_model::Value;
use treaty_systems::Action;

use crate::world::{Person, World, cell, done, drain, get, row, update_from_now, write};

const TEXTS: &[&str] = &[
    "Jürgen Ångström",
    "山田太郎 👩‍👩‍👧 \u{202e}abc",
    "O'Hara \"the boss\"; DROP TABLE person; --",
    "first line\nsecond line\r\nthird",
    "  spaces, commas; and\ttabs |  ",
    "\\x41 $1 ?1 %s {}",
    "=SUM(A1:A2)",
];

pub async fn texts_survive(world: &dyn World) {
    let mut people = Vec::new();
    for (place, text) in TEXTS.iter().enumerate() {
        people.push(Person::new(i64::try_from(place).expect("few") + 1, text));
    }
    world.put(&people).await;
    let listed = drain(world, None, 100).await;
    for person in &people {
        let record = listed.record(person.id).expect("it is listed");
        assert_eq!(
            cell(world, record, "name").await,
            Some(Value::text(person.name.as_str()))
        );
    }
    for (place, text) in TEXTS.iter().enumerate() {
        let id = (place + 1).to_string();
        let action =
            update_from_now(world, &id, &[("name", Value::text(format!("{text}!")))]).await;
        let record = done(write(world, &format!("w-{id}"), action).await);
        let expected = Some(Value::text(format!("{text}!")));
        assert_eq!(cell(world, &record, "name").await, expected);
        let found = get(world, &id).await.expect("it is there");
        assert_eq!(cell(world, &found, "name").await, expected);
    }
}

pub async fn kinds_survive(world: &dyn World) {
    if !world.traits().typed {
        return;
    }
    let time = Value::Instant("2026-03-01T12:30:00.123456Z".parse_time());
    let score = Value::Decimal("-1234.5678".parse().expect("a decimal"));
    let fields = [
        ("name", Value::text("Anna")),
        ("score", score),
        ("archived", Value::Boolean(false)),
        ("updated", time),
    ];
    let values = row(world, &fields).await;
    let record = done(write(world, "c-1", Action::Create { values }).await);
    for (field, value) in &fields {
        assert_eq!(
            cell(world, &record, field).await.as_ref(),
            Some(value),
            "{field}"
        );
    }
    let found = get(world, record.id.as_str()).await.expect("it is there");
    assert_eq!(found.own, record.own);
    // A condition on any kind of field holds when nothing changed.
    let action = update_from_now(
        world,
        record.id.as_str(),
        &[("score", Value::Null), ("updated", Value::Null)],
    )
    .await;
    let record = done(write(world, "w-1", action).await);
    assert_eq!(cell(world, &record, "score").await, Some(Value::Null));
}

trait ParseTime {
    fn parse_time(self) -> treaty_model::Timestamp;
}

impl ParseTime for &str {
    fn parse_time(self) -> treaty_model::Timestamp {
        treaty_model::Timestamp::parse(self).expect("a time")
    }
}
