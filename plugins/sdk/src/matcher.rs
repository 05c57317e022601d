//! Matchers: which records are the same thing in the world.

use crate::contract::matcher::exports::treaty::rules::matcher::{self as wire, Guest};
use crate::contract::types::{Row, RuleError, Setup};
use crate::features::OwnedRecord;
use crate::hash::StableHash;
use crate::record::Record;
use crate::rule::{Exported, Rule, answer, leave};

pub use wire::{Comparison, Detail, Evidence, Key, Population, Prepared, Term, TermCount};

/// A rule that matches records in two steps. What costs time belongs in
/// [`Matcher::prepare`], which sees each version of a record once.
pub trait Matcher: Rule {
    /// What compare reads out of the bytes that prepare wrote. It may borrow
    /// from them.
    type Features<'a>;

    /// Prepares one record: keys under which it can be found, terms to be
    /// counted, and features (see [`crate::FeatureWriter`]).
    ///
    /// # Errors
    /// Why the record cannot be prepared; it is parked with that reason.
    fn prepare(&self, record: Record<'_>) -> Result<Prepared, RuleError>;

    /// Reads back what prepare wrote, once for each record of a batch (see
    /// [`crate::FeatureReader`]).
    ///
    /// # Errors
    /// What is wrong with the bytes; every pair of that record is answered so.
    fn read<'a>(&self, features: &'a [u8]) -> Result<Self::Features<'a>, RuleError>;

    /// Weighs two prepared records.
    ///
    /// # Errors
    /// Why the two cannot be compared.
    fn compare(
        &self,
        first: Counted<'_, Self::Features<'_>>,
        second: Counted<'_, Self::Features<'_>>,
        population: &Population,
        detail: Detail,
    ) -> Result<Comparison, RuleError>;
}

/// A rule that only wants to compare two records: its features are the record
/// itself. Every such rule is a [`Matcher`].
pub trait RecordMatcher: Rule {
    /// The keys under which a record can be found.
    fn keys(&self, record: Record<'_>) -> Vec<Key>;

    /// Weighs two records, in bits.
    fn compare_records(&self, first: Record<'_>, second: Record<'_>) -> Comparison;

    /// The schema that the records follow: the setup's canonical fields, kept
    /// by [`Rule::new`].
    fn fields(&self) -> &[crate::Field];
}

impl<T: RecordMatcher> Matcher for T {
    type Features<'a> = OwnedRecord;

    fn prepare(&self, record: Record<'_>) -> Result<Prepared, RuleError> {
        Ok(Prepared {
            keys: self.keys(record),
            terms: Vec::new(),
            features: OwnedRecord::write(record.cells()),
        })
    }

    fn read(&self, features: &[u8]) -> Result<OwnedRecord, RuleError> {
        OwnedRecord::read(features)
    }

    fn compare(
        &self,
        first: Counted<'_, OwnedRecord>,
        second: Counted<'_, OwnedRecord>,
        _: &Population,
        _: Detail,
    ) -> Result<Comparison, RuleError> {
        let fields = self.fields();
        Ok(self.compare_records(
            first.features.as_record(fields),
            second.features.as_record(fields),
        ))
    }
}

/// Features with the counts of the record's terms, in the order in which
/// prepare gave them.
#[derive(Debug)]
pub struct Counted<'a, Features> {
    /// What prepare wrote.
    pub features: &'a Features,
    /// One for each term.
    pub counts: &'a [TermCount],
}

impl<Features> Clone for Counted<'_, Features> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Features> Copy for Counted<'_, Features> {}

impl Key {
    /// A key of a kind (`email`, `last-postcode`) with what it is made of.
    pub fn of(kind: &str, content: &str) -> Self {
        Self::of_parts(kind, &[content])
    }

    /// A key made of several parts.
    pub fn of_parts(kind: &str, parts: &[&str]) -> Self {
        let hash = parts
            .iter()
            .fold(StableHash::new(), |hash, part| hash.text(part));
        Self {
            kind: kind.to_owned(),
            hash: hash.finish(),
        }
    }
}

impl Term {
    /// A value of a kind: `Term::of("last-name", "meier")`.
    pub fn of(kind: &str, value: &str) -> Self {
        Self {
            value: StableHash::new().text(kind).text(value).finish(),
            witness: 0,
        }
    }

    /// With the value that was seen beside it, for instance the surname beside
    /// a phone number. Zero says that there is none, so no witness hashes to it.
    #[must_use]
    pub fn seen_with(mut self, witness: &str) -> Self {
        self.witness = StableHash::new().text(witness).finish().max(1);
        self
    }
}

impl Comparison {
    /// A weight in bits and the probability that follows from it.
    pub fn of_weight(weight: f64) -> Self {
        Self {
            weight,
            probability: 1.0 / (1.0 + (-weight).exp2()),
            pattern: 0,
            evidence: Vec::new(),
        }
    }

    /// With the level that each comparison reached.
    #[must_use]
    pub fn pattern(mut self, pattern: u64) -> Self {
        self.pattern = pattern;
        self
    }

    /// With the evidence in words.
    #[must_use]
    pub fn evidence(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }
}

impl Evidence {
    /// What was compared, what was found, and its share of the weight in bits.
    pub fn new(about: impl Into<String>, finding: impl Into<String>, weight: f64) -> Self {
        Self {
            about: about.into(),
            finding: finding.into(),
            weight,
        }
    }
}

impl<T: Matcher> Guest for Exported<T> {
    fn prepare(setup: Setup, batch: Vec<Row>) -> Vec<Result<Prepared, RuleError>> {
        let answers = answer(&setup, &batch, |rule: &T, row| {
            rule.prepare(Record::new(&setup.canonical, row))
        });
        leave((setup, batch));
        answers
    }

    fn compare(
        setup: Setup,
        population: Population,
        records: Vec<wire::Candidate>,
        pairs: Vec<wire::Pair>,
        detail: Detail,
    ) -> Vec<Result<Comparison, RuleError>> {
        let rule = match T::new(&setup) {
            Ok(rule) => rule,
            Err(message) => {
                return pairs
                    .iter()
                    .map(|_| Err(RuleError::new(message.clone())))
                    .collect();
            }
        };
        let read: Vec<_> = records
            .iter()
            .map(|record| rule.read(&record.features))
            .collect();
        let side = |position: u32| {
            let position = position as usize;
            match (read.get(position), records.get(position)) {
                (Some(Ok(features)), Some(record)) => Ok(Counted {
                    features,
                    counts: &record.counts,
                }),
                (Some(Err(error)), _) => Err(error.clone()),
                _ => Err(RuleError::new(format!(
                    "record {position} is not among the {} of the batch",
                    records.len()
                ))),
            }
        };
        let answers = pairs
            .iter()
            .map(|pair| rule.compare(side(pair.first)?, side(pair.second)?, &population, detail))
            .collect();
        leave(read);
        leave((rule, setup, records));
        answers
    }
}
