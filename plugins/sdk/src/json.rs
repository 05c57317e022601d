//! Reads a configuration: JSON into a type of the rule's author.
//!
//! `serde_json` does this too, and four times larger, because a component that
//! only ever meets texts and lists would carry its way to read and to print
//! floating numbers. Here a rule carries what its own type asks for. The host
//! made the text, so that errors say which key is wrong and not which byte.

mod compound;
mod error;

use serde::de::{DeserializeOwned, Deserializer, Error as _, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use compound::{Elements, Entries, Variant};
use error::Error;

/// How deep lists and objects may be nested.
const DEPTH_MAX: u8 = 64;

/// Reads a whole text.
///
/// # Errors
/// A sentence fragment that begins with the key that is wrong.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut reader = Reader {
        rest: text,
        depth: 0,
    };
    let value = T::deserialize(&mut reader).map_err(Error::into_message)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err("something follows after the end".to_owned()),
    }
}

/// What is left to read.
struct Reader<'a> {
    rest: &'a str,
    depth: u8,
}

impl<'a> Reader<'a> {
    /// The byte with which the next token begins.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
        self.rest.bytes().next()
    }

    /// Takes a token if it comes next.
    fn take(&mut self, token: &str) -> bool {
        self.peek();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), Error> {
        match self.take(token) {
            true => Ok(()),
            false => Err(self.unexpected(token)),
        }
    }

    /// Whether another element comes before the end of a list or an object.
    fn follows(&mut self, end: u8, is_first: &mut bool) -> Result<bool, Error> {
        if self.peek() == Some(end) {
            return Ok(false);
        }
        if !std::mem::replace(is_first, false) {
            self.expect(",")?;
        }
        Ok(true)
    }

    /// What comes next, where something else was expected.
    fn unexpected(&mut self, expected: &str) -> Error {
        Error::new(["expected ", expected, ", found ", self.found()].concat())
    }

    fn mismatch<'de, V: Visitor<'de>>(&mut self, visitor: &V) -> Error {
        Error::invalid_type(Unexpected::Other(self.found()), visitor)
    }

    fn found(&mut self) -> &'static str {
        match self.peek() {
            None => "the end",
            Some(b'"') => "a text",
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(_) => "no JSON",
        }
    }

    /// The characters of a number.
    fn number(&mut self) -> &'a str {
        self.peek();
        let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        let end = self.rest.bytes().position(|byte| !is_part(byte));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        number
    }

    fn text(&mut self) -> Result<String, Error> {
        self.expect("\"")?;
        let mut text = String::new();
        loop {
            let end = self
                .rest
                .bytes()
                .position(|byte| byte == b'"' || byte == b'\\');
            let end = end.ok_or_else(|| Error::new("a text without an end".to_owned()))?;
            let (plain, rest) = self.rest.split_at(end);
            text.push_str(plain);
            self.rest = &rest[1..];
            if rest.starts_with('"') {
                return Ok(text);
            }
            text.push(self.escaped()?);
        }
    }

    /// The character after a backslash.
    fn escaped(&mut self) -> Result<char, Error> {
        let mut characters = self.rest.chars();
        let escaped = characters.next();
        self.rest = characters.as_str();
        Ok(match escaped {
            Some(same @ ('"' | '\\' | '/')) => same,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode(),
            _ => return Err(no_escape()),
        })
    }

    fn unicode(&mut self) -> Result<char, Error> {
        let high = self.unit()?;
        let code = match high {
            0xd800..0xdc00 if self.rest.starts_with("\\u") => {
                self.rest = &self.rest[2..];
                let low = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400);
                0x1_0000 + ((high - 0xd800) << 10) + low.ok_or_else(no_escape)?
            }
            _ => high,
        };
        char::from_u32(code).ok_or_else(no_escape)
    }

    fn unit(&mut self) -> Result<u32, Error> {
        let (digits, rest) = self.rest.split_at_checked(4).ok_or_else(no_escape)?;
        self.rest = rest;
        u32::from_str_radix(digits, 16).map_err(|_| no_escape())
    }

    /// Reads what is inside a list or an object.
    fn nested<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.depth == DEPTH_MAX {
            return Err(Error::new("too deeply nested".to_owned()));
        }
        self.depth += 1;
        let read = inside(self);
        self.depth -= 1;
        read
    }
}

fn no_escape() -> Error {
    Error::new("a text with a backslash that means nothing".to_owned())
}

/// A whole number as its author's type has it.
macro_rules! integers {
    ($($method:ident $visit:ident $number:ty,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let number = Reader { rest: self.rest, ..*self }.number().parse::<$number>();
            match number {
                Ok(whole) => {
                    self.number();
                    visitor.$visit(whole)
                }
                Err(_) => Err(self.mismatch(&visitor)),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            Some(b'"') => self.deserialize_string(visitor),
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b't' | b'f') => self.deserialize_bool(visitor),
            Some(b'-' | b'0'..=b'9') => {
                let number = Reader {
                    rest: self.rest,
                    ..*self
                }
                .number();
                match (number.parse::<u64>(), number.parse::<i64>()) {
                    (Ok(_), _) => self.deserialize_u64(visitor),
                    (_, Ok(_)) => self.deserialize_i64(visitor),
                    _ => self.deserialize_f64(visitor),
                }
            }
            _ => self.deserialize_unit(visitor),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_f32 visit_f32 f32,
        deserialize_f64 visit_f64 f64,
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.take("true"), self.take("false")) {
            (true, _) => visitor.visit_bool(true),
            (_, true) => visitor.visit_bool(false),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            Some(b'"') => visitor.visit_string(self.text()?),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.take("null") {
            true => visitor.visit_unit(),
            false => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.take("null") {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.take("[") {
            return Err(self.mismatch(&visitor));
        }
        self.nested(|reader| {
            let value = visitor.visit_seq(Elements::new(reader))?;
            reader.expect("]")?;
            Ok(value)
        })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.take("{") {
            return Err(self.mismatch(&visitor));
        }
        self.nested(|reader| {
            let value = visitor.visit_map(Entries::new(reader))?;
            reader.expect("}")?;
            Ok(value)
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// The name of a variant, or an object with that name as its only key.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.peek() {
            Some(b'"') => visitor.visit_enum(Variant::Name(self)),
            Some(b'{') => self.nested(|reader| {
                reader.expect("{")?;
                let value = visitor.visit_enum(Variant::Entry(reader))?;
                reader.expect("}")?;
                Ok(value)
            }),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    forward_to_deserialize_any! {
        bytes byte_buf unit_struct tuple tuple_struct ignored_any
    }
}

#[cfg(test)]
mod tests;
