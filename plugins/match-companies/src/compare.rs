//! Weighing two prepared companies.

pub mod address;
pub mod name;

use treaty_evidence::counted::common;
use treaty_evidence::external;
use treaty_evidence::phone::one_digit_apart;
use treaty_evidence::record::{Part, Score, Seen};
use treaty_evidence::similarity::one_edit_apart;
use treaty_evidence::weight::{Population, bits, probability};

use crate::company::Company;
use crate::weights::Weights;

/// They differ.
pub const CONFLICT: u8 = 1;
/// Somewhat alike, or partly equal.
pub const ALIKE: u8 = 2;
/// Nearly equal.
pub const CLOSE: u8 = 3;
/// Equal.
pub const EQUAL: u8 = 4;

/// What all comparisons of a batch share.
#[derive(Clone, Copy, Debug)]
pub struct Scale<'a> {
    /// The weights.
    pub weights: &'a Weights,
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
    /// Only the place agrees: neighbours.
    OnlyThePlace,
}

/// A comparison in all its parts.
#[derive(Clone, Copy, Debug)]
pub struct Judgement {
    /// The weight before anything is compared.
    pub prior: f64,
    /// Names.
    pub name: Part,
    /// Domains.
    pub domain: Part,
    /// Phone numbers.
    pub phone: Part,
    /// Addresses.
    pub address: Part,
    /// Tax ids.
    pub tax: Part,
    /// Ids in other systems.
    pub external: Part,
    /// What held the weight down.
    pub cap: Cap,
    /// All together.
    pub weight: f64,
}

/// Weighs a pair.
#[must_use]
pub fn judge(scale: Scale<'_>, first: Seen<'_, Company>, second: Seen<'_, Company>) -> Judgement {
    let mut judgement = Judgement {
        prior: scale.population.prior(),
        name: name::compare(scale, first, second),
        domain: domains(scale, first, second),
        phone: phones(scale, first, second),
        address: address::compare(scale, first, second),
        tax: taxes(scale, first.record, second.record),
        external: externals(scale, first.record, second.record),
        cap: Cap::None,
        weight: 0.0,
    };
    let parts = [
        judgement.name,
        judgement.domain,
        judgement.phone,
        judgement.address,
        judgement.tax,
        judgement.external,
    ];
    judgement.weight = judgement.prior + parts.iter().map(|part| part.weight).sum::<f64>();
    judgement.apply_caps();
    judgement
}

impl Judgement {
    /// The score that crosses the border.
    #[must_use]
    pub fn score(&self) -> Score {
        let levels = [
            self.name.level,
            self.domain.level,
            self.phone.level,
            self.address.level,
            self.tax.level,
            self.external.level,
            self.cap as u8,
        ];
        let pattern = levels
            .iter()
            .rev()
            .fold(0, |packed, level| packed << 4 | u64::from(*level & 15));
        Score {
            weight: self.weight,
            probability: probability(self.weight),
            pattern,
        }
    }

    fn apply_caps(&mut self) {
        if self.external.level == EQUAL {
            return;
        }
        if self.tax.level == CONFLICT || self.external.level == CONFLICT {
            self.hold(bits(0.9), Cap::Contradiction);
        }
        let named =
            self.name.level >= ALIKE || self.domain.level >= CLOSE || self.tax.level == EQUAL;
        if !named {
            // Neighbours, or a new tenant: worth a question where both address
            // and number agree.
            let probability = if self.phone.level == EQUAL { 0.6 } else { 0.1 };
            self.hold(bits(probability), Cap::OnlyThePlace);
        }
    }

    fn hold(&mut self, weight_max: f64, cap: Cap) {
        if self.weight > weight_max {
            self.weight = weight_max;
            self.cap = cap;
        }
    }
}

fn keep_best(best: &mut Part, part: Part) {
    if best.level == 0 || (part.weight, part.level) > (best.weight, best.level) {
        *best = part;
    }
}

fn domains(scale: Scale<'_>, first: Seen<'_, Company>, second: Seen<'_, Company>) -> Part {
    let weights = scale.weights;
    let mut best = Part::default();
    for one in first
        .record
        .domains
        .iter()
        .take_while(|domain| domain.value.hash != 0)
    {
        for other in second
            .record
            .domains
            .iter()
            .take_while(|domain| domain.value.hash != 0)
        {
            let count = common(one.count(first.counts), other.count(second.counts));
            let equal = scale
                .population
                .agreement(count.records, 0.0, 0.85, weights.domain_max);
            let part = match () {
                () if one.value.hash == other.value.hash => Part::new(EQUAL, equal),
                () if one.value.label == other.value.label => {
                    Part::new(CLOSE, weights.domain_label.min(equal))
                }
                () => Part::new(CONFLICT, weights.domain_conflict),
            };
            keep_best(&mut best, part);
        }
    }
    best
}

fn phones(scale: Scale<'_>, first: Seen<'_, Company>, second: Seen<'_, Company>) -> Part {
    let weights = scale.weights;
    let mut best = Part::default();
    for one in first
        .record
        .phones
        .iter()
        .take_while(|phone| phone.value != 0)
    {
        for other in second
            .record
            .phones
            .iter()
            .take_while(|phone| phone.value != 0)
        {
            let count = common(one.count(first.counts), other.count(second.counts));
            let equal = scale
                .population
                .agreement(count.records, 0.0, 0.8, weights.phone_max);
            let part = match () {
                () if one.value == other.value => Part::new(EQUAL, equal),
                () if one_digit_apart(one.value, other.value) => {
                    Part::new(CLOSE, (equal + weights.phone_close).max(0.0))
                }
                () => Part::new(CONFLICT, weights.phone_conflict),
            };
            keep_best(&mut best, part);
        }
    }
    best
}

fn taxes(scale: Scale<'_>, first: &Company, second: &Company) -> Part {
    let (one, other) = (first.tax.as_bytes(), second.tax.as_bytes());
    match () {
        () if one.is_empty() || other.is_empty() => Part::default(),
        () if one == other => Part::new(EQUAL, scale.weights.tax_equal),
        () if one_edit_apart(one, other) => Part::new(CLOSE, scale.weights.tax_close),
        () => Part::new(CONFLICT, scale.weights.tax_conflict),
    }
}

fn externals(scale: Scale<'_>, first: &Company, second: &Company) -> Part {
    match external::compare(&first.externals, &second.externals) {
        external::Agreement::Unknown => Part::default(),
        external::Agreement::Equal => Part::new(EQUAL, scale.weights.external_equal),
        external::Agreement::Conflict => Part::new(CONFLICT, scale.weights.external_conflict),
    }
}
