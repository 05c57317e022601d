//! A table as spreadsheets save it, in any locale: separators `,`, `;` and tab,
//! UTF-8, UTF-16 and Windows-1252, with a byte order mark or without, quotes,
//! any line end, trailing empty columns and rows.
//!
//! The cells remember where they stand, which is why this is not left to a
//! library: those know the line of a record and not the column of a cell.

use std::fs;
use std::iter::Peekable;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::Chars;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::{Place, Problem};

/// A table: its headings, and its rows without those that are blank.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub file: PathBuf,
    pub headings: Vec<SheetCell>,
    pub rows: Vec<SheetRow>,
}

/// A row with at least one cell that is not blank.
#[derive(Debug)]
pub(crate) struct SheetRow {
    pub line: u64,
    pub cells: Vec<SheetCell>,
}

/// A cell, without the spaces around its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SheetCell {
    pub text: String,
    pub line: u64,
    pub column: u64,
    /// Where it stands in the text as it was saved, in bytes: with its quotes,
    /// and the spaces after it.
    pub span: Range<usize>,
}

impl Sheet {
    /// Reads a file, named relative to the treaty folder.
    pub fn read(root: &Path, file: &Path) -> Result<Self, Problem> {
        let bytes = fs::read(root.join(file))
            .map_err(|error| Problem::of_file(file, format!("cannot be read: {error}")))?;
        let text = decode(&bytes).ok_or_else(|| {
            Problem::of_file(file, "is no text that can be read")
                .hint("save it as CSV in UTF-8 (or UTF-16, or Windows-1252)")
        })?;
        Self::parse(file, &text)
    }

    /// Reads a text, which the file is named for.
    pub fn parse(file: &Path, text: &str) -> Result<Self, Problem> {
        let (hint_line, separator) = separator(text);
        let mut scanner = Scanner::new(text, separator);
        let mut rows = Vec::new();
        while let Some(row) = scanner.row().map_err(|start| {
            let place = Place {
                file: file.to_owned(),
                line: start.line,
                column: start.column,
            };
            Problem::at(&place, "a quote is opened here and never closed")
        })? {
            let skip = hint_line && row.line == 1;
            if !skip && row.cells.iter().any(|cell| !cell.text.is_empty()) {
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return Err(Problem::of_file(file, "is empty").hint("the first row has the headings"));
        }
        let headings = rows.remove(0).cells;
        Ok(Self {
            file: file.to_owned(),
            headings,
            rows,
        })
    }

    /// Where a cell stands.
    pub fn place(&self, cell: &SheetCell) -> Place {
        Place {
            file: self.file.clone(),
            line: cell.line,
            column: cell.column,
        }
    }

    /// Where a row begins.
    pub fn row_place(&self, row: &SheetRow) -> Place {
        Place {
            file: self.file.clone(),
            line: row.line,
            column: 1,
        }
    }
}

/// The text of a file. Only Unicode can be malformed: Windows-1252, which
/// spreadsheets still write in the west, has a meaning for every byte.
pub(crate) fn decode(bytes: &[u8]) -> Option<String> {
    let (encoding, mark_length) = encoding(bytes);
    let (text, malformed) = encoding.decode_without_bom_handling(&bytes[mark_length..]);
    (!malformed && !text.contains('\0')).then(|| text.into_owned())
}

/// The encoding of a text, and how long its byte order mark is.
pub(crate) fn encoding(bytes: &[u8]) -> (&'static Encoding, usize) {
    Encoding::for_bom(bytes).unwrap_or_else(|| (unmarked(bytes), 0))
}

/// The encoding of a text without a byte order mark. Headings are mostly ASCII,
/// so UTF-16 shows itself by the zero in every other byte.
fn unmarked(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [first, 0, ..] if *first != 0 => UTF_16LE,
        [0, second, ..] if *second != 0 => UTF_16BE,
        _ if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        _ => WINDOWS_1252,
    }
}

/// The character between cells: the most frequent candidate in the headings
/// outside quotes. `true` where the first line is Excel's own statement of it
/// (`sep=;`) and no heading.
fn separator(text: &str) -> (bool, char) {
    let first_line = text.lines().next().unwrap_or("");
    if let Some(stated) = first_line.strip_prefix("sep=")
        && let [separator @ (',' | ';' | '\t')] = stated.chars().collect::<Vec<_>>()[..]
    {
        return (true, separator);
    }
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    let mut quoted = false;
    for letter in text.trim_start().chars() {
        match letter {
            '"' => quoted = !quoted,
            '\r' | '\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (candidate, count) in &mut counts {
                    *count += usize::from(*candidate == letter);
                }
            }
        }
    }
    // `max_by_key` takes the last of equals; the comma should win a tie.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    (false, most.map_or(',', |(candidate, _)| *candidate))
}

struct Scanner<'t> {
    letters: Peekable<Chars<'t>>,
    separator: char,
    line: u64,
    column: u64,
    /// How many bytes were read.
    offset: usize,
}

/// What comes after a cell.
#[derive(PartialEq, Eq)]
enum After {
    Cell,
    Row,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, separator: char) -> Self {
        Self {
            letters: text.chars().peekable(),
            separator,
            line: 1,
            column: 1,
            offset: 0,
        }
    }

    /// The next row; the cell whose quote is never closed as the error.
    fn row(&mut self) -> Result<Option<SheetRow>, SheetCell> {
        if self.letters.peek().is_none() {
            return Ok(None);
        }
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            let (cell, after) = self.cell()?;
            cells.push(cell);
            if after == After::Row {
                return Ok(Some(SheetRow { line, cells }));
            }
        }
    }

    fn cell(&mut self) -> Result<(SheetCell, After), SheetCell> {
        self.skip_spaces();
        let mut cell = SheetCell {
            text: String::new(),
            line: self.line,
            column: self.column,
            span: self.offset..self.offset,
        };
        if self.letters.peek() == Some(&'"') {
            self.next();
            if !self.quoted(&mut cell.text) {
                return Err(cell);
            }
        }
        let after = loop {
            cell.span.end = self.offset;
            match self.next() {
                Some('\n') | None => break After::Row,
                Some(letter) if letter == self.separator => break After::Cell,
                Some(letter) => cell.text.push(letter),
            }
        };
        cell.text = cell.text.trim().to_owned();
        Ok((cell, after))
    }

    /// Reads up to the closing quote; `false` where there is none.
    fn quoted(&mut self, text: &mut String) -> bool {
        loop {
            match self.next() {
                None => return false,
                Some('"') if self.letters.peek() != Some(&'"') => return true,
                Some('"') => {
                    self.next();
                    text.push('"');
                }
                Some(letter) => text.push(letter),
            }
        }
    }

    fn skip_spaces(&mut self) {
        let separator = self.separator;
        let space = |letter: &char| matches!(letter, ' ' | '\t') && *letter != separator;
        while self.letters.peek().is_some_and(space) {
            self.next();
        }
    }

    /// The next character; every kind of line end is one `\n`.
    fn next(&mut self) -> Option<char> {
        let mut letter = self.letters.next()?;
        self.offset += letter.len_utf8();
        if letter == '\r' {
            if self.letters.peek() == Some(&'\n') {
                self.letters.next();
                self.offset += 1;
            }
            letter = '\n';
        }
        if letter == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(letter)
    }
}

#[cfg(test)]
mod tests;
