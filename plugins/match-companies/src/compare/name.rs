//! Names, word by word: what a rare word proves, and what is left over.

use treaty_evidence::counted::{Counted, common};
use treaty_evidence::record::{Part, Seen};
use treaty_evidence::similarity::{jaro_winkler, one_edit_apart};
use treaty_evidence::text::Text;

use super::{ALIKE, CLOSE, CONFLICT, EQUAL, Scale};
use crate::company::{Company, WORDS_MAX};

/// How frequent a company's name is where nothing is known.
const NAME_BACKGROUND: f64 = 0.0003;
/// How frequent a word of a name is.
const WORD_BACKGROUND: f64 = 0.003;
/// How much a word that only one name has takes away from what is shared.
const LEFT_OVER: f64 = 0.35;
/// And how much at most, where the other name has all its words in the longer.
const LEFT_OVER_MAX: f64 = 4.0;
/// What words that are alike but not equal share of their weight.
const NEARLY: f64 = 0.75;

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
        && (one_edit_apart(one, other) || jaro_winkler(one, other) >= 0.96)
    {
        return Part::new(CLOSE, (equal - 1.5).max(0.0));
    }
    let (shared, left_first, left_second) = shared_words(scale, first, second);
    // Left over on both sides, the names contradict each other; on one side
    // only, one is the other's short form.
    let short = left_first.min(left_second);
    let long = (LEFT_OVER * left_first.max(left_second)).min(LEFT_OVER_MAX);
    let left = long + 3.0 * LEFT_OVER * short;
    let weight = (shared - left).min((equal - 1.0).max(0.0));
    if shared > 0.0 && weight > 0.0 {
        let level = if weight * 2.0 >= shared { CLOSE } else { ALIKE };
        return Part::new(level, weight);
    }
    if is_acronym(a, b) || is_acronym(b, a) {
        return Part::new(ALIKE, weights.name_acronym);
    }
    let similarity = jaro_winkler(one, other);
    if similarity >= 0.85 {
        return Part::new(ALIKE, 0.0);
    }
    Part::new(
        CONFLICT,
        (shared - left).max(weights.name_conflict).min(-1.0),
    )
}

/// What the shared words weigh, and the words that only one name has.
fn shared_words(
    scale: Scale<'_>,
    first: Seen<'_, Company>,
    second: Seen<'_, Company>,
) -> (f64, f64, f64) {
    let (a, b) = (&first.record.words, &second.record.words);
    let weight = |records: u64| {
        scale
            .population
            .agreement(records, WORD_BACKGROUND, 0.9, 9.0)
    };
    let mut used = [false; WORDS_MAX];
    let (mut shared, mut left_first, mut left_second) = (0.0, 0.0, 0.0);
    for word in a.iter().filter(|word| !word.value.is_empty()) {
        let own = word.count(first.counts);
        let best = b
            .iter()
            .enumerate()
            .filter(|(at, other)| !used[*at] && !other.value.is_empty())
            .map(|(at, other)| (likeness(word, other), at))
            .filter(|(likeness, _)| *likeness > 0.0)
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        match best {
            Some((likeness, at)) => {
                used[at] = true;
                shared += likeness * weight(common(own, b[at].count(second.counts)).records);
            }
            None => left_first += weight(own.records),
        }
    }
    for (at, word) in b.iter().enumerate() {
        if !used[at] && !word.value.is_empty() {
            left_second += weight(word.count(second.counts).records);
        }
    }
    (shared, left_first, left_second)
}

/// 1 where two words are equal, less where one is the other's short form or
/// has a typing error, 0 where they differ.
fn likeness(word: &Counted<Text<16>>, other: &Counted<Text<16>>) -> f64 {
    let (one, other) = (word.value.as_bytes(), other.value.as_bytes());
    if one == other {
        return 1.0;
    }
    let short = one.len().min(other.len());
    if short < 4 {
        return 0.0;
    }
    let prefix = one[..short] == other[..short];
    if prefix || one_edit_apart(one, other) || (short >= 5 && jaro_winkler(one, other) >= 0.93) {
        return NEARLY;
    }
    0.0
}

/// Whether the one name is a single word that has the other's first letters.
fn is_acronym(short: &Company, long: &Company) -> bool {
    !long.acronym.is_empty()
        && short.words[1].value.is_empty()
        && short.name.value.as_bytes() == long.acronym.as_bytes()
}
