//! Values whose frequency the host counts.

use crate::record::{Count, Term};

/// A value whose frequency is counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted<T> {
    /// What is compared.
    pub value: T,
    /// The place of its count among the record's counts, from one; zero where
    /// there is no value.
    term: u8,
}

impl<T> Counted<T> {
    /// How often it was seen, given the counts of its record.
    #[must_use]
    pub fn count(&self, counts: &[Count]) -> Count {
        let none = Count {
            records: 0,
            witnesses: 0,
        };
        usize::from(self.term)
            .checked_sub(1)
            .and_then(|at| counts.get(at))
            .copied()
            .unwrap_or(none)
    }
}

impl<T> Counted<T> {
    /// Lists the value as a term, with the place where to remember its count;
    /// not where its hash is zero.
    pub fn list(
        &mut self,
        witness: u64,
        hash: impl FnOnce(&T) -> u64,
        visit: &mut dyn FnMut(Term, &mut u8),
    ) {
        let value = hash(&self.value);
        if value != 0 {
            visit(Term { value, witness }, &mut self.term);
        }
    }
}

impl<T> From<T> for Counted<T> {
    fn from(value: T) -> Self {
        Self { value, term: 0 }
    }
}

/// The place of the count of the term that was listed last.
///
/// # Panics
/// Where a record has more than 255 terms: no matcher lists that many.
#[must_use]
pub fn place_of(terms: usize) -> u8 {
    u8::try_from(terms).expect("a record has far fewer than 255 terms")
}

/// The larger of two counts: where values are alike but not equal, the more
/// frequent one says how surprising that is.
#[must_use]
pub fn common(first: Count, second: Count) -> Count {
    Count {
        records: first.records.max(second.records),
        witnesses: first.witnesses.max(second.witnesses),
    }
}
