//! Values and rows: what a field can hold.

use std::fmt;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Timestamp;

/// One value of one field. The same cases as `value` in the rules' contract.
///
/// As JSON, booleans, integers and texts are themselves; the others are an
/// object with one key that names the kind: `{"decimal":"12.5"}`. Null is
/// `{"empty":true}`, so that in a row JSON's own null can stand for absent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Said to be empty.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Unicode text.
    Text(String),
    /// A day, `2026-11-20`.
    Date(String),
    /// A point in time.
    Instant(Timestamp),
    /// A set of choices, sorted and without duplicates: build it with
    /// [`Value::choices`].
    Choices(Vec<String>),
    /// Another record: a link's number in a canonical row, a remote id in a
    /// system's own.
    Reference(String),
    /// JSON text.
    Json(String),
}

/// A position of a row: absent (the system did not say) or a value.
pub type Cell = Option<Value>;

/// Field values in the order of a schema.
pub type Row = Vec<Cell>;

/// The kind of a [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueKind {
    /// [`Value::Null`]
    Null,
    /// [`Value::Boolean`]
    Boolean,
    /// [`Value::Integer`]
    Integer,
    /// [`Value::Decimal`]
    Decimal,
    /// [`Value::Text`]
    Text,
    /// [`Value::Date`]
    Date,
    /// [`Value::Instant`]
    Instant,
    /// [`Value::Choices`]
    Choices,
    /// [`Value::Reference`]
    Reference,
    /// [`Value::Json`]
    Json,
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A set of choices in canonical order.
    pub fn choices(choices: impl IntoIterator<Item = String>) -> Self {
        let mut choices: Vec<_> = choices.into_iter().collect();
        choices.sort();
        choices.dedup();
        Self::Choices(choices)
    }

    /// Which kind of value this is.
    pub fn kind(&self) -> ValueKind {
        match self {
            Self::Null => ValueKind::Null,
            Self::Boolean(_) => ValueKind::Boolean,
            Self::Integer(_) => ValueKind::Integer,
            Self::Decimal(_) => ValueKind::Decimal,
            Self::Text(_) => ValueKind::Text,
            Self::Date(_) => ValueKind::Date,
            Self::Instant(_) => ValueKind::Instant,
            Self::Choices(_) => ValueKind::Choices,
            Self::Reference(_) => ValueKind::Reference,
            Self::Json(_) => ValueKind::Json,
        }
    }

    /// Whether the value is said to be empty.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl fmt::Display for Value {
    /// As a person would write it; null is `(empty)`, text stands in quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("(empty)"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Decimal(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Date(value) => f.write_str(value),
            Self::Instant(value) => write!(f, "{value}"),
            Self::Choices(values) => write!(f, "{{{}}}", values.join(", ")),
            Self::Reference(value) => write!(f, "#{value}"),
            Self::Json(value) => f.write_str(value),
        }
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::Date => "date",
            Self::Instant => "instant",
            Self::Choices => "choices",
            Self::Reference => "reference",
            Self::Json => "json",
        })
    }
}

/// An exact decimal number in plain notation, kept in canonical form: no
/// exponent, no leading plus, no leading or trailing zeros, zero is `0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(String);

/// A text that is no decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no decimal number such as -12.5")]
pub struct DecimalError {
    text: String,
}

impl Decimal {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads plain notation; an exponent is refused, for its zeros could fill
    /// the memory.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let refuse = || DecimalError {
            text: text.chars().take(80).collect(),
        };
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return Err(refuse());
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        if whole.is_empty() && fraction.is_empty() {
            return Ok(Self("0".to_owned()));
        }
        let mut canonical = String::with_capacity(whole.len() + fraction.len() + 3);
        if negative {
            canonical.push('-');
        }
        canonical.push_str(if whole.is_empty() { "0" } else { whole });
        if !fraction.is_empty() {
            canonical.push('.');
            canonical.push_str(fraction);
        }
        Ok(Self(canonical))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kinds that JSON has no form of its own for.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tagged {
    Empty(bool),
    Decimal(String),
    Date(String),
    Instant(Timestamp),
    Choices(Vec<String>),
    Reference(String),
    Json(String),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => Tagged::Empty(true).serialize(serializer),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Decimal(value) => Tagged::Decimal(value.0.clone()).serialize(serializer),
            Self::Date(value) => Tagged::Date(value.clone()).serialize(serializer),
            Self::Instant(value) => Tagged::Instant(*value).serialize(serializer),
            Self::Choices(value) => Tagged::Choices(value.clone()).serialize(serializer),
            Self::Reference(value) => Tagged::Reference(value.clone()).serialize(serializer),
            Self::Json(value) => Tagged::Json(value.clone()).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms)
    }
}

/// Reads a value form by form, without trying one after the other.
struct Forms;

impl<'de> Visitor<'de> for Forms {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean, an integer, a text, or an object with one key that names the kind")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        let fits = i64::try_from(value).map_err(|_| E::custom("an integer has 64 bits"));
        fits.map(Value::Integer)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        Ok(
            match Tagged::deserialize(MapAccessDeserializer::new(map))? {
                Tagged::Empty(_) => Value::Null,
                Tagged::Decimal(value) => Value::Decimal(value.parse().map_err(A::Error::custom)?),
                Tagged::Date(value) => Value::Date(value),
                Tagged::Instant(value) => Value::Instant(value),
                Tagged::Choices(value) => Value::choices(value),
                Tagged::Reference(value) => Value::Reference(value),
                Tagged::Json(value) => Value::Json(value),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_one_form() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                text.parse::<Decimal>().ok().as_ref().map(Decimal::as_str),
                expected,
                "{text}"
            );
        };
        check("12.50", Some("12.5"));
        check("-0.00", Some("0"));
        check("+007", Some("7"));
        check(".5", Some("0.5"));
        check("-0.10", Some("-0.1"));
        check("1e5", None);
        check("", None);
        check(".", None);
        check("1.2.3", None);
        check("--1", None);
        check("é", None);
    }

    #[test]
    fn every_kind_survives_json() {
        let values: Row = vec![
            None,
            Some(Value::Null),
            Some(Value::Boolean(true)),
            Some(Value::Integer(i64::MIN)),
            Some(Value::Decimal("0.10".parse().expect("a decimal"))),
            Some(Value::text("{\"decimal\":\"1\"}")),
            Some(Value::Date("2026-11-20".into())),
            Some(Value::Instant(Timestamp::from_micros(
                1_763_632_800_123_456,
            ))),
            Some(Value::choices([
                "b".to_owned(),
                "a".to_owned(),
                "b".to_owned(),
            ])),
            Some(Value::Reference("12".into())),
            Some(Value::Json("{\"a\":[1]}".into())),
        ];
        let text = serde_json::to_string(&values).expect("values have a JSON form");
        let read: Row = serde_json::from_str(&text).expect("and are read back");
        assert_eq!(read, values);
    }
}
