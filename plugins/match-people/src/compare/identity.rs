//! What is meant to identify: birth date, tax id, ids in other systems,
//! junior and senior.

use treaty_evidence::date::{self, Agreement};
use treaty_evidence::external;
use treaty_evidence::record::{Part, Seen};
use treaty_evidence::similarity::one_edit_apart;

use super::Scale;
use crate::person::{Person, day_number};
use treaty_evidence::counted::common;

/// They differ.
pub const CONFLICT: u8 = 1;
/// Hardly anything agrees.
pub const DISTANT: u8 = 2;
/// About a year apart.
pub const NEAR: u8 = 3;
/// Two of year, month, day.
pub const PARTS: u8 = 4;
/// One digit off, or day and month swapped.
pub const SLIP: u8 = 5;
/// Equal.
pub const EQUAL: u8 = 6;

/// Compares birth dates.
#[must_use]
pub fn birth(scale: Scale<'_>, first: Seen<'_, Person>, second: Seen<'_, Person>) -> Part {
    let (a, b) = (&first.record.birth, &second.record.birth);
    if day_number(a.value) == 0 || day_number(b.value) == 0 {
        return Part::default();
    }
    let weights = scale.weights;
    let count = common(a.count(first.counts), b.count(second.counts));
    let equal = || {
        scale
            .population
            .agreement(count.records, 0.00005, 0.8, weights.birth_max)
    };
    match date::compare(a.value, b.value) {
        Agreement::Equal => Part::new(EQUAL, equal()),
        Agreement::Slip => Part::new(
            SLIP,
            (equal() + weights.birth_slip).max(weights.birth_parts),
        ),
        Agreement::TwoParts => Part::new(PARTS, weights.birth_parts),
        Agreement::Near => Part::new(NEAR, weights.birth_near),
        Agreement::Distant => Part::new(DISTANT, weights.birth_distant),
        Agreement::Conflict => Part::new(CONFLICT, weights.birth_conflict),
    }
}

/// Compares tax ids.
#[must_use]
pub fn tax(scale: Scale<'_>, first: &Person, second: &Person) -> Part {
    let (one, other) = (first.tax.as_bytes(), second.tax.as_bytes());
    if one.is_empty() || other.is_empty() {
        return Part::default();
    }
    if one == other {
        Part::new(EQUAL, scale.weights.tax_equal)
    } else if one_edit_apart(one, other) {
        Part::new(SLIP, scale.weights.tax_close)
    } else {
        Part::new(CONFLICT, scale.weights.tax_conflict)
    }
}

/// Compares ids in other systems, field by field. One that is equal decides.
#[must_use]
pub fn external(scale: Scale<'_>, first: &Person, second: &Person) -> Part {
    match external::compare(&first.externals, &second.externals) {
        external::Agreement::Unknown => Part::default(),
        external::Agreement::Equal => Part::new(EQUAL, scale.weights.external_equal),
        external::Agreement::Conflict => Part::new(CONFLICT, scale.weights.external_conflict),
    }
}

/// Compares junior and senior.
#[must_use]
pub fn generation(scale: Scale<'_>, first: &Person, second: &Person) -> Part {
    match (first.generation, second.generation) {
        (0, _) | (_, 0) => Part::default(),
        (one, other) if one == other => Part::new(EQUAL, 0.0),
        _ => Part::new(CONFLICT, scale.weights.generation_conflict),
    }
}
