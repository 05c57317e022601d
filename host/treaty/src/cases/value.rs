//! Values of a case, in the kind that the field table asks for.

use toml::Spanned;
use toml::de::DeValue;
use treaty_model::{Cell, Row, Timestamp, Value};

use crate::document::{Section, Spot};
use crate::names;

/// A field that a row may name, and what it holds.
pub(super) struct Slot<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its semantic type, or what a system stores.
    pub kind: &'a str,
}

/// A row by field names. What is left out is absent.
pub(super) fn row(section: &Section<'_>, what: &str, slots: &[Slot<'_>]) -> Row {
    let mut row: Row = vec![None; slots.len()];
    for (name, given) in section.entries() {
        match position(section, what, &name, slots) {
            Some(at) => row[at] = value(section, &name.value, slots[at].kind, given),
            None => continue,
        }
    }
    row
}

/// The place of a field by its name, or a problem.
pub(super) fn position(
    section: &Section<'_>,
    what: &str,
    name: &Spot<String>,
    slots: &[Slot<'_>],
) -> Option<usize> {
    let found = slots.iter().position(|slot| slot.name == name.value);
    if found.is_none() {
        let known: Vec<_> = slots.iter().map(|slot| slot.name).collect();
        section.report(names::unknown(&name.place, what, &name.value, &known));
    }
    found
}

/// One value of a field; none with a problem where it does not fit.
pub(super) fn value<'d>(
    section: &Section<'d>,
    name: &str,
    kind: &str,
    given: &Spanned<DeValue<'d>>,
) -> Cell {
    if is_null(given.get_ref()) {
        return Some(Value::Null);
    }
    let (read, wanted) = match kind {
        "boolean" => (boolean(given.get_ref()), "true or false"),
        "integer" => (integer(given.get_ref()), "a whole number"),
        "money" | "number" | "decimal" => (number(given.get_ref()), "a number, such as \"12.50\""),
        "date" | "birth-date" => (day(given.get_ref()), "a day, such as \"2026-11-20\""),
        "instant" => (
            instant(given.get_ref()),
            "a time, such as \"2026-11-20T10:00:00Z\"",
        ),
        "choices" => (choices(given.get_ref()), "a list of texts"),
        "reference" => (text(given.get_ref()).map(Value::Reference), "a text"),
        "json" => (text(given.get_ref()).map(Value::Json), "a text of JSON"),
        _ => (text(given.get_ref()).map(Value::Text), "a text"),
    };
    if read.is_none() {
        let wanted = format!("{wanted}, or {{ null = true }}, because it is of type {kind}");
        section.wrong_kind(name, &wanted, given);
    }
    read
}

/// A point in time, written as TOML's own or as a text.
pub(super) fn time(given: &DeValue<'_>) -> Option<Timestamp> {
    let text = match given {
        DeValue::Datetime(time) => time.to_string(),
        other => text(other)?,
    };
    Timestamp::parse(&text).ok()
}

/// `{ null = true }`: said to be empty.
fn is_null(given: &DeValue<'_>) -> bool {
    let DeValue::Table(table) = given else {
        return false;
    };
    let mut entries = table.iter();
    let only = entries.next();
    let says_so = only.is_some_and(|(name, value)| {
        name.get_ref() == "null" && matches!(value.get_ref(), DeValue::Boolean(true))
    });
    says_so && entries.next().is_none()
}

fn text(given: &DeValue<'_>) -> Option<String> {
    match given {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}

fn boolean(given: &DeValue<'_>) -> Option<Value> {
    match given {
        DeValue::Boolean(given) => Some(Value::Boolean(*given)),
        _ => None,
    }
}

fn integer(given: &DeValue<'_>) -> Option<Value> {
    match given {
        DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix())
            .ok()
            .map(Value::Integer),
        _ => None,
    }
}

/// An exact number: of what TOML has for fractions the digits are taken.
fn number(given: &DeValue<'_>) -> Option<Value> {
    let digits = match given {
        DeValue::String(text) => text.to_string(),
        DeValue::Float(digits) => digits.as_str().to_owned(),
        DeValue::Integer(_) => return integer(given),
        _ => return None,
    };
    digits.parse().ok().map(Value::Decimal)
}

fn day(given: &DeValue<'_>) -> Option<Value> {
    let text = match given {
        DeValue::Datetime(time) => time.to_string(),
        other => text(other)?,
    };
    let noon = format!("{text}T12:00:00Z");
    (text.len() == 10 && Timestamp::parse(&noon).is_ok()).then_some(Value::Date(text))
}

fn instant(given: &DeValue<'_>) -> Option<Value> {
    time(given).map(Value::Instant)
}

fn choices(given: &DeValue<'_>) -> Option<Value> {
    let DeValue::Array(items) = given else {
        return None;
    };
    let texts: Option<Vec<_>> = items.iter().map(|item| text(item.get_ref())).collect();
    texts.map(Value::choices)
}
