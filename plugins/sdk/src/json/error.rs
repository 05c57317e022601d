//! What is wrong with a configuration, in words.

use std::fmt;

use serde::de::{Expected, Unexpected};

/// Keys from the outside in, and what is wrong there. Values are told without
/// the way in which the standard library prints floating numbers.
#[derive(Debug)]
pub(super) struct Error {
    place: String,
    message: String,
}

impl Error {
    pub(super) fn new(message: String) -> Self {
        Self {
            place: String::new(),
            message,
        }
    }

    /// The error of a value under a key.
    pub(super) fn under(mut self, key: &str) -> Self {
        self.place = match self.place.is_empty() {
            true => key.to_owned(),
            false => [key, ".", &self.place].concat(),
        };
        self
    }

    pub(super) fn into_message(self) -> String {
        match self.place.is_empty() {
            true => self.message,
            false => [&self.place, ": ", &self.message].concat(),
        }
    }
}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", in_words(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }
}

fn in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Other(what) => what,
        Unexpected::Str(text) => return format!("`{text}`"),
        Unexpected::Unsigned(number) => return number.to_string(),
        Unexpected::Signed(number) => return number.to_string(),
        Unexpected::Bool(_) => "true or false",
        Unexpected::Float(_) => "a number",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
    .to_owned()
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
