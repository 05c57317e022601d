//! Street, postcode and city as one comparison: they are one fact.

use treaty_evidence::counted::common;
use treaty_evidence::record::{Count, Part, Seen};
use treaty_evidence::similarity::{are_alike, one_edit_apart};
use treaty_evidence::street::postcode_area;

use super::{ALIKE, CLOSE, CONFLICT, EQUAL, Scale};
use crate::company::Company;

/// Compares addresses.
#[must_use]
pub fn compare(scale: Scale<'_>, first: Seen<'_, Company>, second: Seen<'_, Company>) -> Part {
    let street = streets(scale, first, second);
    let area = areas(scale, first, second);
    let weights = scale.weights;
    match (street.level, area.level) {
        (0, 0) => Part::default(),
        // The same house: what the city is called there says little.
        (EQUAL | CLOSE, _) => {
            let weight = street.weight + 0.25 * area.weight.max(-4.0);
            Part::new(street.level, weight.min(weights.address_max))
        }
        (0, _) => area,
        (_, 0) => street,
        (ALIKE, _) => Part::new(ALIKE, street.weight + area.weight),
        _ => Part::new(
            CONFLICT,
            (street.weight + area.weight).clamp(weights.address_conflict, 1.0),
        ),
    }
}

fn weight(scale: Scale<'_>, count: Count, background: f64, weight_max: f64) -> f64 {
    scale
        .population
        .agreement(count.records, background, 0.7, weight_max)
}

fn streets(scale: Scale<'_>, first: Seen<'_, Company>, second: Seen<'_, Company>) -> Part {
    let (a, b) = (&first.record.street, &second.record.street);
    let (left, right) = (a.value.name.as_bytes(), b.value.name.as_bytes());
    if left.is_empty() || right.is_empty() {
        return Part::default();
    }
    let count = common(a.count(first.counts), b.count(second.counts));
    let equal = weight(scale, count, 0.0005, scale.weights.address_max);
    let alike =
        one_edit_apart(left, right) || are_alike(left, right, 0.92) || contains(left, right);
    let (one, other) = (a.value.number, b.value.number);
    match () {
        () if left == right && one == other => Part::new(EQUAL, equal),
        () if alike && one == other && one != 0 => Part::new(CLOSE, (equal - 1.5).max(0.0)),
        () if alike && (one == 0 || other == 0) => Part::new(ALIKE, (equal - 4.0).clamp(0.0, 3.0)),
        () if alike => Part::new(CONFLICT, -0.5),
        () => Part::new(CONFLICT, -2.0),
    }
}

/// Whether the one street is all of the other and more (`6th` in
/// `6th between 5th and 7th`).
fn contains(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    short.len() >= 4 && long.starts_with(short)
}

fn areas(scale: Scale<'_>, first: Seen<'_, Company>, second: Seen<'_, Company>) -> Part {
    let mut best = Part::default();
    let mut against = 0.0;
    let (a, b) = (&first.record.postcode, &second.record.postcode);
    let (left, right) = (a.value.as_bytes(), b.value.as_bytes());
    if !left.is_empty() && !right.is_empty() {
        let count = common(a.count(first.counts), b.count(second.counts));
        let equal = weight(scale, count, 0.001, 7.0);
        match () {
            () if left == right => best = Part::new(ALIKE, equal),
            () if postcode_area(left) == postcode_area(right) => {
                best = Part::new(ALIKE, (equal - 4.0).max(0.3))
            }
            () => against += 1.5,
        }
    }
    let (a, b) = (&first.record.city, &second.record.city);
    let (left, right) = (a.value.as_bytes(), b.value.as_bytes());
    if !left.is_empty() && !right.is_empty() {
        let count = common(a.count(first.counts), b.count(second.counts));
        let equal = weight(scale, count, 0.003, 5.0);
        let alike =
            one_edit_apart(left, right) || are_alike(left, right, 0.92) || contains(left, right);
        match () {
            () if left == right && equal > best.weight => best = Part::new(ALIKE, equal),
            () if left == right => {}
            () if alike => best = Part::new(ALIKE, best.weight.max((equal - 1.0).max(0.0))),
            () => against += 1.5,
        }
    }
    match (best.level, against > 0.0) {
        (0, false) => Part::default(),
        (0, true) => Part::new(CONFLICT, -against),
        _ => Part::new(ALIKE, best.weight - 0.7 * against),
    }
}
