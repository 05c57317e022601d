//! A promise that was not kept.

use std::fmt;

/// A promise of the house, by its number in the list of nine, and how it was
/// broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// Which promise; 0: something that must never happen in any program.
    pub promise: u8,
    /// How.
    pub how: String,
}

impl Broken {
    /// A promise that was not kept.
    pub fn new(promise: u8, how: impl Into<String>) -> Self {
        Self {
            promise,
            how: how.into(),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "promise {}: {}", self.promise, self.how)
    }
}
