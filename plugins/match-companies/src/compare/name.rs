//! Names, as a whole and word by word.

use treaty_evidence::counted::common;
use treaty_evidence::record::{Part, Seen};
use treaty_evidence::similarity::{are_alike, one_edit_apart};
use treaty_evidence::wording::{Words, overlap};

use super::{ALIKE, CLOSE, CONFLICT, EQUAL, Scale};
use crate::company::Company;

/// How frequent a company's name is where nothing is known.
const NAME_BACKGROUND: f64 = 0.0003;

/// Compares names.
#[must_use]
pub fn compare(scale: Scale<'_>, first: Seen<'_, Company>, second: Seen<'_, Company>) -> Part {
    let (a, b) = (first.record, second.record);
    let (one, other) = (a.name.value.as_bytes(), b.name.value.as_bytes());
    if one.is_empty() || other.is_empty() {
        return Part::default();
    }
    let weights = scale.weights;
    let count = common(a.name.count(first.counts), b.name.count(second.counts));
    let equal = scale
        .population
        .agreement(count.records, NAME_BACKGROUND, 0.7, weights.name_max);
    if one == other {
        return Part::new(EQUAL, equal);
    }
    if one.len().min(other.len()) >= 5
        && (one_edit_apart(one, other) || are_alike(one, other, 0.96))
    {
        return Part::new(CLOSE, (equal - 1.5).max(0.0));
    }
    let overlap = overlap(scale.population, words(first), words(second));
    let weight = overlap.weight().min((equal - 1.0).max(0.0));
    if overlap.shared > 0.0 && weight > 0.0 {
        let level = if weight * 2.0 >= overlap.shared {
            CLOSE
        } else {
            ALIKE
        };
        return Part::new(level, weight);
    }
    if is_acronym(a, b) || is_acronym(b, a) {
        return Part::new(ALIKE, weights.name_acronym);
    }
    if are_alike(one, other, 0.85) {
        return Part::new(ALIKE, 0.0);
    }
    Part::new(
        CONFLICT,
        overlap.weight().max(weights.name_conflict).min(-1.0),
    )
}

fn words(of: Seen<'_, Company>) -> Words<'_> {
    Words {
        words: &of.record.words,
        counts: of.counts,
    }
}

/// Whether the one name is a single word that has the other's first letters.
fn is_acronym(short: &Company, long: &Company) -> bool {
    !long.acronym.is_empty()
        && short.words[1].value.is_empty()
        && short.name.value.as_bytes() == long.acronym.as_bytes()
}
