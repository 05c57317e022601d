//! A TOML file as a tree of sections that remember where they stand and
//! which keys they were asked for.
//!
//! A key that nobody asked for is unknown; the list of valid keys in the
//! message is the list of what was asked. So a key is read in one place and
//! documented nowhere twice.

mod json;
mod lines;

use std::cell::RefCell;
use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::names;
use crate::{Place, Problem, Problems};
use lines::Lines;

/// A parsed file and the problems found in it so far.
pub struct Document<'i> {
    file: PathBuf,
    text: &'i str,
    lines: Lines,
    root: DeTable<'i>,
    problems: RefCell<Vec<Problem>>,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Spot<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// One table of the file.
pub struct Section<'d> {
    document: &'d Document<'d>,
    table: &'d DeTable<'d>,
    /// `systems.hubspot`; empty for the file itself.
    path: String,
    /// Where the section begins.
    pub place: Place,
    asked: RefCell<Vec<&'static str>>,
}

impl<'i> Document<'i> {
    /// Parses a file; all its syntax errors at once.
    pub fn parse(file: impl Into<PathBuf>, text: &'i str) -> Result<Self, Problems> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let document = Self {
            file: file.into(),
            text,
            lines: Lines::of_text(text),
            root: root.into_inner(),
            problems: RefCell::default(),
        };
        if errors.is_empty() {
            return Ok(document);
        }
        let problems = errors.iter().map(|error| {
            let place = document.place(error.span().unwrap_or(0..0));
            Problem::at(&place, format!("not TOML: {}", error.message()))
        });
        let problems: Vec<_> = problems.collect();
        let mut problems = Problems(problems);
        problems.sort();
        if let Some(last) = problems.0.last_mut() {
            last.hint = Some("the rest is checked once the file can be read".into());
        }
        Err(problems)
    }

    /// The file as a section.
    pub fn section(&self) -> Section<'_> {
        Section {
            document: self,
            table: &self.root,
            path: String::new(),
            place: self.place(0..0),
            asked: RefCell::default(),
        }
    }

    /// Notes a problem.
    pub fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// The problems noted so far, taken out.
    pub fn take_problems(&self) -> Vec<Problem> {
        self.problems.take()
    }

    fn place(&self, span: Range<usize>) -> Place {
        let (line, column) = self.lines.of(self.text, span.start);
        Place {
            file: self.file.clone(),
            line,
            column,
        }
    }
}

impl<'d> Section<'d> {
    /// Notes a problem.
    pub fn report(&self, problem: Problem) {
        self.document.report(problem);
    }

    /// `key` with the sections above it, for messages.
    pub fn name(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    /// The sections that lead here, for messages.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A text that is not empty.
    pub fn text(&self, key: &'static str) -> Option<Spot<String>> {
        let value = self.get(key)?;
        self.text_of(&self.name(key), value)
    }

    /// A text that has to be there.
    pub fn required_text(&self, key: &'static str) -> Option<Spot<String>> {
        if self.has(key) {
            return self.text(key);
        }
        self.asked.borrow_mut().push(key);
        self.report(Problem::at(
            &self.place,
            format!("{} is missing", self.name(key)),
        ));
        None
    }

    /// A list of texts that are not empty; none where the key is missing.
    pub fn texts(&self, key: &'static str) -> Option<Vec<Spot<String>>> {
        let value = self.get(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_kind(&self.name(key), "a list of texts", value);
            return None;
        };
        let name = format!("an item of {}", self.name(key));
        let texts = items.iter().filter_map(|item| self.text_of(&name, item));
        Some(texts.collect())
    }

    /// A whole number of at least `least`.
    pub fn count(&self, key: &'static str, least: u64) -> Option<u64> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(digits) => u64::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| *number >= least && *number <= i64::MAX as u64);
        if number.is_none() {
            let wanted = format!("a whole number from {least} up");
            self.wrong_kind(&self.name(key), &wanted, value);
        }
        number
    }

    /// A number from 0 to 1.
    pub fn share(&self, key: &'static str) -> Option<f64> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(digits) => digits.as_str().parse::<f64>().ok(),
            DeValue::Float(digits) => digits.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let number = number.filter(|number| (0.0..=1.0).contains(number));
        if number.is_none() {
            self.wrong_kind(&self.name(key), "a number from 0 to 1", value);
        }
        number
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.wrong_kind(&self.name(key), "true or false", value);
        None
    }

    /// One of some words.
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = choices.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            let name = self.name(key);
            self.report(names::unknown(&text.place, &name, &text.value, &words));
        }
        found.map(|(_, choice)| *choice)
    }

    /// Whatever stands under a key.
    pub fn value(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.get(key)
    }

    /// A table below this one whose name is not one of the keys that the form
    /// knows.
    pub fn named(&self, name: &str) -> Option<Section<'d>> {
        let found = self.table.iter().find(|(key, _)| key.get_ref() == name);
        let (key, value) = found?;
        self.table_of(self.name(name), self.document.place(key.span()), value)
    }

    /// A table below this one.
    pub fn below(&self, key: &'static str) -> Option<Section<'d>> {
        let (place, value) = self.find(key)?;
        self.table_of(self.name(key), place, value)
    }

    /// The tables below the table `key`, each with its name, as they stand in
    /// the file.
    pub fn each_below(&self, key: &'static str) -> Vec<(Spot<String>, Section<'d>)> {
        let Some(parent) = self.below(key) else {
            return Vec::new();
        };
        let sections = parent.entries().into_iter().filter_map(|(name, value)| {
            let path = parent.name(&name.value);
            let section = self.table_of(path, name.place.clone(), value)?;
            Some((name, section))
        });
        sections.collect()
    }

    /// The sections `[[key]]` below this one, as they stand in the file.
    pub fn list_below(&self, key: &'static str) -> Vec<Section<'d>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let path = self.name(key);
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_kind(&path, &format!("sections [[{path}]]"), value);
            return Vec::new();
        };
        let sections = items.iter().filter_map(|item| {
            let place = self.document.place(item.span());
            self.table_of(path.clone(), place, item)
        });
        sections.collect()
    }

    /// The texts, numbers and truth values of a table below this one, as texts.
    pub fn scalars_below(&self, key: &'static str) -> Vec<(Spot<String>, String)> {
        let Some(below) = self.below(key) else {
            return Vec::new();
        };
        let scalars = below.entries().into_iter().filter_map(|(name, value)| {
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                DeValue::Float(number) => number.to_string(),
                DeValue::Boolean(flag) => flag.to_string(),
                _ => {
                    let path = below.name(&name.value);
                    below.wrong_kind(&path, "a text, a number, true or false", value);
                    return None;
                }
            };
            Some((name, text))
        });
        scalars.collect()
    }

    /// Reports every key that was never asked for.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for (name, _) in self.entries() {
            if asked.iter().all(|key| *key != name.value) {
                let what = match self.path.as_str() {
                    "" => "section".to_owned(),
                    path => format!("key in [{path}]"),
                };
                self.report(names::unknown(&name.place, &what, &name.value, &asked));
            }
        }
    }

    /// All keys and values as they stand in the file.
    pub fn entries(&self) -> Vec<(Spot<String>, &'d Spanned<DeValue<'d>>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        let entries = entries.into_iter().map(|(name, value)| {
            let spot = Spot {
                value: name.get_ref().to_string(),
                place: self.document.place(name.span()),
            };
            (spot, value)
        });
        entries.collect()
    }

    /// Whether a key is there, whatever it says.
    pub fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref() == key)
    }

    fn find(&self, key: &'static str) -> Option<(Place, &'d Spanned<DeValue<'d>>)> {
        self.asked.borrow_mut().push(key);
        let (name, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((self.document.place(name.span()), value))
    }

    fn get(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.find(key).map(|(_, value)| value)
    }

    /// A text that is not empty, given for `name`.
    pub fn text_of(&self, name: &str, value: &'d Spanned<DeValue<'d>>) -> Option<Spot<String>> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_kind(name, "a text", value);
            return None;
        };
        let place = self.document.place(value.span());
        if text.trim().is_empty() {
            self.report(Problem::at(&place, format!("{name} is empty")));
            return None;
        }
        let value = text.trim().to_owned();
        Some(Spot { value, place })
    }

    fn table_of(
        &self,
        path: String,
        place: Place,
        value: &'d Spanned<DeValue<'d>>,
    ) -> Option<Section<'d>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_kind(&path, &format!("a section [{path}]"), value);
            return None;
        };
        Some(Section {
            document: self.document,
            table,
            path,
            place,
            asked: RefCell::default(),
        })
    }

    /// Notes that a value is of another kind than it has to be.
    pub fn wrong_kind(&self, name: &str, wanted: &str, value: &Spanned<DeValue<'d>>) {
        let place = self.document.place(value.span());
        self.report(Problem::at(&place, format!("{name} wants {wanted}")));
    }
}
