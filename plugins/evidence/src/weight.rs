//! From frequencies to bits: priors, weights of agreement, probability.

use std::f64::consts::{LOG2_E, SQRT_2};

/// The records among which matches are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Population {
    records: f64,
    prior: f64,
}

/// What is added to every population: a handful of records says little of how
/// frequent a value is, so small populations behave as if they were part of a
/// larger one.
const BACKGROUND_RECORDS: f64 = 1000.0;

impl Population {
    /// From the host's figures: how many records there are, and how many pairs
    /// could match.
    #[must_use]
    pub fn new(records: u64, pairs: u64) -> Self {
        let records = records as f64 + BACKGROUND_RECORDS;
        // A record has about one partner among those it can be paired with,
        // which are half the pairs for each record (a pair has two ends).
        let partners = if pairs == 0 {
            records
        } else {
            2.0 * pairs as f64 / records.max(1.0)
        };
        let prior = -partners.max(BACKGROUND_RECORDS).log2();
        Self { records, prior }
    }

    /// The weight of knowing nothing, in bits.
    #[must_use]
    pub fn prior(&self) -> f64 {
        self.prior
    }

    /// The weight of agreeing in a value that was counted: log2 of how much
    /// more often two records of the same thing agree (`agreement`) than two
    /// that drew their values by chance. Never below zero, never above
    /// `weight_max`. `background` is how frequent a value of this kind is
    /// elsewhere, which steadies small populations.
    #[must_use]
    pub fn agreement(&self, records: u64, background: f64, agreement: f64, weight_max: f64) -> f64 {
        let seen = records.max(1) as f64 + background * BACKGROUND_RECORDS;
        log2(agreement * self.records / seen).clamp(0.0, weight_max)
    }
}

/// The binary logarithm of a positive number, to a hundred-thousandth of a bit.
/// A comparison takes ten of them, and the library's costs several times as
/// much where it is compiled to WebAssembly; this one is also the same on
/// every machine.
fn log2(value: f64) -> f64 {
    const FRACTION: u64 = (1 << 52) - 1;
    const ONE: u64 = 1023 << 52;
    let bits = value.to_bits();
    let exponent = (bits >> 52) as i64 - 1023;
    let fraction = f64::from_bits(bits & FRACTION | ONE);
    // Around one the series below needs three terms only.
    let (fraction, exponent) = if fraction > SQRT_2 {
        (fraction / 2.0, exponent + 1)
    } else {
        (fraction, exponent)
    };
    // ln x = 2 artanh((x - 1) / (x + 1))
    let part = (fraction - 1.0) / (fraction + 1.0);
    let square = part * part;
    let series = part * (1.0 + square * (1.0 / 3.0 + square * 0.2));
    exponent as f64 + series * (2.0 * LOG2_E)
}

/// The probability that belongs to a weight in bits.
#[must_use]
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

/// The weight in bits that belongs to a probability below one.
#[must_use]
pub fn bits(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_values_weigh_more() {
        let population = Population::new(20_000, 200_000_000);
        let weight = |records| population.agreement(records, 0.0, 1.0, 20.0);
        assert!(weight(2) > weight(20) && weight(20) > weight(2000));
        assert!((population.prior() + 14.2).abs() < 0.3);
    }

    #[test]
    fn small_populations_stay_sober() {
        let population = Population::new(4, 6);
        let weight = population.agreement(2, 0.001, 1.0, 20.0);
        assert!(weight > 5.0 && weight < 10.0, "{weight}");
        assert!(population.prior() < -9.0);
    }

    #[test]
    fn logarithms() {
        for step in 1..100_000_u32 {
            let value = f64::from(step) * 0.037;
            let found = log2(value);
            assert!((found - value.log2()).abs() < 1e-5, "{value}: {found}");
        }
        assert!(log2(1e7) > log2(1e7 - 1.0));
    }

    #[test]
    fn bits_and_probabilities() {
        assert!((probability(0.0) - 0.5).abs() < 1e-12);
        assert!((bits(probability(3.0)) - 3.0).abs() < 1e-9);
    }
}
