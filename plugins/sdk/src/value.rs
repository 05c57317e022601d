//! Values and cells: what a field holds.

use crate::contract::types::Value;

impl Value {
    /// A text.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A set of choices, brought into the order that the contract asks for.
    pub fn from_choices<T: Into<String>>(choices: impl IntoIterator<Item = T>) -> Self {
        let mut choices: Vec<String> = choices.into_iter().map(Into::into).collect();
        choices.sort_unstable();
        choices.dedup();
        Self::Choices(choices)
    }

    /// Whether the field is said to be empty.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What is written in a text, a decimal, a date, a reference or JSON;
    /// nothing for the kinds that are not written as text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text)
            | Self::Decimal(text)
            | Self::Date(text)
            | Self::Reference(text)
            | Self::Json(text) => Some(text),
            _ => None,
        }
    }

    /// The choices of a set.
    pub fn as_choices(&self) -> Option<&[String]> {
        match self {
            Self::Choices(choices) => Some(choices),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A point in time, in microseconds since 1970.
    pub fn as_instant(&self) -> Option<i64> {
        match self {
            Self::Instant(micros) => Some(*micros),
            _ => None,
        }
    }

    /// True or false.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The kind of the value, by its name in the contract.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "boolean",
            Self::Integer(_) => "integer",
            Self::Decimal(_) => "decimal",
            Self::Text(_) => "text",
            Self::Date(_) => "date",
            Self::Instant(_) => "instant",
            Self::Choices(_) => "choices",
            Self::Reference(_) => "reference",
            Self::Json(_) => "json",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(choices: [&str; N]) -> Self {
        Self::from_choices(choices)
    }
}
