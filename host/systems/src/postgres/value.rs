//! Values between PostgreSQL's text forms and Treaty's kinds.

use treaty_model::{Cell, Timestamp, Value};

use crate::convert::{convert, day, kind_name};
use crate::postgres::schema::{Column, Storage};

/// The expression that reads a column as text.
pub(super) fn reading(column: &Column, name: &str) -> String {
    match column.storage {
        Storage::Array => format!("to_json({name})::text"),
        Storage::Unsupported => "NULL::text".to_owned(),
        _ => format!("{name}::text"),
    }
}

/// The expression that makes a column's value of a parameter of type text.
pub(super) fn writing(column: &Column, place: usize) -> String {
    let cast = &column.cast;
    match column.storage {
        Storage::Array => format!(
            "CASE WHEN ${place}::text IS NOT NULL THEN \
             ARRAY(SELECT jsonb_array_elements_text(${place}::text::jsonb))::{cast}[] END"
        ),
        _ => format!("${place}::text::{cast}"),
    }
}

/// What a text that the server wrote says, or why Treaty cannot keep it.
pub(super) fn decode(column: &Column, text: Option<String>) -> Result<Cell, String> {
    if column.storage == Storage::Unsupported {
        return Ok(None);
    }
    let Some(text) = text else {
        return Ok(Some(Value::Null));
    };
    let value = match column.storage {
        Storage::Text => return Ok(Some(Value::Text(text))),
        Storage::Json | Storage::Array => return Ok(Some(Value::Json(text))),
        Storage::Integer => text.parse().ok().map(Value::Integer),
        Storage::Numeric => text.parse().ok().map(Value::Decimal),
        // The server may write an exponent; Rust writes the same shortest
        // digits without one.
        Storage::Single => plain::<f32>(&text).map(Value::Decimal),
        Storage::Double => plain::<f64>(&text).map(Value::Decimal),
        Storage::Boolean => Some(Value::Boolean(text == "true")),
        Storage::Date => day(&text).map(Value::Date),
        Storage::Instant => instant(&text).map(Value::Instant),
        Storage::Unsupported => None,
    };
    value.map(Some).ok_or_else(|| {
        format!(
            "column {:?} holds {text}, which is no {} that Treaty can keep; correct the row",
            column.name,
            kind_name(column.storage.kind())
        )
    })
}

fn plain<F: std::str::FromStr + ToString>(text: &str) -> Option<treaty_model::Decimal> {
    text.parse::<F>().ok()?.to_string().parse().ok()
}

/// The point in time that the server writes as `2026-11-20 10:00:00.5+00`.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let time = text.strip_suffix("+00")?.replacen(' ', "T", 1);
    Timestamp::parse(&format!("{time}Z")).ok()
}

/// A value as the text of a parameter, or why it cannot be stored.
pub(super) fn encode(column: &Column, value: &Value) -> Result<Option<String>, String> {
    let text = match convert(column.storage.kind(), value)? {
        Value::Null => return Ok(None),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Decimal(value) => {
            let back = match column.storage {
                Storage::Single => plain::<f32>(value.as_str()),
                Storage::Double => plain::<f64>(value.as_str()),
                _ => Some(value.clone()),
            };
            if back.as_ref() != Some(&value) {
                return Err(format!(
                    "a binary fraction cannot keep {value} exactly; make the column numeric"
                ));
            }
            value.to_string()
        }
        Value::Instant(value) => value.to_string(),
        Value::Json(text) if column.storage == Storage::Array => flat_array(text)?,
        Value::Text(text) | Value::Date(text) | Value::Json(text) | Value::Reference(text) => text,
        Value::Choices(_) => return Err("an array has an order, and a set has none".to_owned()),
    };
    if text.contains('\0') {
        return Err("the text has a NUL character, which PostgreSQL cannot store".to_owned());
    }
    Ok(Some(text))
}

fn flat_array(text: String) -> Result<String, String> {
    let parsed: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("it is no JSON: {error}"))?;
    let is_flat = parsed.as_array().is_some_and(|elements| {
        elements
            .iter()
            .all(|element| !element.is_array() && !element.is_object())
    });
    if is_flat {
        Ok(text)
    } else {
        Err("an array column takes a JSON array of texts, numbers and booleans".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_the_server_writes_it() {
        let check = |text, expected: Option<&str>| {
            let time = instant(text).map(|time| time.to_string());
            assert_eq!(time.as_deref(), expected, "{text}");
        };
        check("2026-11-20 10:00:00+00", Some("2026-11-20T10:00:00Z"));
        check(
            "2026-11-20 10:00:00.123456+00",
            Some("2026-11-20T10:00:00.123456Z"),
        );
        check("infinity", None);
        check("0044-03-15 12:00:00+00 BC", None);
    }

    #[test]
    fn a_float_is_its_shortest_decimal() {
        let check = |text, expected: &str| {
            let found = plain::<f64>(text).map(|decimal| decimal.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        };
        check("1e+21", "1000000000000000000000");
        check("0.1", "0.1");
        check("1e-07", "0.0000001");
        assert_eq!(plain::<f64>("NaN"), None);
        assert_eq!(plain::<f64>("Infinity"), None);
    }
}
