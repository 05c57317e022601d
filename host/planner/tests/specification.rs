//! What the planner must decide, as tables that a person can read and compare
//! with the design: `specification/*.txt`. They were written from the design,
//! and nothing here calls the planner.
//!
//! A table has a line of column names, and rows of patterns: a word, several
//! words with `/` between them, `any`, or `some` for any word but `none`. Behind
//! `->` stands the result. Every combination of facts must match exactly one
//! row, and every row must be reached.

use std::cell::RefCell;
use std::collections::BTreeSet;

/// A table of facts and results.
pub struct Table {
    name: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
    reached: RefCell<BTreeSet<usize>>,
}

struct Row {
    patterns: Vec<Vec<&'static str>>,
    result: &'static str,
}

impl Table {
    /// What becomes of the base of a shared field.
    pub fn shared() -> Self {
        Self::read("shared", include_str!("specification/shared.txt"))
    }

    /// What becomes of the base of an owned field.
    pub fn owned() -> Self {
        Self::read("owned", include_str!("specification/owned.txt"))
    }

    /// What happens to one system.
    pub fn system() -> Self {
        Self::read("system", include_str!("specification/system.txt"))
    }

    /// Whether a link lives.
    pub fn life() -> Self {
        Self::read("life", include_str!("specification/life.txt"))
    }

    /// What becomes of one system's record.
    pub fn record() -> Self {
        Self::read("record", include_str!("specification/record.txt"))
    }

    fn read(name: &'static str, text: &'static str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut lines = lines.filter_map(|line| line.split_once("->"));
        let (columns, _) = lines.next().expect("a table has columns");
        let columns: Vec<_> = columns.split_whitespace().collect();
        let rows: Vec<_> = lines
            .map(|(patterns, result)| {
                let words = patterns.split_whitespace();
                let patterns: Vec<Vec<_>> = words.map(|word| word.split('/').collect()).collect();
                assert_eq!(patterns.len(), columns.len(), "{name}: a pattern a column");
                Row {
                    patterns,
                    result: result.trim(),
                }
            })
            .collect();
        Self {
            name,
            columns,
            rows,
            reached: RefCell::default(),
        }
    }

    /// The result of the one row that these facts match; the facts are in the
    /// order of the columns.
    pub fn look_up(&self, facts: &[&str]) -> &'static str {
        assert_eq!(facts.len(), self.columns.len(), "a fact a column");
        let mut found = None;
        for (index, row) in self.rows.iter().enumerate() {
            if !row.matches(facts) {
                continue;
            }
            let before = found.replace(index);
            assert!(
                before.is_none(),
                "{}: two rows match {:?}",
                self.name,
                self.named(facts)
            );
        }
        let found = found
            .unwrap_or_else(|| panic!("{}: no row matches {:?}", self.name, self.named(facts)));
        self.reached.borrow_mut().insert(found);
        self.rows[found].result
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows that no combination reached, counted from 1.
    pub fn unreached(&self) -> Vec<usize> {
        let reached = self.reached.borrow();
        let rows = 0..self.rows.len();
        let unreached = rows.filter(|index| !reached.contains(index));
        unreached.map(|index| index + 1).collect()
    }

    fn named<'a>(&self, facts: &[&'a str]) -> Vec<(&'static str, &'a str)> {
        self.columns
            .iter()
            .copied()
            .zip(facts.iter().copied())
            .collect()
    }
}

impl Row {
    fn matches(&self, facts: &[&str]) -> bool {
        let mut pairs = self.patterns.iter().zip(facts);
        pairs.all(|(words, fact)| {
            words
                .iter()
                .any(|word| *word == "any" || (*word == "some" && *fact != "none") || word == fact)
        })
    }
}
