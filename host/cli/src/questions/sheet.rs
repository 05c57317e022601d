//! A CSV file as spreadsheets write and read it.

use std::fmt;

use csv::{ReaderBuilder, StringRecord, Writer, WriterBuilder};

/// Opens a file of which spreadsheets shall know that it is UTF-8.
const MARK: &str = "\u{feff}";
/// What the cells of a file may be parted by; Excel takes the semicolon wherever
/// a comma stands in numbers.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A file that was read: its headings and its lines.
pub struct Sheet {
    headings: Vec<String>,
    /// Each with its place in the file.
    pub lines: Vec<(Place, StringRecord)>,
}

/// Where something stands in a file. A cell may hold several lines, so that a
/// spreadsheet and an editor do not count the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// As an editor counts.
    pub line: u64,
    /// As a spreadsheet counts.
    pub row: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line == self.row {
            true => write!(f, "{}", self.line),
            false => write!(f, "{} (row {})", self.line, self.row),
        }
    }
}

/// Makes the text of a file, with its headings first.
pub fn write(headings: &[String], rows: &[Vec<String>]) -> Result<String, csv::Error> {
    let mut writer: Writer<Vec<u8>> = WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(MARK.as_bytes().to_vec());
    writer.write_record(headings)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| guard(cell)))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    // Everything that was put in is text.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads a file that has these headings among others, whatever parts its cells;
/// else says what is wrong with it.
pub fn read(bytes: &[u8], wanted: &[&str]) -> Result<Sheet, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "it is not UTF-8; save it as \"CSV UTF-8\" in the spreadsheet".to_owned())?;
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let mut missing = None;
    for delimiter in DELIMITERS {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let Some(headings) = records.next().transpose().map_err(broken)? else {
            return Err("it is empty".to_owned());
        };
        let headings: Vec<_> = headings
            .iter()
            .map(|heading| heading.trim().to_lowercase())
            .collect();
        let lacks = wanted.iter().find(|heading| {
            let is_it = |there: &String| there.as_str() == **heading;
            !headings.iter().any(is_it)
        });
        if let Some(lacks) = lacks {
            // Of the delimiters the one that finds some of them is meant.
            if headings.len() > 1 || missing.is_none() {
                missing = Some(lacks);
            }
            continue;
        }
        let mut count = LineCount::of(text);
        // The headings are the first row.
        let lines: Result<_, _> = (2..)
            .zip(records)
            .map(|(row, record)| {
                let record = record.map_err(broken)?;
                let start = record.position().map_or(0, csv::Position::byte);
                let line = count.line_at(start);
                Ok((Place { line, row }, record))
            })
            .collect();
        return lines.map(|lines| Sheet { headings, lines });
    }
    let missing = missing.map_or("", |heading| heading);
    Err(format!("it has no column \"{missing}\""))
}

/// Counts the lines of a text as an editor does. The reader's own count is one
/// less where a line ends with two characters: a record begins between them.
struct LineCount<'a> {
    text: &'a str,
    counted: usize,
    line: u64,
}

impl<'a> LineCount<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            counted: 0,
            line: 1,
        }
    }

    /// The line of what begins at a byte or, where that ends a line, after it.
    /// Bytes are asked for in ascending order.
    fn line_at(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let mut start = usize::try_from(byte).unwrap_or(bytes.len());
        while matches!(bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let passed = &bytes[self.counted.min(start)..start.min(bytes.len())];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.counted = start;
        self.line
    }
}

impl Sheet {
    /// A cell by its heading, without the guard that it was given, and without
    /// the spaces around it.
    pub fn cell<'a>(&self, line: &'a StringRecord, heading: &str) -> &'a str {
        let place = self.headings.iter().position(|there| there == heading);
        let cell = place.and_then(|place| line.get(place)).unwrap_or_default();
        unguard(cell.trim())
    }
}

fn broken(error: csv::Error) -> String {
    format!("it is no CSV file: {error}")
}

/// Whether a spreadsheet may take a text for a formula.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell that no spreadsheet takes for a formula, and that reads back the same.
fn guard(cell: &str) -> String {
    match cell.strip_prefix('\'') {
        None if is_formula(cell) => format!("'{cell}"),
        // It would lose its own apostrophe.
        Some(rest) if is_formula(rest) => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.strip_prefix('\'').unwrap_or(rest)) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_read_back() {
        let check = |cell: &str, guarded: &str| {
            assert_eq!(guard(cell), guarded);
            assert_eq!(unguard(guarded), cell);
        };
        check("=1+1", "'=1+1");
        check("+49 30", "'+49 30");
        check("-1", "'-1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("'=1", "''=1");
        check("'quoted'", "'quoted'");
        check("a=b", "a=b");
        check("", "");
    }

    #[test]
    fn a_file_reads_as_any_spreadsheet_saves_it() {
        let check = |text: &str, expected: Result<&str, &str>| {
            let sheet = read(text.as_bytes(), &["question", "answer"]);
            let found = sheet.map(|sheet| {
                let lines = sheet.lines.iter().map(|(place, record)| {
                    let cells = ["question", "answer"].map(|name| sheet.cell(record, name));
                    format!("{place} {}", cells.join("|"))
                });
                lines.collect::<Vec<_>>().join("; ")
            });
            let found = found.as_deref().map_err(String::as_str);
            assert_eq!(found, expected, "{text}");
        };
        check("question,answer\r\n1,crm\r\n", Ok("2 1|crm"));
        check("\u{feff}Question;Answer \n1; crm \n", Ok("2 1|crm"));
        check("question\tanswer\n1\tset: a, b\n", Ok("2 1|set: a, b"));
        check(
            "answer,reason,question\n\"set: a\nb\",\"x\ny\",7\n",
            Ok("2 7|set: a\nb"),
        );
        check(
            "question,answer\r\n\"1\r\n\",x\r\n2,y\r\n3,z",
            Ok("2 1|x; 4 (row 3) 2|y; 5 (row 4) 3|z"),
        );
        check("question,answer\n1\n", Ok("2 1|"));
        check(
            "question;reply\n1;crm\n",
            Err("it has no column \"answer\""),
        );
        check("", Err("it is empty"));
    }
}
