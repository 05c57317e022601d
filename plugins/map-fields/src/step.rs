//! One step of a transform, in both directions.

use crate::date::{Pattern, Zone};
use crate::json::Pointer;
use crate::names::Part;
use crate::number::Style;
use crate::own;
use crate::words::{Booleans, Words};
use crate::{normal, phone};
use treaty_sdk::Value;

/// One step. Reading takes a value towards its canonical form.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Without spaces around it.
    Trim,
    /// In a case.
    Case(Case),
    /// Without this before it.
    Prefix(String),
    /// Without this after it.
    Suffix(String),
    /// An e-mail address.
    Email {
        /// Whether what is no address is a problem.
        strict: bool,
    },
    /// A phone number.
    Phone {
        /// Whether what is no number is a problem.
        strict: bool,
    },
    /// A number written in some style.
    Number(Style),
    /// A day written in some pattern.
    Date(Pattern),
    /// A point in time written in some pattern.
    Instant(Pattern),
    /// Two words for true and false.
    Boolean(Booleans),
    /// Other words.
    Map(Words),
    /// A set written as one text.
    Split(String),
    /// A part of a full name.
    Part(Part),
    /// A place in a JSON value.
    Json(Pointer),
}

/// Upper and lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// all small
    Lower,
    /// ALL LARGE
    Upper,
    /// Each Word
    Title,
}

/// Where a column stands: what its steps need to know besides the value.
#[derive(Clone, Debug)]
pub struct Place {
    /// The region for phone numbers without a country.
    pub region: Option<phone::Region>,
    /// The time zone.
    pub zone: Zone,
}

impl Step {
    /// Reads: an own value, which is not null, one step towards its canonical
    /// form.
    pub fn read(&self, value: Value, place: &Place) -> Result<Value, String> {
        match self {
            Self::Trim => each(value, |text| Ok(text.trim().to_owned())),
            Self::Case(case) => each(value, |text| Ok(case.apply(text))),
            Self::Prefix(prefix) => each(value, |text| {
                Ok(text
                    .strip_prefix(prefix.as_str())
                    .unwrap_or(text)
                    .to_owned())
            }),
            Self::Suffix(suffix) => each(value, |text| {
                Ok(text
                    .strip_suffix(suffix.as_str())
                    .unwrap_or(text)
                    .to_owned())
            }),
            Self::Email { strict } => each(value, |text| normal::email(text, *strict)),
            Self::Phone { strict } => {
                each(value, |text| phone::normal(text, place.region, *strict))
            }
            Self::Number(style) => match value {
                Value::Text(text) => style.parse(&text).map(Value::Decimal),
                other => Ok(other),
            },
            Self::Date(pattern) => match value {
                Value::Text(text) => pattern.parse_date(&text).map(Value::Date),
                other => Ok(other),
            },
            Self::Instant(pattern) => pattern.parse_instant(&value, &place.zone),
            Self::Boolean(words) => words.parse(value),
            Self::Map(words) => each(value, |text| words.read_word(text)),
            Self::Split(separator) => Ok(match value {
                Value::Text(text) => Value::from_choices(items(&text, separator)),
                other => other,
            }),
            Self::Part(part) => Ok(part.read_from(&own::text(&value)?)),
            Self::Json(pointer) => pointer.read_from(&own::text(&value)?),
        }
    }

    /// Writes: a value one step towards its own form. `standing` is what stands
    /// at this step's own side now.
    pub fn write(
        &self,
        value: Value,
        standing: Option<&Value>,
        place: &Place,
    ) -> Result<Value, String> {
        let standing_text = || standing.and_then(|value| own::text(value).ok());
        match self {
            // These two know how to write null: they keep what is around it.
            Self::Part(part) => Ok(part.write_into(standing_text().as_deref(), &value)),
            Self::Json(pointer) => pointer.write_into(standing_text().as_deref(), &value),
            _ if value.is_null() => Ok(Value::Null),
            Self::Trim | Self::Case(_) | Self::Email { .. } | Self::Phone { .. } => Ok(value),
            Self::Prefix(prefix) => each(value, |text| Ok(format!("{prefix}{text}"))),
            Self::Suffix(suffix) => each(value, |text| Ok(format!("{text}{suffix}"))),
            Self::Number(style) => style.write(&own::text(&value)?).map(Value::Text),
            Self::Date(pattern) => pattern.write_date(&own::text(&value)?).map(Value::Text),
            Self::Instant(pattern) => pattern.write_instant(&value, &place.zone),
            Self::Boolean(words) => words.write(&value),
            Self::Map(words) => each(value, |text| words.write_word(text)),
            Self::Split(separator) => match value {
                Value::Choices(choices) => Ok(Value::Text(choices.join(separator))),
                other => Ok(other),
            },
        }
    }

    /// Why the step can be read but not written, if that is so.
    pub fn one_way(&self) -> Option<&'static str> {
        match self {
            Self::Map(words) => words.one_way(),
            _ => None,
        }
    }
}

impl Case {
    fn apply(self, text: &str) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Title => {
                let mut titled = String::with_capacity(text.len());
                let mut within = false;
                for character in text.chars() {
                    match within {
                        true => titled.extend(character.to_lowercase()),
                        false => titled.push(single_upper(character)),
                    }
                    within = character.is_alphanumeric() || character == '\'';
                }
                titled
            }
        }
    }
}

/// The capital letter, where it is one letter: `ß` stays, or it would grow with
/// every reading.
fn single_upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

/// A change of text, made to each item of a set.
fn each(value: Value, change: impl Fn(&str) -> Result<String, String>) -> Result<Value, String> {
    match value {
        Value::Choices(choices) => {
            let changed: Result<Vec<_>, _> = choices.iter().map(|item| change(item)).collect();
            Ok(Value::from_choices(changed?))
        }
        value => change(&own::text(&value)?).map(Value::Text),
    }
}

fn items<'a>(text: &'a str, separator: &'a str) -> impl Iterator<Item = &'a str> {
    let bare = match separator.trim() {
        "" => separator,
        bare => bare,
    };
    text.split(bare)
        .map(str::trim)
        .filter(|item| !item.is_empty())
}
