//! Pairs of records as they were judged: by the matcher, the treaty, or a person.

use super::Thresholds;

/// A pair that is alike enough to look at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Judged {
    /// The smaller number.
    pub(crate) first: i64,
    /// The larger number.
    pub(crate) second: i64,
    /// In bits.
    pub(crate) weight: f64,
    /// From 0 to 1.
    pub(crate) probability: f64,
    /// What a person has to do with it.
    pub(crate) person: Person,
}

/// What a person has to do with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    /// Nothing.
    Unasked,
    /// They were asked and have not answered: then nothing but the answer links
    /// the two.
    Asked,
    /// They said that the two are the same.
    SaidSame,
}

impl Judged {
    /// Whether nothing has to be asked about it.
    pub(super) fn is_certain(&self, thresholds: Thresholds) -> bool {
        self.probability >= thresholds.link_from && self.person != Person::Asked
    }
}
