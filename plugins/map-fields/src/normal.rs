//! The normal form of each semantic type: what a canonical value looks like,
//! whatever a system made of it. Normalising twice is normalising once.
//! For each type: `../../reference.md`.
//!
//! A text with nothing in it is null, for every type.

use crate::date;
use crate::own;
use crate::phone;
use crate::step::Place;
use treaty_sdk::Value;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// What the values of a field mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Semantic {
    /// Text of any kind.
    Text,
    /// A name, where spaces say nothing.
    Name,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A host's name.
    Domain,
    /// An address on the web.
    Website,
    /// A number of any kind.
    Number,
    /// A day.
    Date,
    /// A point in time.
    Instant,
    /// True or false.
    Boolean,
    /// A set of choices.
    Choices,
    /// Another record.
    Reference,
    /// Anything else.
    Json,
}

impl Semantic {
    /// By the name that the field table uses. Every other type is text.
    pub fn of(name: &str) -> Self {
        match name {
            "email" => Self::Email,
            "phone" => Self::Phone,
            "first-name" | "last-name" | "full-name" | "organisation" => Self::Name,
            "domain" => Self::Domain,
            "website" => Self::Website,
            "money" | "number" => Self::Number,
            "date" | "birth-date" => Self::Date,
            "instant" => Self::Instant,
            "boolean" => Self::Boolean,
            "choices" => Self::Choices,
            "reference" => Self::Reference,
            "json" => Self::Json,
            _ => Self::Text,
        }
    }

    /// The normal form of a value.
    pub fn normal(self, value: Value, place: &Place) -> Result<Value, String> {
        if is_blank(&value) {
            return Ok(Value::Null);
        }
        let normal = self.filled(value, place)?;
        // Of a domain such as `.` nothing is left.
        Ok(if is_blank(&normal) {
            Value::Null
        } else {
            normal
        })
    }

    /// The normal form of a value that holds something.
    fn filled(self, value: Value, place: &Place) -> Result<Value, String> {
        let text = |change: fn(&str) -> String| Ok(Value::Text(change(&own::text(&value)?)));
        match self {
            Self::Text => text(plain),
            Self::Name => text(spaced),
            Self::Domain => text(domain),
            Self::Website => text(website),
            Self::Email => email(&own::text(&value)?, false).map(Value::Text),
            Self::Phone => {
                phone::normal(&plain(&own::text(&value)?), place.region, false).map(Value::Text)
            }
            Self::Number => crate::number::plain(&own::text(&value)?).map(Value::Decimal),
            Self::Date => match &value {
                Value::Instant(micros) => date::day_of(*micros, &place.zone),
                other => date::iso_day(&own::text(other)?),
            }
            .map(Value::Date),
            Self::Instant => match &value {
                Value::Instant(micros) => Ok(*micros),
                Value::Date(day) => date::at_day(day, None, &place.zone),
                other => date::iso_instant(&own::text(other)?),
            }
            .map(Value::Instant),
            Self::Boolean => boolean(value),
            Self::Choices => match value {
                Value::Choices(choices) => Ok(Value::from_choices(
                    choices
                        .iter()
                        .map(|item| plain(item))
                        .filter(|item| !item.is_empty()),
                )),
                Value::Json(json) => crate::json::choices(&json),
                other => Ok(Value::from_choices([plain(&own::text(&other)?)])),
            },
            Self::Reference => Ok(Value::Reference(own::text(&value)?.trim().to_owned())),
            Self::Json => crate::json::normal(&own::text(&value)?).map(Value::Json),
        }
    }
}

/// Whether there is nothing in a value.
pub fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Choices(choices) => choices.iter().all(|item| item.trim().is_empty()),
        value => value.as_text().is_some_and(|text| text.trim().is_empty()),
    }
}

/// An address in lower case.
pub fn email(text: &str, strict: bool) -> Result<String, String> {
    let address = plain(&plain(text).to_lowercase());
    let whole = address.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && host.contains('.') && !host.contains('@')
    });
    match strict && (!whole || address.contains(char::is_whitespace)) {
        true => Err(format!("{text:?} is no e-mail address")),
        false => Ok(address),
    }
}

/// True or false, as systems store it.
pub fn boolean(value: Value) -> Result<Value, String> {
    if let Value::Boolean(_) = value {
        return Ok(value);
    }
    match own::text(&value)?.trim().to_lowercase().as_str() {
        "true" | "1" => Ok(Value::Boolean(true)),
        "false" | "0" => Ok(Value::Boolean(false)),
        other => Err(format!(
            "{other:?} is neither true nor false; hint: boolean(yes/no)"
        )),
    }
}

fn plain(text: &str) -> String {
    let text = text.trim();
    if text.is_ascii() && !text.contains('\r') {
        return text.to_owned();
    }
    let text = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    };
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text,
    }
}

fn spaced(text: &str) -> String {
    let text = plain(text);
    let mut spaced = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}

fn domain(text: &str) -> String {
    let text = plain(&plain(text).to_lowercase());
    text.trim_end_matches('.').trim_end().to_owned()
}

fn website(text: &str) -> String {
    let text = plain(text);
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            (format!("{}://", scheme.to_lowercase()), rest)
        }
        _ => (String::new(), text.as_str()),
    };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    plain(&format!("{scheme}{}{path}", host.to_lowercase()))
}
