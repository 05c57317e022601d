//! A prepared thing: what comparing reads, and how it is kept as bytes.

use treaty_evidence::bytes::{Malformed, Reader, Writer};
use treaty_evidence::counted::{Counted, Visit, place_of};
use treaty_evidence::hash::{hash, hash_numbers};
use treaty_evidence::record::Term;
use treaty_evidence::text::Text;
use treaty_evidence::wording::Word;

/// Changed whenever the bytes mean something else.
pub const FEATURES_VERSION: u8 = 1;

/// How many fields are compared.
pub const FIELDS_MAX: usize = 14;
/// How many words of a text. With the fields' number it keeps the terms of a
/// record under what a place can name.
pub const WORDS_MAX: usize = 16;

/// How the values of a field are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Word by word.
    Words,
    /// Equal or not.
    Value,
    /// Equal or not, and given out to tell things apart.
    Id,
}

/// A field that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its position in a row.
    pub position: usize,
    /// Its name.
    pub name: String,
    /// Its name's hash: equal values of two fields are not the same value.
    pub label: u64,
    /// How its values are compared.
    pub way: Way,
}

impl Column {
    /// A field of a type; none where it says nothing of what a thing is.
    #[must_use]
    pub fn of(position: usize, name: &str, kind: &str) -> Option<Self> {
        let way = match kind {
            "text" | "first-name" | "last-name" | "full-name" | "organisation" | "street"
            | "city" => Way::Words,
            "external-id" | "tax-id" => Way::Id,
            // When it was changed, what it hangs on under each system's own id,
            // and how somebody's program keeps it.
            "instant" | "reference" | "json" => return None,
            _ => Way::Value,
        };
        Some(Self {
            position,
            name: name.to_owned(),
            label: hash("field", &[name.as_bytes()]),
            way,
        })
    }
}

/// A text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wording {
    /// Of all its words, in their order.
    pub whole: u64,
    /// Its words joined, as far as they fit.
    pub joined: Text<64>,
}

/// What a field holds. Zero hashes stand for "not known".
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// The whole of a text.
    pub wording: Counted<Wording>,
    /// Its words.
    pub words: Vec<Word>,
    /// Any other value.
    pub value: Counted<u64>,
}

/// A prepared thing: its fields in the order of the columns.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// One for each column.
    pub fields: Vec<Field>,
}

impl Thing {
    /// The terms that the host counts, in the order in which the counts come
    /// back. Remembers which count belongs to which value.
    #[must_use]
    pub fn terms(&mut self, columns: &[Column]) -> Vec<Term> {
        let mut terms = Vec::new();
        self.each_term(columns, &mut |place, term| {
            terms.push(term());
            *place = place_of(terms.len());
        });
        terms
    }

    /// Remembers which count belongs to which value, as [`Thing::terms`] does.
    fn find_places(&mut self, columns: &[Column]) {
        let mut terms = 0;
        self.each_term(columns, &mut |place, _| {
            terms += 1;
            *place = place_of(terms);
        });
    }

    fn each_term(&mut self, columns: &[Column], visit: &mut Visit<'_>) {
        let no_witness = &|| 0;
        for (column, field) in columns.iter().zip(&mut self.fields) {
            let label = column.label;
            let whole = |wording: &Wording| hash_numbers("whole", &[label, wording.whole]);
            let known = |wording: &Wording| wording.whole != 0;
            field.wording.list(known, whole, no_witness, visit);
            for word in &mut field.words {
                let hash = |word: &Text<16>| hash("word", &[&label.to_le_bytes(), word.as_bytes()]);
                word.list(|word| !word.is_empty(), hash, no_witness, visit);
            }
            let value = |value: &u64| hash_numbers("value", &[label, *value]);
            field
                .value
                .list(|value| *value != 0, value, no_witness, visit);
        }
    }

    /// The bytes that the host keeps.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.byte(FEATURES_VERSION);
        for field in &self.fields {
            writer.number(field.wording.value.whole);
            writer.text(&field.wording.value.joined);
            writer.byte(u8::try_from(field.words.len()).expect("at most WORDS_MAX"));
            for word in &field.words {
                writer.text(&word.value);
            }
            writer.number(field.value.value);
        }
        writer.finish()
    }

    /// Reads the bytes back.
    ///
    /// # Errors
    /// [`Malformed`] where another version wrote them, or for other columns.
    pub fn decode(columns: &[Column], bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != FEATURES_VERSION {
            return Err(Malformed);
        }
        let mut thing = Self::default();
        for _ in columns {
            let wording = Wording {
                whole: reader.number()?,
                joined: reader.text()?,
            };
            let count = usize::from(reader.byte()?);
            if count > WORDS_MAX {
                return Err(Malformed);
            }
            let mut words = Vec::with_capacity(count);
            for _ in 0..count {
                words.push(reader.text()?.into());
            }
            thing.fields.push(Field {
                wording: wording.into(),
                words,
                value: reader.number()?.into(),
            });
        }
        reader.end()?;
        thing.find_places(columns);
        Ok(thing)
    }
}
