//! Values on their way into a system: the form that a field's kind asks for,
//! where that loses nothing.

use treaty_model::{Cell, Decimal, OwnField, OwnKind, Row, Timestamp, Value};

/// The value in the form of a field's kind.
///
/// What a rule made need not be of the kind that the system stores (a reference
/// in an integer column, a number in a text column). It is converted where the
/// conversion can be undone; anything else is refused with a message for a
/// person.
pub(crate) fn convert(kind: OwnKind, value: &Value) -> Result<Value, String> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let converted = match kind {
        OwnKind::Text => plain_text(value).map(Value::Text),
        OwnKind::Reference => plain_text(value).map(Value::Reference),
        OwnKind::Integer => integer(value).map(Value::Integer),
        OwnKind::Decimal => decimal(value).map(Value::Decimal),
        OwnKind::Boolean => match value {
            Value::Boolean(_) => Some(value.clone()),
            Value::Text(text) if text == "true" => Some(Value::Boolean(true)),
            Value::Text(text) if text == "false" => Some(Value::Boolean(false)),
            _ => None,
        },
        OwnKind::Date => match value {
            Value::Date(text) | Value::Text(text) => day(text).map(Value::Date),
            _ => None,
        },
        OwnKind::Instant => match value {
            Value::Instant(_) => Some(value.clone()),
            Value::Text(text) => Timestamp::parse(text).ok().map(Value::Instant),
            _ => None,
        },
        OwnKind::Choices => match value {
            Value::Choices(_) => Some(value.clone()),
            _ => None,
        },
        OwnKind::Json => json(value).map(Value::Json),
        OwnKind::Unsupported => None,
    };
    converted.ok_or_else(|| {
        let kind = kind_name(kind);
        format!("holds {kind}, and was given {} {value}", value.kind())
    })
}

/// A kind as messages say it.
pub(crate) fn kind_name(kind: OwnKind) -> &'static str {
    match kind {
        OwnKind::Text => "text",
        OwnKind::Integer => "integer",
        OwnKind::Decimal => "decimal",
        OwnKind::Boolean => "boolean",
        OwnKind::Date => "date",
        OwnKind::Instant => "instant",
        OwnKind::Choices => "choices",
        OwnKind::Reference => "reference",
        OwnKind::Json => "json",
        OwnKind::Unsupported => "what Treaty cannot keep",
    }
}

/// Whether the value of an archived field means yes: true, a time, or any text
/// or number but those that say no.
pub(crate) fn says_archived(value: &Cell) -> bool {
    match value {
        None | Some(Value::Null | Value::Boolean(false) | Value::Integer(0)) => false,
        Some(Value::Text(text)) => !matches!(
            text.trim().to_ascii_lowercase().as_str(),
            "" | "0" | "false" | "f" | "no" | "n"
        ),
        Some(_) => true,
    }
}

/// Whether what stands in a field is what the caller saw there. Absent: the
/// caller does not say, so anything will do.
pub(crate) fn is_expected(field: &OwnField, standing: &Cell, expected: &Cell) -> bool {
    let Some(expected) = expected else {
        return true;
    };
    let Some(standing) = standing else {
        return false;
    };
    standing == expected
        || convert(field.kind, expected).is_ok_and(|expected| *standing == expected)
}

/// Whether everything that the caller saw of a row still stands: what a write
/// that removes the row asks.
pub(crate) fn still_stands(
    field: impl Fn(usize) -> OwnField,
    standing: &Row,
    expected: &Row,
) -> bool {
    expected
        .iter()
        .enumerate()
        .filter(|(_, expected)| expected.is_some())
        .all(|(position, expected)| {
            let standing = standing.get(position);
            standing.is_some_and(|standing| is_expected(&field(position), standing, expected))
        })
}

/// Whether a text is a day of the calendar, `2026-11-20`; the text itself.
pub(crate) fn day(text: &str) -> Option<String> {
    let day: jiff::civil::Date = text.parse().ok()?;
    (day.to_string() == text).then(|| text.to_owned())
}

fn plain_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) | Value::Date(text) | Value::Reference(text) | Value::Json(text) => {
            text.clone()
        }
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Decimal(value) => value.to_string(),
        Value::Instant(value) => value.to_string(),
        Value::Null | Value::Choices(_) => return None,
    })
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(value) => Some(*value),
        Value::Decimal(value) => value.as_str().parse().ok(),
        // `007` and `+7` would not come back as they were.
        Value::Text(text) | Value::Reference(text) => text
            .parse::<i64>()
            .ok()
            .filter(|number| number.to_string() == *text),
        _ => None,
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(value) => Some(value.clone()),
        Value::Integer(value) => value.to_string().parse().ok(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn json(value: &Value) -> Option<String> {
    match value {
        Value::Json(text) => serde_json::from_str::<serde::de::IgnoredAny>(text)
            .is_ok()
            .then(|| text.clone()),
        Value::Choices(choices) => serde_json::to_string(choices).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: OwnKind, value: Value, expected: Result<Value, &str>) {
        let expected = expected.map_err(str::to_owned);
        assert_eq!(convert(kind, &value), expected, "{kind:?} from {value}");
    }

    #[test]
    fn a_value_takes_the_form_of_its_field() {
        check(OwnKind::Text, Value::Integer(7), Ok(Value::text("7")));
        check(
            OwnKind::Integer,
            Value::Reference("12".into()),
            Ok(Value::Integer(12)),
        );
        check(OwnKind::Integer, Value::Null, Ok(Value::Null));
        check(
            OwnKind::Json,
            Value::choices(["b".to_owned(), "a".to_owned()]),
            Ok(Value::Json("[\"a\",\"b\"]".into())),
        );
    }

    #[test]
    fn what_would_not_come_back_is_refused() {
        check(
            OwnKind::Integer,
            Value::text("007"),
            Err("holds integer, and was given text \"007\""),
        );
        check(
            OwnKind::Date,
            Value::Date("2026-02-30".into()),
            Err("holds date, and was given date 2026-02-30"),
        );
        check(
            OwnKind::Text,
            Value::choices(["a".to_owned()]),
            Err("holds text, and was given choices {a}"),
        );
    }
}
