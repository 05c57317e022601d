//! Names and titles, word by word: what a rare word proves, and what is left
//! over.

use crate::counted::{Counted, common};
use crate::record::Count;
use crate::similarity::{are_alike, one_edit_apart};
use crate::text::Text;
use crate::weight::Population;

/// How many words of one text are compared.
pub const WORDS_MAX: usize = 32;

/// How frequent a word of a name is.
const WORD_BACKGROUND: f64 = 0.003;
/// How much a word that only one text has takes away from what is shared.
const LEFT_OVER: f64 = 0.35;
/// And how much at most, where the other text has all its words in the longer.
const LEFT_OVER_MAX: f64 = 4.0;
/// What words that are alike but not equal share of their weight.
const NEARLY: f64 = 0.75;

/// A word whose frequency is counted.
pub type Word = Counted<Text<16>>;

/// The words of a text and the counts of its record.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The words; empty ones are no words.
    pub words: &'a [Word],
    /// The counts of the record.
    pub counts: &'a [Count],
}

/// What two texts have in common, in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Overlap {
    /// What the words in both weigh.
    pub shared: f64,
    /// What the words weigh that only the first has.
    pub left_first: f64,
    /// And the second.
    pub left_second: f64,
}

impl Overlap {
    /// What is shared less what contradicts it. Left over on both sides, two
    /// names contradict each other; on one side only, one is the other's short
    /// form.
    #[must_use]
    pub fn weight(&self) -> f64 {
        let short = self.left_first.min(self.left_second);
        let long = (LEFT_OVER * self.left_first.max(self.left_second)).min(LEFT_OVER_MAX);
        self.shared - long - 3.0 * LEFT_OVER * short
    }
}

/// Pairs each word with the other text's most alike. An initial that stands for
/// a word proves nothing and contradicts nothing.
#[must_use]
pub fn overlap(population: &Population, first: Words<'_>, second: Words<'_>) -> Overlap {
    let weight = |records: u64| population.agreement(records, WORD_BACKGROUND, 0.9, 9.0);
    let others = &second.words[..second.words.len().min(WORDS_MAX)];
    let words = &first.words[..first.words.len().min(WORDS_MAX)];
    let (mut used, mut alone) = (0_u32, 0_u32);
    let mut overlap = Overlap::default();
    for (place, word) in words.iter().enumerate() {
        if word.value.is_empty() {
            continue;
        }
        let own = word.count(first.counts);
        let mut best = (0.0, 0);
        for (at, other) in others.iter().enumerate() {
            let free = used >> at & 1 == 0 && !other.value.is_empty();
            // Of two that are alike, the later one.
            if free && best.0 < 1.0 {
                let likeness = likeness(word, other);
                if likeness > 0.0 && likeness >= best.0 {
                    best = (likeness, at);
                }
            }
        }
        if best.0 > 0.0 {
            used |= 1 << best.1;
            let other = others[best.1].count(second.counts);
            overlap.shared += best.0 * weight(common(own, other).records);
        } else {
            alone |= 1 << place;
        }
    }
    for (place, word) in words.iter().enumerate() {
        if alone >> place & 1 == 0 {
            continue;
        }
        let free = |at: &usize| used >> at & 1 == 0;
        let initial = |at: &usize| is_initial(word, &others[*at]);
        match (0..others.len()).filter(free).find(initial) {
            Some(at) => used |= 1 << at,
            None => overlap.left_first += weight(word.count(first.counts).records),
        }
    }
    for (at, word) in others.iter().enumerate() {
        if used >> at & 1 == 0 && !word.value.is_empty() {
            overlap.left_second += weight(word.count(second.counts).records);
        }
    }
    overlap
}

/// Whether one word is the other's first letter.
fn is_initial(word: &Word, other: &Word) -> bool {
    let (one, other) = (word.value.as_bytes(), other.value.as_bytes());
    one.len().min(other.len()) == 1 && one[0] == other[0]
}

/// 1 where two words are equal, less where one is the other's short form or
/// has a typing error, 0 where they differ.
fn likeness(word: &Word, other: &Word) -> f64 {
    let (one, other) = (word.value.as_bytes(), other.value.as_bytes());
    if one == other {
        return 1.0;
    }
    let short = one.len().min(other.len());
    if short < 4 {
        return 0.0;
    }
    let prefix = one[..short] == other[..short];
    if prefix || one_edit_apart(one, other) || (short >= 5 && are_alike(one, other, 0.93)) {
        return NEARLY;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{fold, words};

    fn check(first: &str, second: &str, alike: bool) {
        let list = |text: &str| -> Vec<Word> {
            let words = words(&fold(text));
            words.iter().map(|word| Text::new(word).into()).collect()
        };
        let population = Population::new(5_000, 6_000_000);
        let (first, second) = (list(first), list(second));
        let of = |words| Words { words, counts: &[] };
        let weight = overlap(&population, of(&first), of(&second)).weight();
        assert_eq!(weight > 0.0, alike, "{weight}");
    }

    #[test]
    fn words_in_any_order() {
        check("Blue Ocean Trading", "Trading Blue Ocean", true);
        check("Blue Ocean Trading", "Blue Ocean", true);
        check("Blue Ocean Tradng", "Blue Ocean Trading", true);
        check("Blue Ocean Trading", "Red Mountain Trading", false);
    }
}
