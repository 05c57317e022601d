//! Weighing two prepared people.

pub mod contact;
pub mod identity;
pub mod name;
pub mod place;

use treaty_evidence::record::{Part, Score, Seen};
use treaty_evidence::weight::{Population, bits, probability};

use crate::person::Person;
use crate::weights::Weights;

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
    /// Ids, birth dates or generations contradict each other.
    Contradiction,
    /// The names neither agree nor is there anything that is one person's own.
    NotThePerson,
}

/// A comparison in all its parts.
#[derive(Clone, Copy, Debug)]
pub struct Judgement {
    /// The weight before anything is compared.
    pub prior: f64,
    /// Given names.
    pub first: Part,
    /// Family names.
    pub last: Part,
    /// Junior and senior.
    pub generation: Part,
    /// E-mail addresses.
    pub email: Part,
    /// Phone numbers.
    pub phone: Part,
    /// Organisation and place.
    pub place: Part,
    /// Birth dates.
    pub birth: Part,
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
pub fn judge(scale: Scale<'_>, first: Seen<'_, Person>, second: Seen<'_, Person>) -> Judgement {
    let names = name::compare(scale, first, second);
    let contact = contact::compare(scale, first, second, names);
    let place = place::compare(scale, first, second, contact);
    let birth = identity::birth(scale, first, second);
    let tax = identity::tax(scale, first.record, second.record);
    let external = identity::external(scale, first.record, second.record);
    let generation = identity::generation(scale, first.record, second.record);
    let mut judgement = Judgement {
        prior: scale.population.prior(),
        first: names.first,
        last: names.last,
        generation,
        email: contact.email,
        phone: contact.phone,
        place,
        birth,
        tax,
        external,
        cap: Cap::None,
        weight: 0.0,
    };
    hold_down_households(&mut judgement);
    judgement.weight = judgement.sum();
    apply_caps(&mut judgement);
    judgement
}

impl Judgement {
    fn sum(&self) -> f64 {
        [
            self.prior,
            self.first.weight,
            self.last.weight,
            self.generation.weight,
            self.email.weight,
            self.phone.weight,
            self.place.weight,
            self.birth.weight,
            self.tax.weight,
            self.external.weight,
        ]
        .iter()
        .sum()
    }

    /// The score that crosses the border.
    #[must_use]
    pub fn score(&self) -> Score {
        let levels = [
            self.first.level,
            self.last.level,
            self.email.level,
            self.phone.level,
            self.place.level,
            self.birth.level,
            self.tax.level,
            self.external.level,
            self.generation.level,
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
}

/// A first name that conflicts makes a shared phone and address those of a
/// household or an office.
fn hold_down_households(judgement: &mut Judgement) {
    let own = judgement.birth.level >= identity::SLIP || judgement.tax.level >= identity::SLIP;
    let shared_max = match (judgement.first.level, judgement.last.level) {
        (name::CONFLICT, _) => HOUSEHOLD_MAX,
        (_, name::CONFLICT) => OFFICE_MAX,
        _ => return,
    };
    if !own {
        let shared = judgement.phone.weight.max(0.0) + judgement.place.weight.max(0.0);
        if shared > shared_max {
            let factor = shared_max / shared;
            judgement.phone.weight = judgement.phone.weight.min(judgement.phone.weight * factor);
            judgement.place.weight = judgement.place.weight.min(judgement.place.weight * factor);
        }
    }
}

fn apply_caps(judgement: &mut Judgement) {
    if judgement.external.level == identity::EQUAL {
        return;
    }
    let contradiction = judgement.birth.level == identity::CONFLICT
        || judgement.tax.level == identity::CONFLICT
        || judgement.external.level == identity::CONFLICT
        || judgement.generation.level == identity::CONFLICT;
    if contradiction {
        judgement.hold(bits(0.9), Cap::Contradiction);
    }
    let named = judgement.first.level > name::ALIKE || judgement.last.level > name::ALIKE;
    let own = judgement.email.level >= contact::CLOSE
        || judgement.phone.level >= contact::CLOSE
        || judgement.tax.level >= identity::SLIP
        || judgement.birth.level > identity::DISTANT;
    if !named && !own {
        judgement.hold(bits(0.1), Cap::NotThePerson);
    }
}

impl Judgement {
    fn hold(&mut self, weight_max: f64, cap: Cap) {
        if self.weight > weight_max {
            self.weight = weight_max;
            self.cap = cap;
        }
    }
}

/// The most that phone and place weigh together where first names conflict.
const HOUSEHOLD_MAX: f64 = 2.5;
/// And where last names conflict: colleagues at the next desk.
const OFFICE_MAX: f64 = 13.0;
