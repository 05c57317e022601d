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
    /// Lists the value where it is known, with the place where to remember its
    /// count. Its term is made only for who asks: reading features back needs
    /// the places alone, and hashing takes longer than all else there.
    pub fn list(
        &mut self,
        is_known: impl Fn(&T) -> bool,
        hash: impl Fn(&T) -> u64,
        witness: &dyn Fn() -> u64,
        visit: &mut Visit<'_>,
    ) {
        let Self { value, term: place } = self;
        if is_known(value) {
            visit(place, &|| Term {
                value: hash(value),
                witness: witness(),
            });
        }
    }
}

impl<T> From<T> for Counted<T> {
    fn from(value: T) -> Self {
        Self { value, term: 0 }
    }
}

/// Sees each value that is counted: the place of its count, and its term.
pub type Visit<'a> = dyn FnMut(&mut u8, &dyn Fn() -> Term) + 'a;

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
