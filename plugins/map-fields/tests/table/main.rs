//! What a field table does, column by column, and what `check` finds in one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod columns;
mod records;
mod several;

use map_fields::MapFields;
use treaty_sdk::{
    Cell, Field, Inbound, InboundAnswer, Mapper, Outbound, Purpose, Record, Rule, Setup, Value,
};

/// A setup with one canonical field and one system, `crm`, that stores texts.
fn one(kind: &str, transform: &str) -> Setup {
    Setup::of("contact")
        .field("it", kind)
        .cell("crm", "own")
        .cell("crm.transform", transform)
        .system("crm", &[("own", "text")])
        .system_attribute("default-region", "DE")
        .done()
}

fn read(setup: &Setup, own: &[Cell]) -> Result<Vec<Cell>, String> {
    let rule = MapFields::new(setup).unwrap();
    let inbound = Inbound {
        setup,
        own: Record::new(&setup.systems[0].fields, own),
        known: Record::new(&setup.canonical, &[]),
    };
    match rule.read(0, inbound).map_err(|error| error.message)? {
        InboundAnswer::LeftOut(reason) => Err(format!("left out: {reason}")),
        InboundAnswer::Read(read) => match read.problems.first() {
            Some(problem) => Err(problem.message.clone()),
            None => Ok(read.canonical),
        },
    }
}

fn write(
    setup: &Setup,
    canonical: &[Cell],
    own: &[Cell],
    purpose: Purpose,
) -> Result<Vec<Cell>, String> {
    let rule = MapFields::new(setup).unwrap();
    let outbound = Outbound {
        setup,
        canonical: Record::new(&setup.canonical, canonical),
        own: Record::new(&setup.systems[0].fields, own),
        purpose,
    };
    let written = rule.write(0, outbound).map_err(|error| error.message)?;
    match written.problems.first() {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(written.own),
    }
}

/// One own text reads as a value, and stays as it is when that value is
/// written.
fn reads(kind: &str, transform: &str, own: &str, expected: impl Into<Value>) {
    let (setup, own) = (one(kind, transform), [Some(Value::from(own))]);
    let canonical = read(&setup, &own).unwrap();
    assert_eq!(canonical, [Some(expected.into())], "{kind} {transform}");
    let written = write(&setup, &canonical, &own, Purpose::Update).unwrap();
    assert_eq!(written, [None], "{kind} {transform}: it stays as it is");
}

/// A value written over an own text.
fn writes(kind: &str, transform: &str, over: &str, value: impl Into<Value>, expected: &str) {
    let (setup, own) = (one(kind, transform), [Some(Value::from(over))]);
    let written = write(&setup, &[Some(value.into())], &own, Purpose::Update).unwrap();
    assert_eq!(written, [Some(Value::from(expected))], "{kind} {transform}");
}

fn refuses(kind: &str, transform: &str, own: &str, expected: &str) {
    let message = read(&one(kind, transform), &[Some(Value::from(own))]).unwrap_err();
    assert!(message.contains(expected), "{message}");
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.to_owned())
}

fn date(text: &str) -> Value {
    Value::Date(text.to_owned())
}
