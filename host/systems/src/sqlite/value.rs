//! Values between SQLite's storage classes and Treaty's kinds.

use rusqlite::types::{Value as Stored, ValueRef};
use treaty_model::{Cell, Decimal, Timestamp, Value};

use crate::convert::{convert, day, kind_name};
use crate::sqlite::schema::{Column, Storage};

/// How a column writes points in time: as its other rows do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum InstantStyle {
    /// `2026-11-20 10:00:00`, as `CURRENT_TIMESTAMP` does.
    #[default]
    Spaced,
    /// `2026-11-20T10:00:00`
    Bare,
    /// `2026-11-20T10:00:00Z`
    Zoned,
}

impl InstantStyle {
    /// The style of a stored text.
    pub(super) fn of(text: &str) -> Self {
        match (text.contains('T'), has_zone(text)) {
            (_, true) => Self::Zoned,
            (true, false) => Self::Bare,
            (false, false) => Self::Spaced,
        }
    }

    fn write(self, time: Timestamp) -> String {
        let text = time.to_string();
        match self {
            Self::Zoned => text,
            Self::Bare => text.trim_end_matches('Z').to_owned(),
            Self::Spaced => text.trim_end_matches('Z').replacen('T', " ", 1),
        }
    }
}

/// What a stored value says, or why it cannot be what its column declares.
pub(super) fn decode(column: &Column, stored: ValueRef<'_>) -> Result<Cell, String> {
    if column.storage == Storage::Unsupported {
        return Ok(None);
    }
    let misfit = || {
        format!(
            "column {:?} holds {} where its type says {}; correct the row",
            column.name,
            shown(stored),
            kind_name(column.storage.kind())
        )
    };
    let text = |bytes: &[u8]| {
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| {
            format!(
                "column {:?} holds bytes that are no UTF-8; correct the row",
                column.name
            )
        })
    };
    let value = match (column.storage, stored) {
        (_, ValueRef::Null) => Some(Value::Null),
        (Storage::Text | Storage::NumericText, ValueRef::Text(bytes)) => {
            Some(Value::Text(text(bytes)?))
        }
        (Storage::NumericText, ValueRef::Integer(number)) => Some(Value::text(number.to_string())),
        (Storage::NumericText, ValueRef::Real(number)) => Some(Value::text(number.to_string())),
        (Storage::Integer, ValueRef::Integer(number)) => Some(Value::Integer(number)),
        (Storage::Real | Storage::Numeric, ValueRef::Integer(number)) => {
            number.to_string().parse().ok().map(Value::Decimal)
        }
        (Storage::Real | Storage::Numeric, ValueRef::Real(number)) => {
            number.to_string().parse().ok().map(Value::Decimal)
        }
        (Storage::Numeric, ValueRef::Text(bytes)) => text(bytes)?.parse().ok().map(Value::Decimal),
        (Storage::Boolean, ValueRef::Integer(number @ (0 | 1))) => {
            Some(Value::Boolean(number == 1))
        }
        (Storage::Date, ValueRef::Text(bytes)) => day(&text(bytes)?).map(Value::Date),
        (Storage::Instant, ValueRef::Text(bytes)) => instant(&text(bytes)?).map(Value::Instant),
        (Storage::Json, ValueRef::Text(bytes)) => {
            let text = text(bytes)?;
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            is_json.then_some(Value::Json(text))
        }
        _ => None,
    };
    value.map(Some).ok_or_else(misfit)
}

/// A value in the form that a column stores, or why it cannot be stored.
pub(super) fn encode(
    column: &Column,
    value: &Value,
    style: InstantStyle,
) -> Result<Stored, String> {
    Ok(match convert(column.storage.kind(), value)? {
        Value::Null => Stored::Null,
        Value::Boolean(value) => Stored::Integer(i64::from(value)),
        Value::Integer(value) => Stored::Integer(value),
        Value::Decimal(value) => decimal(column, &value)?,
        Value::Instant(value) => Stored::Text(style.write(value)),
        Value::Text(text) | Value::Date(text) | Value::Json(text) | Value::Reference(text) => {
            if text.contains('\0') {
                return Err("the text has a NUL character, which SQL cannot handle".to_owned());
            }
            Stored::Text(text)
        }
        Value::Choices(_) => return Err("SQLite has no sets".to_owned()),
    })
}

/// SQLite has no exact decimals: a whole number or a binary fraction is stored,
/// and only where it reads back as what it was.
fn decimal(column: &Column, value: &Decimal) -> Result<Stored, String> {
    if column.storage == Storage::Numeric
        && let Ok(whole) = value.as_str().parse()
    {
        return Ok(Stored::Integer(whole));
    }
    let number: f64 = value.as_str().parse().unwrap_or(f64::NAN);
    let reads_back = number
        .to_string()
        .parse::<Decimal>()
        .is_ok_and(|back| back == *value);
    if reads_back {
        Ok(Stored::Real(number))
    } else {
        Err(format!(
            "SQLite cannot keep {value} exactly in a column of this type; declare it as TEXT"
        ))
    }
}

/// The point in time that a text says; without a zone it is UTC.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let mut full = text.trim().replacen(' ', "T", 1);
    if full.len() == 10 {
        full.push_str("T00:00:00");
    }
    if !has_zone(text) {
        full.push('Z');
    }
    Timestamp::parse(&full).ok()
}

fn has_zone(text: &str) -> bool {
    let time = text.get(10..).unwrap_or_default();
    time.ends_with('Z') || time.contains(['+', '-'])
}

fn shown(stored: ValueRef<'_>) -> String {
    match stored {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => format!("the integer {number}"),
        ValueRef::Real(number) => format!("the number {number}"),
        ValueRef::Text(bytes) => {
            let text: String = String::from_utf8_lossy(bytes).chars().take(40).collect();
            format!("the text {text:?}")
        }
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_and_written_in_its_style() {
        let check = |text: &str, expected: Option<&str>| {
            let found = instant(text);
            assert_eq!(found.map(|time| time.to_string()).as_deref(), expected);
            if let Some(time) = found.filter(|_| text.len() > 10) {
                assert_eq!(instant(&InstantStyle::of(text).write(time)), Some(time));
            }
        };
        check("2026-11-20 10:00:00", Some("2026-11-20T10:00:00Z"));
        check("2026-11-20T10:00:00.5", Some("2026-11-20T10:00:00.5Z"));
        check("2026-11-20T10:00:00+02:00", Some("2026-11-20T08:00:00Z"));
        check("2026-11-20", Some("2026-11-20T00:00:00Z"));
        check("soon", None);
    }
}
