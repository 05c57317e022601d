//! How a file is written: delimiter, quoting, encoding, line endings. Found out
//! on reading, kept on writing.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::SystemError;
use crate::csv::scan::{Cell, Scanned, scan};
use crate::open::Options;

/// What a treaty fixes instead of having it found out.
#[derive(Clone, Debug, Default)]
pub(super) struct DialectOptions {
    delimiter: Option<char>,
    quote_all: Option<bool>,
    encoding: Option<&'static Encoding>,
    line_ending: Option<&'static str>,
}

/// How one file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What separates cells.
    pub(super) delimiter: char,
    /// Whether every cell of a written record stands in quotes.
    pub(super) quote_all: bool,
    /// The encoding.
    pub(super) encoding: &'static Encoding,
    /// Whether the file opens with a byte order mark.
    pub(super) byte_order_mark: bool,
    /// How a record ends.
    pub(super) line_ending: &'static str,
    /// Whether the last record ends so too.
    pub(super) final_newline: bool,
}

/// In this order where a file leaves it open.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// How many records are looked at to find the delimiter.
const SAMPLE_RECORDS: usize = 20;

impl DialectOptions {
    /// The options that a treaty sets.
    pub(super) fn from(options: &Options<'_>) -> Result<Self, SystemError> {
        let encoding = match options.get("encoding") {
            None => None,
            Some(label) => Some(Encoding::for_label(label.as_bytes()).ok_or_else(|| {
                options.wrong(format_args!(
                    "option encoding: {label:?} is no encoding; valid are WHATWG labels such as \
                     utf-8, windows-1252, iso-8859-15, shift_jis"
                ))
            })?),
        };
        Ok(Self {
            delimiter: options.get("delimiter").map(|name| match name {
                "semicolon" => ';',
                "tab" => '\t',
                "pipe" => '|',
                _ => ',',
            }),
            quote_all: options.get("quoting").map(|quoting| quoting == "all"),
            encoding,
            line_ending: options
                .get("line-ending")
                .map(|ending| if ending == "crlf" { "\r\n" } else { "\n" }),
        })
    }

    /// The text of a file, with its encoding and whether it has a byte order
    /// mark. The error says what is wrong and what to do.
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<(String, &'static Encoding, bool), String> {
        let (encoding, mark_bytes) = match Encoding::for_bom(bytes) {
            Some((encoding, length)) => (encoding, length),
            None => (self.guess(bytes)?, 0),
        };
        let text = encoding
            .decode_without_bom_handling_and_without_replacement(&bytes[mark_bytes..])
            .ok_or_else(|| {
                format!(
                    "holds bytes that are no {}; save it as UTF-8, or set the option encoding",
                    encoding.name()
                )
            })?;
        Ok((text.into_owned(), encoding, mark_bytes > 0))
    }

    /// A file that is no UTF-8 is read as windows-1252 only where nothing
    /// speaks for another encoding: a wrong guess would change every value with
    /// an accent, in all systems.
    fn guess(&self, bytes: &[u8]) -> Result<&'static Encoding, String> {
        if let Some(encoding) = self.encoding {
            return Ok(encoding);
        }
        if std::str::from_utf8(bytes).is_ok() {
            return Ok(UTF_8);
        }
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        detector.feed(bytes, true);
        let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
        if guess == WINDOWS_1252 {
            return Ok(guess);
        }
        Err(format!(
            "is no UTF-8 and looks like {}; save it as UTF-8, or set the option encoding = {:?}",
            guess.name(),
            guess.name().to_lowercase()
        ))
    }

    /// How a text is written.
    pub(super) fn detect(
        &self,
        text: &str,
        encoding: &'static Encoding,
        byte_order_mark: bool,
    ) -> Dialect {
        let delimiter = self.delimiter.unwrap_or_else(|| detect_delimiter(text));
        let sample = scan(text, delimiter, SAMPLE_RECORDS);
        let quote_all = self.quote_all.unwrap_or_else(|| all_quoted(&sample));
        let found = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Dialect {
            delimiter,
            quote_all,
            encoding,
            byte_order_mark,
            line_ending: self.line_ending.unwrap_or(found),
            final_newline: text.ends_with(['\n', '\r']),
        }
    }
}

impl Dialect {
    /// The bytes of a file with this text; or the first character that the
    /// encoding does not have.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u8>, char> {
        let mut bytes = Vec::with_capacity(text.len() + 3);
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            let units = self
                .byte_order_mark
                .then_some('\u{feff}' as u16)
                .into_iter()
                .chain(text.encode_utf16());
            for unit in units {
                bytes.extend(if self.encoding == UTF_16LE {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                });
            }
            return Ok(bytes);
        }
        if self.byte_order_mark {
            bytes.extend("\u{feff}".as_bytes());
        }
        let (encoded, _, unmappable) = self.encoding.encode(text);
        if unmappable {
            let lacks = |character: &char| {
                let mut buffer = [0; 4];
                self.encoding.encode(character.encode_utf8(&mut buffer)).2
            };
            return Err(text.chars().find(lacks).unwrap_or('\u{fffd}'));
        }
        bytes.extend_from_slice(&encoded);
        Ok(bytes)
    }

    /// One record without its line ending. Cells that are taken over from the
    /// file keep their quotes.
    pub(super) fn record(&self, cells: &[Cell]) -> String {
        let mut text = String::new();
        for (position, cell) in cells.iter().enumerate() {
            if position > 0 {
                text.push(self.delimiter);
            }
            let needs_quotes = |character: char| {
                character == self.delimiter || matches!(character, '"' | '\n' | '\r')
            };
            // A record of one empty cell would be a blank line.
            let lost = cells.len() == 1 && cell.value.is_empty();
            if cell.quoted || lost || cell.value.contains(needs_quotes) {
                text.push('"');
                text.push_str(&cell.value.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(&cell.value);
            }
        }
        text
    }
}

/// The delimiter that divides the first records alike and into the most cells;
/// where none does, the one that the header has most of.
fn detect_delimiter(text: &str) -> char {
    let mut best = (false, 0, ',');
    for delimiter in DELIMITERS {
        let sample = scan(text, delimiter, SAMPLE_RECORDS);
        let cells = sample.records.first().map_or(0, |first| first.cells.len());
        let alike = cells > 1
            && sample
                .records
                .iter()
                .all(|record| record.cells.len() == cells);
        if (alike, cells) > (best.0, best.1) {
            best = (alike, cells, delimiter);
        }
    }
    best.2
}

/// Whether a file puts everything in quotes; its header alone does not tell.
fn all_quoted(sample: &Scanned) -> bool {
    let rows = sample.records.get(1..).unwrap_or_default();
    let rows = if rows.is_empty() {
        &sample.records
    } else {
        rows
    };
    !rows.is_empty()
        && rows
            .iter()
            .all(|record| record.cells.iter().all(|cell| cell.quoted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: (char, &str, bool, &str, bool)) {
        let options = DialectOptions::default();
        let (text, encoding, mark) = options.decode(bytes).expect("the bytes are text");
        let found = options.detect(&text, encoding, mark);
        let (delimiter, encoding, mark, line_ending, quote_all) = expected;
        assert_eq!(
            (
                found.delimiter,
                found.encoding.name(),
                found.byte_order_mark,
                found.line_ending,
                found.quote_all
            ),
            (delimiter, encoding, mark, line_ending, quote_all)
        );
        assert_eq!(found.encode(&text).expect("it was read so"), bytes);
    }

    #[test]
    fn a_dialect_is_found_and_kept() {
        check(b"id,name\n1,Anna\n", (',', "UTF-8", false, "\n", false));
        check(
            b"id;price\r\n1;2,50\r\n",
            (';', "UTF-8", false, "\r\n", false),
        );
        check(
            b"\xef\xbb\xbf\"id\"\t\"name\"\n\"1\"\t\"\"\n",
            ('\t', "UTF-8", true, "\n", true),
        );
        check(
            b"id|name\n1|J\xfcrgen M\xfcller aus K\xf6ln\n",
            ('|', "windows-1252", false, "\n", false),
        );
        let wide: Vec<u8> = "\u{feff}id;ä\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        check(&wide, (';', "UTF-16LE", true, "\r\n", false));
    }

    #[test]
    fn an_encoding_that_is_not_sure_is_asked_for() {
        let (cyrillic, ..) = encoding_rs::WINDOWS_1251
            .encode("id,имя\n1,Анна Петровна из Москвы\n2,Иван Иванович\n");
        let message = DialectOptions::default()
            .decode(&cyrillic)
            .expect_err("it is no windows-1252");
        assert_eq!(
            message,
            "is no UTF-8 and looks like windows-1251; save it as UTF-8, or set the option \
             encoding = \"windows-1251\""
        );
    }
}
