//! What a matcher gives and takes, in native words.

use std::borrow::Cow;

use crate::bytes::Malformed;
use crate::weight::Population;

pub use treaty_sdk::TermCount as Count;

/// A blocking key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// What it is made of.
    pub kind: &'static str,
    /// A hash of its content.
    pub hash: u64,
}

/// A value whose frequency the host counts, and its witness (zero: none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The value.
    pub value: u64,
    /// The witness.
    pub witness: u64,
}

/// What is kept of one version of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Under what it is found.
    pub keys: Vec<Key>,
    /// What is counted.
    pub terms: Vec<Term>,
    /// What comparing needs.
    pub features: Vec<u8>,
}

/// A piece of evidence in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was compared.
    pub about: Cow<'static, str>,
    /// What was found.
    pub finding: String,
    /// Its share of the weight, in bits.
    pub weight: f64,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{}: {} ({:+.1})",
            self.about, self.finding, self.weight
        )
    }
}

/// What a comparison came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// All evidence and the prior, in bits.
    pub weight: f64,
    /// The probability that belongs to it.
    pub probability: f64,
    /// The level of each comparison, four bits each.
    pub pattern: u64,
}

/// One comparison's level and its share of the weight. Level zero: nothing to
/// compare.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    /// Which level, in the comparison's own order.
    pub level: u8,
    /// In bits.
    pub weight: f64,
}

impl Part {
    /// A level and its weight.
    #[must_use]
    pub fn new(level: u8, weight: f64) -> Self {
        Self { level, weight }
    }
}

/// A matcher as a plain library: what its component and its trials share.
pub trait Matcher: Sync {
    /// A record ready for comparing.
    type Record: Send + Sync;

    /// Prepares a row.
    fn prepare_row(&self, row: &[Option<String>]) -> Prepared;

    /// Reads features back.
    ///
    /// # Errors
    /// [`Malformed`] where this version did not write them.
    fn read(&self, features: &[u8]) -> Result<Self::Record, Malformed>;

    /// Weighs a pair.
    fn compare(
        &self,
        population: &Population,
        first: Seen<'_, Self::Record>,
        second: Seen<'_, Self::Record>,
    ) -> Score;

    /// Says in words what [`Matcher::compare`] found.
    fn explain(
        &self,
        population: &Population,
        first: Seen<'_, Self::Record>,
        second: Seen<'_, Self::Record>,
    ) -> Vec<Finding>;
}

/// A record and how often each of its terms was seen.
#[derive(Debug)]
pub struct Seen<'a, Record> {
    /// What prepare made.
    pub record: &'a Record,
    /// One count for each term.
    pub counts: &'a [Count],
}

impl<Record> Clone for Seen<'_, Record> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Record> Copy for Seen<'_, Record> {}
