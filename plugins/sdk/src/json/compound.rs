//! Lists, objects, and enums that are written as either.

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer as _, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::Reader;
use super::error::Error;

/// The elements of a list that was opened.
pub(super) struct Elements<'r, 'a> {
    reader: &'r mut Reader<'a>,
    is_first: bool,
}

impl<'r, 'a> Elements<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        Self {
            reader,
            is_first: true,
        }
    }
}

impl<'de> SeqAccess<'de> for Elements<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        match self.reader.follows(b']', &mut self.is_first)? {
            true => seed.deserialize(&mut *self.reader).map(Some),
            false => Ok(None),
        }
    }
}

/// The entries of an object that was opened.
pub(super) struct Entries<'r, 'a> {
    reader: &'r mut Reader<'a>,
    is_first: bool,
    key: String,
}

impl<'r, 'a> Entries<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        Self {
            reader,
            is_first: true,
            key: String::new(),
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if !self.reader.follows(b'}', &mut self.is_first)? {
            return Ok(None);
        }
        self.key = self.reader.text()?;
        let key: StringDeserializer<Error> = self.key.clone().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.reader.expect(":")?;
        let value = seed.deserialize(&mut *self.reader);
        value.map_err(|error| error.under(&self.key))
    }
}

/// A variant of an enum.
pub(super) enum Variant<'r, 'a> {
    /// `"name"`
    Name(&'r mut Reader<'a>),
    /// `"name": content`, in an object that was opened.
    Entry(&'r mut Reader<'a>),
}

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let (name, variant) = match self {
            Self::Name(reader) => (reader.text()?, Self::Name(reader)),
            Self::Entry(reader) => {
                let name = reader.text()?;
                reader.expect(":")?;
                (name, Self::Entry(reader))
            }
        };
        let name: StringDeserializer<Error> = name.into_deserializer();
        Ok((seed.deserialize(name)?, variant))
    }
}

impl<'r, 'a> Variant<'r, 'a> {
    /// Where the content of the variant is read.
    fn content(self) -> Result<&'r mut Reader<'a>, Error> {
        match self {
            Self::Entry(reader) => Ok(reader),
            Self::Name(_) => Err(Error::new("the variant needs content".to_owned())),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self {
            Self::Name(_) => Ok(()),
            Self::Entry(reader) => reader.expect("null"),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.content()?.deserialize_map(visitor)
    }
}
