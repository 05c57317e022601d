//! Given and family names.

use treaty_evidence::record::{Count, Part, Seen};
use treaty_evidence::similarity::{one_edit_apart, similarity_from};

use super::Scale;
use crate::person::Person;
use treaty_evidence::counted::common;

/// They differ.
pub const CONFLICT: u8 = 1;
/// Somewhat alike.
pub const ALIKE: u8 = 2;
/// An initial that fits.
pub const INITIAL: u8 = 3;
/// One letter off, or very alike.
pub const CLOSE: u8 = 4;
/// Among the other's further names.
pub const PART: u8 = 5;
/// First and last are swapped.
pub const SWAPPED: u8 = 6;
/// A nickname.
pub const NICKNAME: u8 = 7;
/// Equal.
pub const EQUAL: u8 = 8;

/// What the names say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names {
    /// Given names.
    pub first: Part,
    /// Family names.
    pub last: Part,
}

/// How frequent a first name is where nothing is known.
const FIRST_BACKGROUND: f64 = 0.002;
/// How frequent a last name is.
const LAST_BACKGROUND: f64 = 0.0005;
/// How often two records of one person have the same first name.
const FIRST_AGREEMENT: f64 = 0.8;
/// And last name.
const LAST_AGREEMENT: f64 = 0.85;

/// Compares names, in the order they were given or swapped.
#[must_use]
pub fn compare(scale: Scale<'_>, first: Seen<'_, Person>, second: Seen<'_, Person>) -> Names {
    let (a, b) = (first.record, second.record);
    let last_counts = common(a.last.count(first.counts), b.last.count(second.counts));
    let first_counts = common(a.first.count(first.counts), b.first.count(second.counts));
    let straight = Names {
        first: first_names(scale, a, b, first_counts),
        last: last_names(scale, a, b, last_counts),
    };
    if straight.first.level > ALIKE || straight.last.level > ALIKE {
        return straight;
    }
    swapped(scale, first, second).unwrap_or_else(|| both_conflict(scale, straight))
}

/// Two conflicts are not twice the evidence of one: a wrong name is often wrong
/// as a whole.
fn both_conflict(scale: Scale<'_>, mut names: Names) -> Names {
    let sum = names.first.weight + names.last.weight;
    if names.first.level == CONFLICT
        && names.last.level == CONFLICT
        && sum < scale.weights.names_conflict
    {
        let factor = scale.weights.names_conflict / sum;
        names.first.weight *= factor;
        names.last.weight *= factor;
    }
    names
}

/// Names that agree when one record has first and last name exchanged, or has
/// its only name in the other field.
fn swapped(scale: Scale<'_>, first: Seen<'_, Person>, second: Seen<'_, Person>) -> Option<Names> {
    let (a, b) = (first.record, second.record);
    let (one, other) = (crossing(a, b), crossing(b, a));
    if one != Crossing::Agree && other != Crossing::Agree {
        return None;
    }
    let differ = one == Crossing::Differ || other == Crossing::Differ;
    let weights = scale.weights;
    let rarest = |given: Count, family: Count| {
        let count = common(given, family);
        weight(
            scale,
            count,
            LAST_BACKGROUND,
            LAST_AGREEMENT,
            weights.first_max,
        )
    };
    let of = |crossing: Crossing, given: Seen<'_, Person>, family: Seen<'_, Person>| match crossing
    {
        Crossing::Agree => rarest(
            given.record.first.count(given.counts),
            family.record.last.count(family.counts),
        ),
        _ => 0.0,
    };
    let (one, other) = (of(one, first, second), of(other, second, first));
    // The mirror must come out alike: the larger share is called the last name's.
    let (last, given) = (one.max(other), one.min(other));
    if differ {
        return Some(Names {
            first: Part::new(CONFLICT, weights.first_conflict),
            last: Part::new(SWAPPED, (last + 2.0 * weights.swapped).max(0.0)),
        });
    }
    Some(Names {
        first: Part::new(SWAPPED, given),
        last: Part::new(SWAPPED, (last + weights.swapped).max(0.0)),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Crossing {
    Agree,
    Unknown,
    Differ,
}

/// Whether one's first name is the other's last.
fn crossing(a: &Person, b: &Person) -> Crossing {
    let (given, family) = (a.first.value.as_bytes(), b.last.value.as_bytes());
    match () {
        () if given.is_empty() || family.is_empty() => Crossing::Unknown,
        () if given.len() > 1 && likeness(given, family) >= CLOSE => Crossing::Agree,
        // An initial, or a nickname that begins alike.
        () if given[0] == family[0] => Crossing::Unknown,
        () => Crossing::Differ,
    }
}

fn weight(scale: Scale<'_>, count: Count, background: f64, agreement: f64, weight_max: f64) -> f64 {
    let seen = count.records.min(count.witnesses.max(2));
    scale
        .population
        .agreement(seen, background, agreement, weight_max)
}

fn first_names(scale: Scale<'_>, a: &Person, b: &Person, count: Count) -> Part {
    let (one, other) = (a.first.value.as_bytes(), b.first.value.as_bytes());
    if one.is_empty() || other.is_empty() {
        return Part::default();
    }
    let weights = scale.weights;
    let equal = || {
        weight(
            scale,
            count,
            FIRST_BACKGROUND,
            FIRST_AGREEMENT,
            weights.first_max,
        )
    };
    let less = |level, by: f64| Part::new(level, (equal() + by).max(weights.first_alike.max(0.0)));
    if one.len() == 1 || other.len() == 1 {
        return match one[0] == other[0] {
            true => Part::new(INITIAL, weights.first_initial.min(equal())),
            false => Part::new(CONFLICT, weights.first_conflict),
        };
    }
    if one == other {
        return Part::new(EQUAL, equal());
    }
    if a.formals
        .iter()
        .any(|name| *name != 0 && b.formals.contains(name))
    {
        return less(NICKNAME, weights.first_nickname);
    }
    if a.others.contains(&b.formals[0]) || b.others.contains(&a.formals[0]) {
        return less(PART, weights.first_middle);
    }
    match likeness(one, other) {
        CLOSE => less(CLOSE, weights.first_close),
        ALIKE => Part::new(ALIKE, weights.first_alike),
        _ => Part::new(CONFLICT, weights.first_conflict),
    }
}

fn last_names(scale: Scale<'_>, a: &Person, b: &Person, count: Count) -> Part {
    let (one, other) = (a.last.value.as_bytes(), b.last.value.as_bytes());
    if one.is_empty() || other.is_empty() {
        return Part::default();
    }
    let weights = scale.weights;
    let equal = || {
        weight(
            scale,
            count,
            LAST_BACKGROUND,
            LAST_AGREEMENT,
            weights.last_max,
        )
    };
    if one == other {
        return Part::new(EQUAL, equal());
    }
    if one.len() == 1 || other.len() == 1 {
        return match one[0] == other[0] {
            true => Part::new(INITIAL, weights.first_initial.min(equal())),
            false => Part::new(CONFLICT, weights.last_conflict),
        };
    }
    let likeness = likeness(one, other);
    if likeness == CLOSE {
        return Part::new(CLOSE, (equal() + weights.last_close).max(0.0));
    }
    if share_a_part(a, b) {
        return Part::new(PART, (equal() + weights.last_part).max(0.0));
    }
    match likeness {
        ALIKE => Part::new(ALIKE, weights.last_alike),
        _ => Part::new(CONFLICT, weights.last_conflict),
    }
}

/// Whether the letters are the same in another order. Adding up a power of two
/// for each letter confuses only texts with many repeated letters.
fn are_anagrams(one: &[u8], other: &[u8]) -> bool {
    let bag = |text: &[u8]| {
        text.iter()
            .fold(0_u64, |sum, byte| sum.wrapping_add(1 << (byte % 32 * 2)))
    };
    one.len() == other.len() && bag(one) == bag(other)
}

/// Whether one's last name is among the other's names, or a half of both.
fn share_a_part(a: &Person, b: &Person) -> bool {
    let among = |person: &Person, names: &Person| {
        let hash = person.last_hash;
        hash != 0 && names.others.contains(&hash)
    };
    among(a, b) || among(b, a)
}

fn likeness(one: &[u8], other: &[u8]) -> u8 {
    let shorter = one.len().min(other.len());
    if one == other {
        return EQUAL;
    }
    if shorter >= 3 && one_edit_apart(one, other) {
        return CLOSE;
    }
    let similarity = similarity_from(one, other, 0.8);
    if similarity >= 0.92 || (shorter >= 4 && are_anagrams(one, other)) {
        CLOSE
    } else if similarity >= 0.8 || (shorter >= 3 && one[..3] == other[..3]) {
        ALIKE
    } else {
        CONFLICT
    }
}
