//! The encoding of features: numbers little-endian, texts with their length.

use crate::text::Text;

/// Collects the bytes of a record's features.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Appends one byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends a number.
    pub fn number(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends a text.
    pub fn text<const N: usize>(&mut self, text: &Text<N>) {
        let bytes = text.as_bytes();
        self.bytes
            .push(u8::try_from(bytes.len()).expect("at most 64"));
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends how many numbers there are before the trailing zeros, and these.
    pub fn numbers(&mut self, numbers: &[u64]) {
        let kept = numbers
            .iter()
            .rposition(|number| *number != 0)
            .map_or(0, |last| last + 1);
        self.byte(u8::try_from(kept).expect("a handful"));
        for number in &numbers[..kept] {
            self.number(*number);
        }
    }

    /// The bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads what a [`Writer`] wrote. Bytes that run out or do not make sense give
/// [`Malformed`], never a panic: a host may hand over anything.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

/// Features that this version did not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the features were not made by this version of the matcher")
    }
}

impl std::error::Error for Malformed {}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(Malformed)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// The next byte.
    ///
    /// # Errors
    /// [`Malformed`] at the end.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    /// The next number.
    ///
    /// # Errors
    /// [`Malformed`] at the end.
    pub fn number(&mut self) -> Result<u64, Malformed> {
        let bytes = self.take(8)?.try_into().map_err(|_| Malformed)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// The next text.
    ///
    /// # Errors
    /// [`Malformed`] where it runs past the end or is longer than `N`.
    pub fn text<const N: usize>(&mut self) -> Result<Text<N>, Malformed> {
        let len = usize::from(self.byte()?);
        if len > N.min(64) {
            return Err(Malformed);
        }
        Ok(Text::from_bytes(self.take(len)?))
    }

    /// Numbers as [`Writer::numbers`] wrote them; the rest stays as it is.
    ///
    /// # Errors
    /// [`Malformed`] where there are more than asked for.
    pub fn fill(&mut self, numbers: &mut [u64]) -> Result<(), Malformed> {
        let count = usize::from(self.byte()?);
        for number in numbers.get_mut(..count).ok_or(Malformed)? {
            *number = self.number()?;
        }
        Ok(())
    }

    /// Says that nothing may be left.
    ///
    /// # Errors
    /// [`Malformed`] where something is.
    pub fn end(self) -> Result<(), Malformed> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }
}
