//! Ids that a record has in other systems.

use crate::hash::hash;
use crate::schema::{Meaning, View};
use crate::text::is_placeholder;

/// How many of a record are compared.
pub const EXTERNALS_MAX: usize = 4;

/// An id in some other system: under which field's name, and which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct External {
    /// The field.
    pub name: u64,
    /// The id.
    pub value: u64,
}

/// How ids agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// There is no field in which both have one.
    Unknown,
    /// In some field they differ, in none they are equal.
    Conflict,
    /// In some field they are equal.
    Equal,
}

/// The ids of a row.
#[must_use]
pub fn read(row: View<'_>) -> [External; EXTERNALS_MAX] {
    let mut externals = [External::default(); EXTERNALS_MAX];
    let ids = row
        .all(Meaning::ExternalId)
        .filter(|(_, id)| !is_placeholder(id));
    for (slot, (name, id)) in externals.iter_mut().zip(ids) {
        *slot = External {
            name: hash("external field", &[name.as_bytes()]),
            value: hash("external id", &[id.trim().as_bytes()]),
        };
    }
    externals
}

/// Compares ids, field by field.
#[must_use]
pub fn compare(first: &[External], second: &[External]) -> Agreement {
    let mut agreement = Agreement::Unknown;
    for one in first.iter().filter(|one| one.value != 0) {
        for other in second.iter().filter(|other| other.name == one.name) {
            if one.value == other.value {
                return Agreement::Equal;
            }
            agreement = Agreement::Conflict;
        }
    }
    agreement
}
