//! Weighing two prepared things.

use treaty_evidence::counted::common;
use treaty_evidence::record::{Count, Part, Score, Seen};
use treaty_evidence::similarity::{are_alike, one_edit_apart};
use treaty_evidence::weight::{Population, bits, probability};
use treaty_evidence::wording::{Words, overlap};

use crate::thing::{Column, FIELDS_MAX, Field, Thing, Way};
use crate::weights::Weights;

/// They differ.
pub const CONFLICT: u8 = 1;
/// Partly equal.
pub const ALIKE: u8 = 2;
/// Nearly equal.
pub const CLOSE: u8 = 3;
/// Equal.
pub const EQUAL: u8 = 4;

/// How frequent a text is where nothing is known.
const TEXT_BACKGROUND: f64 = 0.0003;
/// How frequent another value is.
const VALUE_BACKGROUND: f64 = 0.002;
/// How often two records of one thing have the same text.
const TEXT_AGREEMENT: f64 = 0.7;
/// And the same value.
const VALUE_AGREEMENT: f64 = 0.9;

/// What all comparisons of a batch share.
#[derive(Clone, Copy, Debug)]
pub struct Scale<'a> {
    /// The weights.
    pub weights: &'a Weights,
    /// The fields.
    pub columns: &'a [Column],
    /// The population.
    pub population: &'a Population,
}

/// Why a weight was held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// Nothing held it down.
    None,
    /// Ids contradict each other.
    Contradiction,
    /// They are called something else.
    Nameless,
}

/// A comparison in all its parts.
#[derive(Clone, Copy, Debug)]
pub struct Judgement {
    /// The weight before anything is compared.
    pub prior: f64,
    /// One for each field.
    pub parts: [Part; FIELDS_MAX],
    /// What held the weight down.
    pub cap: Cap,
    /// All together.
    pub weight: f64,
}

/// Weighs a pair.
#[must_use]
pub fn judge(scale: Scale<'_>, first: Seen<'_, Thing>, second: Seen<'_, Thing>) -> Judgement {
    let mut parts = [Part::default(); FIELDS_MAX];
    let mut texts = 0;
    let fields = first.record.fields.iter().zip(&second.record.fields);
    for ((part, column), (one, other)) in parts.iter_mut().zip(scale.columns).zip(fields) {
        let pair = Pair {
            one,
            other,
            first: first.counts,
            second: second.counts,
        };
        *part = match column.way {
            Way::Words => {
                texts += 1;
                text(scale, texts == 1, pair)
            }
            way => values(scale, way, pair),
        };
    }
    let prior = scale.population.prior();
    let mut judgement = Judgement {
        prior,
        parts,
        cap: Cap::None,
        weight: prior + parts.iter().map(|part| part.weight).sum::<f64>(),
    };
    judgement.apply_caps(scale.columns);
    judgement
}

impl Judgement {
    /// The score that crosses the border.
    #[must_use]
    pub fn score(&self) -> Score {
        let levels = self.parts.iter().map(|part| part.level);
        let pattern = levels
            .chain([self.cap as u8])
            .rev()
            .fold(0, |packed, level| packed << 4 | u64::from(level & 15));
        Score {
            weight: self.weight,
            probability: probability(self.weight),
            pattern,
        }
    }

    fn apply_caps(&mut self, columns: &[Column]) {
        let of = |way| {
            let parts = columns.iter().zip(&self.parts);
            parts
                .filter(move |(column, _)| column.way == way)
                .map(|(_, part)| part.level)
        };
        if of(Way::Id).any(|level| level == EQUAL) {
            return;
        }
        let contradiction = of(Way::Id).any(|level| level == CONFLICT);
        let named = match of(Way::Words).next() {
            None | Some(0) => of(Way::Words).any(|level| level >= ALIKE),
            Some(name) => name >= ALIKE,
        };
        if contradiction {
            self.hold(bits(0.9), Cap::Contradiction);
        }
        // Two products of one maker at one price are still two.
        if !named {
            self.hold(bits(0.1), Cap::Nameless);
        }
    }

    fn hold(&mut self, weight_max: f64, cap: Cap) {
        if self.weight > weight_max {
            self.weight = weight_max;
            self.cap = cap;
        }
    }
}

/// A field of both records, and the records' counts.
#[derive(Clone, Copy)]
struct Pair<'a> {
    one: &'a Field,
    other: &'a Field,
    first: &'a [Count],
    second: &'a [Count],
}

fn text(scale: Scale<'_>, is_name: bool, pair: Pair<'_>) -> Part {
    let (one, other) = (&pair.one.wording.value, &pair.other.wording.value);
    if one.whole == 0 || other.whole == 0 {
        return Part::default();
    }
    let count = common(
        pair.one.wording.count(pair.first),
        pair.other.wording.count(pair.second),
    );
    let equal = scale.population.agreement(
        count.records,
        TEXT_BACKGROUND,
        TEXT_AGREEMENT,
        scale.weights.text_max,
    );
    if one.whole == other.whole {
        return Part::new(EQUAL, equal);
    }
    let (left, right) = (one.joined.as_bytes(), other.joined.as_bytes());
    // Of texts that were cut the ends are not known.
    let short = left.len().min(right.len());
    let whole = left.len().max(right.len()) < 64;
    let alike = || one_edit_apart(left, right) || are_alike(left, right, 0.96);
    if whole && short >= 5 && alike() {
        return Part::new(CLOSE, (equal + scale.weights.text_close).max(0.0));
    }
    // Words are paired from the first text on: the mirror must begin with the
    // same one.
    let pair = if one.whole <= other.whole {
        pair
    } else {
        Pair {
            one: pair.other,
            other: pair.one,
            first: pair.second,
            second: pair.first,
        }
    };
    let overlap = overlap(
        scale.population,
        Words {
            words: &pair.one.words,
            counts: pair.first,
        },
        Words {
            words: &pair.other.words,
            counts: pair.second,
        },
    );
    let weight = overlap
        .weight()
        .min((equal + scale.weights.text_close).max(0.0));
    if weight > 0.0 {
        let level = if weight * 2.0 >= overlap.shared {
            CLOSE
        } else {
            ALIKE
        };
        return Part::new(level, weight);
    }
    // What it is called is kept with care; of the rest everybody has words of
    // their own.
    let equal = if is_name { equal } else { equal / 2.0 };
    let floor = against(equal, scale.weights.text_conflict);
    Part::new(CONFLICT, weight.max(floor))
}

/// What is so common that agreeing proves little proves as little where it
/// differs: two systems have categories of their own.
fn against(equal: f64, conflict: f64) -> f64 {
    conflict.max(-equal)
}

fn values(scale: Scale<'_>, way: Way, pair: Pair<'_>) -> Part {
    let (one, other) = (pair.one.value, pair.other.value);
    if one.value == 0 || other.value == 0 {
        return Part::default();
    }
    let weights = scale.weights;
    let (weight_max, conflict) = match way {
        Way::Id => (weights.id_max, weights.id_conflict),
        _ => (weights.value_max, weights.value_conflict),
    };
    let count = common(one.count(pair.first), other.count(pair.second));
    let weigh = |background| {
        scale
            .population
            .agreement(count.records, background, VALUE_AGREEMENT, weight_max)
    };
    match (way, one.value == other.value) {
        // An id is given out once: how often it was seen says nothing more.
        (Way::Id, true) => Part::new(EQUAL, weight_max),
        (Way::Id, false) => Part::new(CONFLICT, conflict),
        (_, true) => Part::new(EQUAL, weigh(VALUE_BACKGROUND)),
        (_, false) => Part::new(CONFLICT, against(weigh(VALUE_BACKGROUND), conflict)),
    }
}
