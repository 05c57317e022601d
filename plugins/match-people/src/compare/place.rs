//! Organisation and place as one comparison.
//!
//! Colleagues share company, domain, street, city and switchboard; counting
//! each of these on its own would count one fact five times.

use treaty_evidence::record::{Count, Part, Seen};
use treaty_evidence::similarity::{are_alike, one_edit_apart};
use treaty_evidence::street::postcode_area;

use super::Scale;
use super::contact::{self, Contact};
use crate::person::Person;
use treaty_evidence::counted::common;

/// Nothing in common.
pub const CONFLICT: u8 = 1;
/// Some of it agrees, some does not.
pub const MIXED: u8 = 2;
/// A city or an area at most.
pub const AREA: u8 = 3;
/// Organisation or address agrees.
pub const EQUAL: u8 = 4;

/// The share of what agrees besides the best: it mostly says the same again.
const MORE: f64 = 0.25;
/// From how many records on an address is that of an office.
const HOME_RECORDS_MAX: u64 = 12;

/// What is collected from the single fields.
#[derive(Default)]
struct Tally {
    best: f64,
    rest: f64,
    area: f64,
    against: f64,
    home: bool,
    compared: u8,
}

impl Tally {
    /// Organisation or address agrees.
    fn agree(&mut self, weight: f64) {
        self.compared += 1;
        self.rest += self.best.min(weight);
        self.best = self.best.max(weight);
    }

    fn agree_area(&mut self, weight: f64) {
        self.compared += 1;
        self.area = self.area.max(weight) + MORE * self.area.min(weight);
    }

    fn disagree(&mut self, weight: f64) {
        self.compared += 1;
        self.against += weight;
    }
}

/// Compares all of it, with what a shared mailbox or switchboard weighs.
#[must_use]
pub fn compare(
    scale: Scale<'_>,
    first: Seen<'_, Person>,
    second: Seen<'_, Person>,
    contact: Contact,
) -> Part {
    let mut tally = Tally::default();
    if contact.shared > 0.0 {
        tally.agree(contact.shared);
    }
    domain(scale, first, second, contact, &mut tally);
    company(scale, first, second, &mut tally);
    address(scale, first, second, &mut tally);
    area(scale, first, second, &mut tally);
    let weights = scale.weights;
    if tally.compared == 0 {
        return Part::default();
    }
    if tally.best == 0.0 && tally.area == 0.0 {
        return Part::new(CONFLICT, weights.place_conflict.max(-tally.against));
    }
    let more = MORE * (tally.rest + tally.area);
    let as_organisation = tally.best + more - (0.25 * tally.against).min(1.0);
    let as_area = tally.area - tally.against.min(4.0);
    let weight = if tally.best > 0.0 {
        as_organisation.max(as_area)
    } else {
        as_area
    };
    let level = match (tally.best > 0.0, tally.against > 0.0) {
        (_, true) => MIXED,
        (true, false) => EQUAL,
        (false, false) => AREA,
    };
    let weight_max = if tally.home {
        weights.home_max
    } else {
        weights.place_max
    };
    Part::new(level, weight.min(weight_max))
}

fn weight(scale: Scale<'_>, count: Count, background: f64) -> f64 {
    scale
        .population
        .agreement(count.records, background, 0.7, scale.weights.place_max)
}

fn domain(
    scale: Scale<'_>,
    first: Seen<'_, Person>,
    second: Seen<'_, Person>,
    contact: Contact,
    tally: &mut Tally,
) {
    let (a, b) = (first.record.domain, second.record.domain);
    if a.value == 0 || b.value == 0 {
        return;
    }
    if a.value == b.value {
        tally.agree(weight(
            scale,
            common(a.count(first.counts), b.count(second.counts)),
            0.001,
        ));
    } else if contact.email.level < contact::CLOSE {
        // Of two addresses that are alike, one domain is a typing error.
        tally.disagree(1.5);
    }
}

fn company(scale: Scale<'_>, first: Seen<'_, Person>, second: Seen<'_, Person>, tally: &mut Tally) {
    let (a, b) = (first.record, second.record);
    let (one, other) = (&a.company.value, &b.company.value);
    let (left, right) = (one.name.as_bytes(), other.name.as_bytes());
    if left.is_empty() || right.is_empty() {
        return;
    }
    let count = common(
        a.company.count(first.counts),
        b.company.count(second.counts),
    );
    let equal = || weight(scale, count, 0.001);
    if left == right || one.words == other.words {
        tally.agree(equal());
    } else if one_edit_apart(left, right)
        || are_alike(left, right, 0.95)
        || contains(&one.words, &other.words)
    {
        tally.agree((equal() - 1.0).max(0.5));
    } else {
        tally.disagree(1.5);
    }
}

/// Whether all words of the shorter name are in the longer, two at least.
fn contains(one: &[u64; 4], other: &[u64; 4]) -> bool {
    let count = |words: &[u64; 4]| words.iter().filter(|word| **word != 0).count();
    let (short, long) = if count(one) <= count(other) {
        (one, other)
    } else {
        (other, one)
    };
    count(short) >= 2 && short.iter().all(|word| *word == 0 || long.contains(word))
}

fn address(scale: Scale<'_>, first: Seen<'_, Person>, second: Seen<'_, Person>, tally: &mut Tally) {
    let (a, b) = (&first.record.street, &second.record.street);
    let (left, right) = (a.value.name.as_bytes(), b.value.name.as_bytes());
    if left.is_empty() || right.is_empty() {
        return;
    }
    let count = common(a.count(first.counts), b.count(second.counts));
    let equal = || weight(scale, count, 0.0005);
    let alike = left == right || one_edit_apart(left, right) || are_alike(left, right, 0.92);
    let numbers = a.value.number == b.value.number;
    let home = tally.against == 0.0 && count.records <= HOME_RECORDS_MAX;
    tally.home = alike && numbers && a.value.number != 0 && home;
    match (alike, numbers) {
        (true, true) => tally.agree(if left == right {
            equal()
        } else {
            (equal() - 1.0).max(0.5)
        }),
        (true, false) => tally.agree_area((equal() - 4.0).clamp(0.5, 4.0)),
        _ => tally.disagree(1.5),
    }
}

fn area(scale: Scale<'_>, first: Seen<'_, Person>, second: Seen<'_, Person>, tally: &mut Tally) {
    let (a, b) = (&first.record.postcode, &second.record.postcode);
    let (left, right) = (a.value.as_bytes(), b.value.as_bytes());
    if !left.is_empty() && !right.is_empty() {
        let count = common(a.count(first.counts), b.count(second.counts));
        let equal = || weight(scale, count, 0.001);
        if left == right {
            tally.agree_area(equal());
        } else if one_edit_apart(left, right) || postcode_area(left) == postcode_area(right) {
            tally.agree_area((equal() - 3.0).clamp(0.3, 3.0));
        } else {
            tally.disagree(1.0);
        }
    }
    let (a, b) = (&first.record.city, &second.record.city);
    let (left, right) = (a.value.as_bytes(), b.value.as_bytes());
    if !left.is_empty() && !right.is_empty() {
        let count = common(a.count(first.counts), b.count(second.counts));
        let equal = || weight(scale, count, 0.003);
        if left == right {
            tally.agree_area(equal());
        } else if one_edit_apart(left, right) || are_alike(left, right, 0.92) {
            tally.agree_area((equal() - 1.0).max(0.3));
        } else {
            tally.disagree(1.0);
        }
    }
}
