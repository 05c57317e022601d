//! The kinds that a system stores, and how values get into them.

use crate::date::{self, Zone};
use treaty_sdk::Value;

/// What is written in a value; an error for a set of several.
pub fn text(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Instant(micros) => date::write_utc(*micros)?,
        Value::Choices(choices) => match &choices[..] {
            [] => String::new(),
            [only] => only.clone(),
            _ => {
                return Err(format!(
                    "{} choices do not fit one text; hint: split(;)",
                    choices.len()
                ));
            }
        },
        value => value.as_text().unwrap_or_default().to_owned(),
    })
}

/// A value as a system's own kind. `standing` is what stands there now: of a
/// point in time only the day is replaced by a day.
pub fn fit(
    value: Value,
    kind: &str,
    standing: Option<&Value>,
    zone: &Zone,
) -> Result<Value, String> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    match (kind, value) {
        ("text", value) => text(&value).map(Value::Text),
        ("integer", Value::Integer(number)) => Ok(Value::Integer(number)),
        ("integer", value) => {
            let text = text(&value)?;
            let number = text.parse();
            number
                .map(Value::Integer)
                .map_err(|_| format!("{text:?} is no whole number, and the system stores one"))
        }
        ("decimal", value) => crate::number::plain(&text(&value)?).map(Value::Decimal),
        ("boolean", value) => crate::normal::boolean(value),
        ("date", Value::Date(day)) => Ok(Value::Date(day)),
        ("date", Value::Instant(micros)) => date::day_of(micros, zone).map(Value::Date),
        ("date", value) => date::iso_day(&text(&value)?).map(Value::Date),
        ("instant", Value::Instant(micros)) => Ok(Value::Instant(micros)),
        ("instant", Value::Date(day)) => {
            let standing = standing.and_then(Value::as_instant);
            date::at_day(&day, standing, zone).map(Value::Instant)
        }
        ("instant", value) => date::iso_instant(&text(&value)?).map(Value::Instant),
        ("choices", Value::Choices(choices)) => Ok(Value::Choices(choices)),
        ("choices", value) => Ok(Value::from_choices([text(&value)?])),
        ("reference", value) => text(&value).map(Value::Reference),
        ("json", Value::Json(json)) => Ok(Value::Json(json)),
        ("json", value) => crate::json::write(&value).map(Value::Json),
        (_, value) => Ok(value),
    }
}
