//! Checks what a rule answers before anyone uses it, and brings values into the
//! host's normal form.

use treaty_model::{Cell, FieldProblem, Row, SetupField, Timestamp, Trouble, Value, ValueKind};

use crate::contract::mapper::FieldProblemOut;
use crate::contract::types::{RowOut, ValueOut};
use crate::text::cut_owned;
use crate::{Fault, Limits};

/// Whether a kind of value fits a field. `kind` is what the setup says of the
/// field: a semantic type of a canonical field (`email`, `money`, …), or what a
/// system stores in an own field (`text`, `decimal`, …).
///
/// Null fits everything. A type that the sandbox does not know is text.
pub fn fits(kind: &str, value: ValueKind) -> bool {
    use ValueKind as Kind;
    let wanted: &[Kind] = match kind {
        "money" | "number" | "decimal" => &[Kind::Decimal, Kind::Integer],
        "integer" => &[Kind::Integer],
        "date" | "birth-date" => &[Kind::Date],
        "instant" => &[Kind::Instant],
        "boolean" => &[Kind::Boolean],
        "choices" => &[Kind::Choices],
        "reference" => &[Kind::Reference],
        "json" => &[Kind::Json],
        "unsupported" => &[],
        _ => &[Kind::Text],
    };
    value == Kind::Null || wanted.contains(&value)
}

/// A row that is as long as its schema and whose values fit it.
pub(crate) fn row(limits: &Limits, fields: &[SetupField], row: RowOut) -> Result<Row, Fault> {
    if row.len() != fields.len() {
        let (has, wants) = (row.len(), fields.len());
        return Err(Fault::malformed(format!(
            "a row of {has} values where the schema has {wants} fields"
        )));
    }
    let cell = |(field, cell): (&SetupField, Option<ValueOut>)| -> Result<Cell, Fault> {
        cell.map(|given| value(limits, field, given)).transpose()
    };
    fields.iter().zip(row).map(cell).collect()
}

/// A value that fits its field, in normal form.
pub(crate) fn value(limits: &Limits, field: &SetupField, given: ValueOut) -> Result<Value, Fault> {
    let value = normal(limits, given)
        .map_err(|problem| Fault::malformed(format!("field {:?}: {problem}", field.name)))?;
    if fits(&field.kind, value.kind()) {
        return Ok(value);
    }
    Err(Fault::malformed(format!(
        "field {:?}: a value of kind {} does not fit a field of type {}",
        field.name,
        value.kind(),
        field.kind
    )))
}

fn normal(limits: &Limits, given: ValueOut) -> Result<Value, String> {
    let short = |text: String| {
        if text.len() <= limits.text_bytes {
            return Ok(text);
        }
        let (has, most) = (text.len(), limits.text_bytes);
        Err(format!("a text of {has} bytes; at most {most} are allowed"))
    };
    Ok(match given {
        ValueOut::Null => Value::Null,
        ValueOut::Boolean(value) => Value::Boolean(value),
        ValueOut::Integer(value) => Value::Integer(value),
        ValueOut::Text(text) => Value::Text(short(text)?),
        ValueOut::Reference(text) => Value::Reference(short(text)?),
        ValueOut::Decimal(text) => {
            Value::Decimal(short(text)?.parse().map_err(|error| format!("{error}"))?)
        }
        ValueOut::Date(text) => {
            if !is_date(&text) {
                return Err(format!(
                    "{:?} is no date such as 2026-11-20",
                    cut_owned(text, 40)
                ));
            }
            Value::Date(text)
        }
        ValueOut::Instant(micros) => {
            let time = Timestamp::from_micros(micros);
            if time.as_micros() != micros {
                return Err(format!("{micros} microseconds is beyond the year 9999"));
            }
            Value::Instant(time)
        }
        ValueOut::Choices(choices) => {
            let (has, most) = (choices.len(), limits.list_elements);
            if has > most {
                return Err(format!("{has} choices; at most {most} are allowed"));
            }
            let choices: Result<Vec<_>, _> = choices.into_iter().map(short).collect();
            Value::choices(choices?)
        }
        ValueOut::Json(text) => {
            let text = short(text)?;
            serde_json::from_str::<serde::de::IgnoredAny>(&text)
                .map_err(|error| format!("a value that is no JSON ({error})"))?;
            Value::Json(text)
        }
    })
}

/// Whether a text is a day of the Gregorian calendar, `2026-11-20`.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return false;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to]
            .iter()
            .fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Problems of fields that there are, with messages of a bearable length.
pub(crate) fn problems(
    limits: &Limits,
    fields: &[SetupField],
    problems: Vec<FieldProblemOut>,
) -> Result<Vec<FieldProblem>, Fault> {
    if problems.len() > fields.len() {
        let (has, most) = (problems.len(), fields.len());
        return Err(Fault::malformed(format!(
            "{has} problems in a row of {most} fields"
        )));
    }
    let problem = |FieldProblemOut { field, message }| {
        self::field(fields, field)?;
        Ok(FieldProblem {
            field,
            message: cut_owned(message, limits.message_bytes),
            trouble: Trouble::Unread,
        })
    };
    problems.into_iter().map(problem).collect()
}

/// The field at a place that a rule names.
pub(crate) fn field(fields: &[SetupField], at: u32) -> Result<&SetupField, Fault> {
    fields.get(at as usize).ok_or_else(|| {
        let count = fields.len();
        Fault::malformed(format!("field {at} of a schema of {count} fields"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_fit_fields() {
        let check = |kind, value, expected| assert_eq!(fits(kind, value), expected, "{kind}");
        check("email", ValueKind::Text, true);
        check("email", ValueKind::Null, true);
        check("email", ValueKind::Integer, false);
        check("money", ValueKind::Decimal, true);
        check("money", ValueKind::Integer, true);
        check("money", ValueKind::Text, false);
        check("integer", ValueKind::Decimal, false);
        check("birth-date", ValueKind::Date, true);
        check("choice", ValueKind::Text, true);
        check("choices", ValueKind::Choices, true);
        check("choices", ValueKind::Text, false);
        check("reference", ValueKind::Reference, true);
        check("json", ValueKind::Json, true);
        check("unsupported", ValueKind::Text, false);
        check("shoe-size", ValueKind::Text, true);
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        let check = |text, expected| assert_eq!(is_date(text), expected, "{text}");
        check("2026-11-20", true);
        check("2024-02-29", true);
        check("2000-02-29", true);
        check("1900-02-29", false);
        check("2026-02-29", false);
        check("2026-04-31", false);
        check("2026-13-01", false);
        check("2026-00-10", false);
        check("2026-1-1", false);
        check("20261120", false);
        check("2026-11-2é", false);
    }

    #[test]
    fn values_come_in_normal_form() {
        let limits = Limits {
            text_bytes: 5,
            list_elements: 2,
            ..Limits::default()
        };
        let check = |given, expected: Result<Value, &str>| {
            assert_eq!(normal(&limits, given), expected.map_err(str::to_owned));
        };
        let decimal = |text: &str| Value::Decimal(text.parse().expect("a decimal"));
        check(ValueOut::Decimal("1.50".into()), Ok(decimal("1.5")));
        check(
            ValueOut::Decimal("1e5".into()),
            Err("\"1e5\" is no decimal number such as -12.5"),
        );
        check(
            ValueOut::Text("abcdef".into()),
            Err("a text of 6 bytes; at most 5 are allowed"),
        );
        check(
            ValueOut::Choices(vec!["b".into(), "a".into()]),
            Ok(Value::Choices(vec!["a".into(), "b".into()])),
        );
        check(
            ValueOut::Choices(vec!["b".into(), "a".into(), "c".into()]),
            Err("3 choices; at most 2 are allowed"),
        );
        check(
            ValueOut::Date("2026-02-30".into()),
            Err("\"2026-02-30\" is no date such as 2026-11-20"),
        );
        assert!(normal(&limits, ValueOut::Json("{]".into())).is_err());
        assert!(normal(&limits, ValueOut::Instant(i64::MAX)).is_err());
    }
}
