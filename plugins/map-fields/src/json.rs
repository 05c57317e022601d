//! Values inside a JSON value. Whatever is not touched stays as it is, to the
//! last digit.

use crate::own;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::fmt;
use treaty_sdk::Value;

/// A place in a JSON value: `/address/city`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Reads a pointer in the notation of RFC 6901. Places in lists are not
    /// supported, because what stands third today stands second tomorrow.
    pub fn read(text: &str) -> Result<Self, String> {
        let keys = text.strip_prefix('/').ok_or_else(|| {
            format!("json needs the place of a value, such as /address/city, not {text:?}")
        })?;
        let keys = keys
            .split('/')
            .map(|key| key.replace("~1", "/").replace("~0", "~"));
        Ok(Self(keys.collect()))
    }

    /// What stands there; null where nothing does.
    pub fn read_from(&self, json: &str) -> Result<Value, String> {
        let mut at = parse(json)?;
        for key in &self.0 {
            let object = match Object::read(&at)? {
                Some(object) => object,
                None => return Ok(Value::Null),
            };
            match object.0.into_iter().find(|(known, _)| known == key) {
                Some((_, value)) => at = value,
                None => return Ok(Value::Null),
            }
        }
        read(at.get())
    }

    /// The JSON value with only what stands there replaced.
    pub fn write_into(&self, json: Option<&str>, value: &Value) -> Result<Value, String> {
        let standing = match json.map(str::trim) {
            None | Some("") => parse("{}")?,
            Some(json) => parse(json)?,
        };
        let written = put(&standing, &self.0, value)?;
        Ok(Value::Json(written.get().to_owned()))
    }
}

fn put(standing: &RawValue, keys: &[String], value: &Value) -> Result<Box<RawValue>, String> {
    let Some((key, rest)) = keys.split_first() else {
        return place(standing, value);
    };
    let mut object = match standing.get() {
        "null" => Object(Vec::new()),
        _ => Object::read(standing)?.ok_or_else(|| {
            format!(
                "there is no place for {key:?} in {}",
                shorten(standing.get())
            )
        })?,
    };
    match object.0.iter_mut().find(|(known, _)| known == key) {
        Some((_, standing)) => *standing = put(standing, rest, value)?,
        None if value.is_null() => return Ok(standing.to_owned()),
        None => object
            .0
            .push((key.clone(), put(&parse("null")?, rest, value)?)),
    }
    raw(&object)
}

/// A value in the place of another; where a text stood that says a number, a
/// text stands again.
fn place(standing: &RawValue, value: &Value) -> Result<Box<RawValue>, String> {
    let text_stood = standing.get().starts_with('"');
    match value {
        Value::Decimal(_) | Value::Integer(_) | Value::Boolean(_) if text_stood => {
            raw(&own::text(value)?)
        }
        _ => parse(&write(value)?),
    }
}

/// A JSON value as a value of the contract.
fn read(json: &str) -> Result<Value, String> {
    let broken = |error| format!("{} is no JSON: {error}", shorten(json));
    Ok(match json.trim().as_bytes().first() {
        Some(b'n') => Value::Null,
        Some(b't') => Value::Boolean(true),
        Some(b'f') => Value::Boolean(false),
        Some(b'"') => Value::Text(serde_json::from_str(json).map_err(broken)?),
        Some(b'[') => match serde_json::from_str::<Vec<String>>(json) {
            Ok(items) => Value::from_choices(items),
            Err(_) => Value::Json(json.to_owned()),
        },
        Some(b'{') => Value::Json(json.to_owned()),
        _ => Value::Decimal(crate::number::plain(json)?),
    })
}

/// A value of the contract as JSON.
pub fn write(value: &Value) -> Result<String, String> {
    let written = match value {
        Value::Null => return Ok("null".to_owned()),
        Value::Json(json) => return Ok(json.clone()),
        Value::Boolean(_) | Value::Integer(_) | Value::Decimal(_) => return own::text(value),
        Value::Choices(choices) => serde_json::to_string(choices),
        other => serde_json::to_string(&own::text(other)?),
    };
    written.map_err(|error| error.to_string())
}

/// A JSON list of texts as a set.
pub fn choices(json: &str) -> Result<Value, String> {
    match read(json)? {
        Value::Choices(choices) => Ok(Value::Choices(choices)),
        Value::Text(text) => Ok(Value::from_choices([text])),
        Value::Null => Ok(Value::Null),
        _ => Err(format!("{} is no list of texts", shorten(json))),
    }
}

/// JSON without spaces and with its keys in order; numbers as they are written.
pub fn normal(json: &str) -> Result<String, String> {
    let json = parse(json)?;
    let text = json.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let mut object = Object::read(&json)?.unwrap_or(Object(Vec::new()));
            object.0.sort_by(|(one, _), (other, _)| one.cmp(other));
            for (_, value) in &mut object.0 {
                *value = parse(&normal(value.get())?)?;
            }
            raw(&object).map(|raw| raw.get().to_owned())
        }
        Some(b'[') => {
            let items: Vec<Box<RawValue>> =
                serde_json::from_str(text).map_err(|error| error.to_string())?;
            let items: Result<Vec<_>, _> = items.iter().map(|item| normal(item.get())).collect();
            Ok(format!("[{}]", items?.join(",")))
        }
        Some(b'"') => write(&read(text)?),
        _ => Ok(text.to_owned()),
    }
}

fn parse(json: &str) -> Result<Box<RawValue>, String> {
    serde_json::from_str(json.trim())
        .map_err(|error| format!("{} is no JSON: {error}", shorten(json)))
}

fn raw<T: Serialize>(value: &T) -> Result<Box<RawValue>, String> {
    serde_json::value::to_raw_value(value).map_err(|error| error.to_string())
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}

/// An object with its keys in the order in which they stand.
struct Object(Vec<(String, Box<RawValue>)>);

impl Object {
    /// Nothing where the value is no object.
    fn read(json: &RawValue) -> Result<Option<Self>, String> {
        match json.get().starts_with('{') {
            true => serde_json::from_str(json.get())
                .map(Some)
                .map_err(|error| error.to_string()),
            false => Ok(None),
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pointer: &str) -> Pointer {
        Pointer::read(pointer).unwrap()
    }

    #[test]
    fn a_place_is_read_and_replaced() {
        let json = r#"{"z": 1.10, "address": {"city": "Ulm", "zip": "89073"}}"#;
        assert_eq!(
            at("/address/city").read_from(json).unwrap(),
            Value::from("Ulm")
        );
        assert_eq!(at("/address/country").read_from(json).unwrap(), Value::Null);
        assert_eq!(
            at("/z").read_from(json).unwrap(),
            Value::Decimal("1.1".to_owned())
        );
        let written = at("/address/city")
            .write_into(Some(json), &Value::from("Köln"))
            .unwrap();
        assert_eq!(
            written,
            Value::Json(r#"{"z":1.10,"address":{"city":"Köln","zip":"89073"}}"#.to_owned())
        );
        let written = at("/a/b").write_into(None, &Value::Boolean(true)).unwrap();
        assert_eq!(written, Value::Json(r#"{"a":{"b":true}}"#.to_owned()));
    }

    #[test]
    fn a_text_stays_a_text() {
        let number = Value::Decimal("7".to_owned());
        let written = at("/n").write_into(Some(r#"{"n":"5"}"#), &number).unwrap();
        assert_eq!(written, Value::Json(r#"{"n":"7"}"#.to_owned()));
    }

    #[test]
    fn the_normal_form_keeps_numbers() {
        let normal = normal(r#" {"b": [1, {"d":1.00,"c":2}], "a": 12345678901234567890123} "#);
        assert_eq!(
            normal.unwrap(),
            r#"{"a":12345678901234567890123,"b":[1,{"c":2,"d":1.00}]}"#
        );
    }
}
