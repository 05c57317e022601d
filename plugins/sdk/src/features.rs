//! Features: what a matcher's two steps say to each other, as bytes.

use crate::contract::types::{Cell, Field, Row, RuleError, Value};
use crate::record::Record;

/// Writes features. Texts carry their length before them, numbers are little
/// endian; [`FeatureReader`] reads them in the same order.
#[derive(Clone, Debug, Default)]
pub struct FeatureWriter(Vec<u8>);

impl FeatureWriter {
    /// Nothing written yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A small number.
    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.0.push(byte);
        self
    }

    /// A number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// A length: seven bits a byte, the smallest first.
    pub fn length(&mut self, mut length: usize) -> &mut Self {
        while length >= 0x80 {
            self.0.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        self.0.push(length as u8);
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// Several texts.
    pub fn texts<T: AsRef<str>>(&mut self, texts: &[T]) -> &mut Self {
        self.length(texts.len());
        for text in texts {
            self.text(text.as_ref());
        }
        self
    }

    /// The bytes.
    pub fn done(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// Reads features. Texts are borrowed and not copied.
#[derive(Clone, Debug)]
pub struct FeatureReader<'a>(&'a [u8]);

impl<'a> FeatureReader<'a> {
    /// At the beginning of the bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A small number.
    ///
    /// # Errors
    /// The features are cut short.
    pub fn byte(&mut self) -> Result<u8, RuleError> {
        Ok(self.take(1)?[0])
    }

    /// A number.
    ///
    /// # Errors
    /// The features are cut short.
    pub fn number(&mut self) -> Result<u64, RuleError> {
        let bytes = self.take(8)?.try_into().map_err(|_| broken())?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// A length.
    ///
    /// # Errors
    /// The features are cut short, or the length is no length.
    pub fn length(&mut self) -> Result<usize, RuleError> {
        let mut length = 0_usize;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(length);
            }
        }
        Err(broken())
    }

    /// A text.
    ///
    /// # Errors
    /// The features are cut short, or not a text.
    pub fn text(&mut self) -> Result<&'a str, RuleError> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| broken())
    }

    /// Several texts.
    ///
    /// # Errors
    /// The features are cut short, or not texts.
    pub fn texts(&mut self) -> Result<Vec<&'a str>, RuleError> {
        let length = self.length()?;
        (0..length).map(|_| self.text()).collect()
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], RuleError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(broken)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// The features of a rule that compares records as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedRecord(Row);

impl OwnedRecord {
    /// The cells of a row as bytes.
    pub fn write(cells: &[Cell]) -> Vec<u8> {
        let mut writer = FeatureWriter::new();
        writer.length(cells.len());
        for cell in cells {
            write_cell(&mut writer, cell);
        }
        writer.done()
    }

    /// The cells of a row from bytes.
    ///
    /// # Errors
    /// The bytes are not what [`OwnedRecord::write`] gave.
    pub fn read(bytes: &[u8]) -> Result<Self, RuleError> {
        let mut reader = FeatureReader::new(bytes);
        let length = reader.length()?;
        let cells = (0..length).map(|_| read_cell(&mut reader));
        Ok(Self(cells.collect::<Result<_, _>>()?))
    }

    /// The row under the names of its schema.
    pub fn as_record<'a>(&'a self, fields: &'a [Field]) -> Record<'a> {
        Record::new(fields, &self.0)
    }
}

fn write_cell(writer: &mut FeatureWriter, cell: &Cell) {
    let Some(value) = cell else {
        writer.byte(0);
        return;
    };
    match value {
        Value::Null => writer.byte(1),
        Value::Boolean(flag) => writer.byte(2).byte(u8::from(*flag)),
        Value::Integer(number) => writer.byte(3).number(number.cast_unsigned()),
        Value::Decimal(text) => writer.byte(4).text(text),
        Value::Text(text) => writer.byte(5).text(text),
        Value::Date(text) => writer.byte(6).text(text),
        Value::Instant(micros) => writer.byte(7).number(micros.cast_unsigned()),
        Value::Choices(choices) => writer.byte(8).texts(choices),
        Value::Reference(text) => writer.byte(9).text(text),
        Value::Json(text) => writer.byte(10).text(text),
    };
}

fn read_cell(reader: &mut FeatureReader<'_>) -> Result<Cell, RuleError> {
    Ok(Some(match reader.byte()? {
        0 => return Ok(None),
        1 => Value::Null,
        2 => Value::Boolean(reader.byte()? != 0),
        3 => Value::Integer(reader.number()?.cast_signed()),
        4 => Value::Decimal(reader.text()?.to_owned()),
        5 => Value::Text(reader.text()?.to_owned()),
        6 => Value::Date(reader.text()?.to_owned()),
        7 => Value::Instant(reader.number()?.cast_signed()),
        8 => Value::Choices(reader.texts()?.into_iter().map(str::to_owned).collect()),
        9 => Value::Reference(reader.text()?.to_owned()),
        10 => Value::Json(reader.text()?.to_owned()),
        _ => return Err(broken()),
    }))
}

fn broken() -> RuleError {
    RuleError::new("the features are not what prepare wrote")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_was() {
        let row: Row = vec![
            None,
            Some(Value::Null),
            Some(Value::Boolean(true)),
            Some(Value::Integer(-7)),
            Some(Value::Decimal("-12.5".to_owned())),
            Some(Value::from_text("ü".repeat(300))),
            Some(Value::Date("2026-11-20".to_owned())),
            Some(Value::Instant(-1)),
            Some(Value::from_choices(["b", "a"])),
            Some(Value::Reference("17".to_owned())),
            Some(Value::Json("{}".to_owned())),
        ];
        let read = OwnedRecord::read(&OwnedRecord::write(&row)).unwrap();
        assert_eq!(read, OwnedRecord(row));
    }

    #[test]
    fn bytes_that_are_cut_short_are_an_error() {
        let bytes = OwnedRecord::write(&[Some(Value::from_text("hello"))]);
        for length in 0..bytes.len() {
            assert!(OwnedRecord::read(&bytes[..length]).is_err());
        }
    }
}
