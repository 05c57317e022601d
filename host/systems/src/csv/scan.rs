//! Divides the text of a file into records and cells (RFC 4180).
//!
//! Not the `csv` crate: a record that nothing writes must keep every byte, a
//! changed one its quotes, and a file that ends inside quotes was cut off. For
//! that the scanner must say where a record stands and which cells are quoted.
//! A test compares it with the crate on generated files.

use std::ops::Range;

/// A cell as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// What it says.
    pub(super) value: String,
    /// Whether it stands in quotes.
    pub(super) quoted: bool,
}

/// A record as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scan {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// Its bytes in the text, without the line ending.
    pub(super) span: Range<usize>,
    /// Its cells.
    pub(super) cells: Vec<Cell>,
}

/// The records of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// The records; blank lines are none.
    pub(super) records: Vec<Scan>,
    /// What is damaged, with its line.
    pub(super) damage: Option<(usize, &'static str)>,
}

const UNTERMINATED: &str =
    "a quote opens here and never closes: the file is cut off, or a quote is one too many";
const AFTER_QUOTE: &str = "text follows a closing quote; a quote inside quotes is written twice";

/// The first records of a text, up to the first damage.
pub(super) fn scan(text: &str, delimiter: char, records_max: usize) -> Scanned {
    let mut scanner = Scanner {
        text,
        delimiter: delimiter as u8,
        at: 0,
        line: 1,
    };
    let mut scanned = Scanned::default();
    while scanner.at < text.len() && scanned.records.len() < records_max {
        match scanner.record() {
            Ok(record) if record.span.is_empty() => {}
            Ok(record) => scanned.records.push(record),
            Err(damage) => {
                scanned.damage = Some(damage);
                break;
            }
        }
    }
    scanned
}

struct Scanner<'a> {
    text: &'a str,
    delimiter: u8,
    at: usize,
    line: usize,
}

impl Scanner<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn record(&mut self) -> Result<Scan, (usize, &'static str)> {
        let (line, start) = (self.line, self.at);
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if self.byte() != Some(self.delimiter) {
                break;
            }
            self.at += 1;
        }
        let span = start..self.at;
        self.line_ending();
        Ok(Scan { line, span, cells })
    }

    fn cell(&mut self) -> Result<Cell, (usize, &'static str)> {
        if self.byte() == Some(b'"') {
            return self.quoted();
        }
        let start = self.at;
        while let Some(byte) = self.byte() {
            if byte == self.delimiter || byte == b'\n' || byte == b'\r' {
                break;
            }
            self.at += 1;
        }
        Ok(Cell {
            value: self.text[start..self.at].to_owned(),
            quoted: false,
        })
    }

    fn quoted(&mut self) -> Result<Cell, (usize, &'static str)> {
        let opened = self.line;
        let mut value = String::new();
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.find('"') else {
                return Err((opened, UNTERMINATED));
            };
            value.push_str(&rest[..length]);
            self.line += rest[..length].matches('\n').count();
            self.at += length + 1;
            match self.byte() {
                Some(b'"') => {
                    value.push('"');
                    self.at += 1;
                }
                None | Some(b'\n' | b'\r') => break,
                Some(byte) if byte == self.delimiter => break,
                Some(_) => return Err((self.line, AFTER_QUOTE)),
            }
        }
        Ok(Cell {
            value,
            quoted: true,
        })
    }

    fn line_ending(&mut self) {
        let ending = line_ending_at(self.text, self.at);
        if ending > 0 {
            self.line += 1;
        }
        self.at += ending;
    }
}

/// The length of the line ending at a place of a text.
pub(super) fn line_ending_at(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(text: &str) -> Vec<Vec<String>> {
        let scanned = scan(text, ',', usize::MAX);
        assert_eq!(scanned.damage, None, "{text:?}");
        let cells = |record: Scan| record.cells.into_iter().map(|cell| cell.value).collect();
        scanned.records.into_iter().map(cells).collect()
    }

    fn check(text: &str, expected: &[&[&str]]) {
        assert_eq!(values(text), expected, "{text:?}");
    }

    #[test]
    fn records_and_cells() {
        check("a,b\n1,2\n", &[&["a", "b"], &["1", "2"]]);
        check("a,b\r\n\r\n1,", &[&["a", "b"], &["1", ""]]);
        check("\"x\"\"y\",\"1\n2\"\n", &[&["x\"y", "1\n2"]]);
        check("5\" pipe,ä\n", &[&["5\" pipe", "ä"]]);
        check("", &[]);
    }

    #[test]
    fn damage_has_a_line() {
        let damage = |text| scan(text, ',', usize::MAX).damage;
        assert_eq!(damage("a\n\"1\n2\"\n\"cut\n"), Some((4, UNTERMINATED)));
        assert_eq!(damage("a\n\"1\"x\n"), Some((2, AFTER_QUOTE)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(0x7EA7), ..ProptestConfig::default() })]

        #[test]
        fn reads_what_the_csv_crate_reads(
            rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r é]{0,4}", 2), 1..6)
        ) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).expect("memory takes it");
            }
            let bytes = writer.into_inner().expect("memory takes it");
            let text = String::from_utf8(bytes).expect("texts stay texts");
            prop_assert_eq!(values(&text), rows);
        }
    }
}
