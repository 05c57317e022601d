//! Numbers as SQLite keeps them: signed, 64 bits.

use treaty_model::{LinkId, RunId};

/// A count or a number that only grows; none ever reaches the limit.
pub(crate) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Reads what [`stored`] wrote.
pub(crate) fn read(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A limit of rows as SQLite takes it.
pub(crate) fn limit(rows_max: usize) -> i64 {
    i64::try_from(rows_max).unwrap_or(i64::MAX)
}

/// A hash: the bits stay the same, whatever number they spell.
pub(crate) fn stored_hash(hash: u64) -> i64 {
    hash.cast_signed()
}

pub(crate) fn of_link(link: LinkId) -> i64 {
    stored(link.0)
}

pub(crate) fn link(number: i64) -> LinkId {
    LinkId(read(number))
}

pub(crate) fn of_run(run: RunId) -> i64 {
    stored(run.0)
}
