//! The evidence in words, for a question to a person.

use treaty_evidence::record::{Finding, Part};

use crate::compare::{Cap, Judgement, contact, identity, name, place};

/// From this weight on, what agrees is called rare.
const RARE_FROM: f64 = 8.0;
/// Below this weight, what agrees is called common.
const COMMON_BELOW: f64 = 5.0;

/// All that was found, in the order in which people look at a record.
#[must_use]
pub fn findings(judgement: &Judgement) -> Vec<Finding> {
    let parts = [
        ("first name", judgement.first, name_words(judgement.first)),
        ("last name", judgement.last, name_words(judgement.last)),
        (
            "generation",
            judgement.generation,
            identity_words(judgement.generation),
        ),
        ("e-mail", judgement.email, contact_words(judgement.email)),
        ("phone", judgement.phone, contact_words(judgement.phone)),
        (
            "organisation and place",
            judgement.place,
            place_words(judgement.place),
        ),
        (
            "birth date",
            judgement.birth,
            identity_words(judgement.birth),
        ),
        ("tax id", judgement.tax, identity_words(judgement.tax)),
        (
            "external id",
            judgement.external,
            identity_words(judgement.external),
        ),
    ];
    let mut findings: Vec<Finding> = parts
        .into_iter()
        .filter(|(_, part, _)| part.level != 0)
        .map(|(about, part, finding)| Finding {
            about: about.into(),
            finding,
            weight: part.weight,
        })
        .collect();
    let finding = "as many records as could match, and nothing compared yet".to_owned();
    findings.push(Finding {
        about: "before comparing".into(),
        finding,
        weight: judgement.prior,
    });
    let held = match judgement.cap {
        Cap::None => return findings,
        Cap::Contradiction => {
            "they contradict each other in something that should be one person's own"
        }
        Cap::NotThePerson => "nothing of the person itself agrees, only where they work or live",
    };
    let sum: f64 = findings.iter().map(|finding| finding.weight).sum();
    findings.push(Finding {
        about: "held down".into(),
        finding: held.to_owned(),
        weight: judgement.weight - sum,
    });
    findings
}

fn equal(weight: f64) -> String {
    match weight {
        _ if weight >= RARE_FROM => "equal, and rare",
        _ if weight < COMMON_BELOW => "equal, but common",
        _ => "equal",
    }
    .to_owned()
}

fn name_words(part: Part) -> String {
    match part.level {
        name::EQUAL => return equal(part.weight),
        name::NICKNAME => "a nickname of the other",
        name::SWAPPED => "equal, with first and last name swapped",
        name::PART => "among the other's further names",
        name::CLOSE => "alike, as after a typing error",
        name::INITIAL => "an initial that fits",
        name::ALIKE => "somewhat alike",
        _ => "different",
    }
    .to_owned()
}

fn contact_words(part: Part) -> String {
    match part.level {
        contact::EQUAL => return equal(part.weight),
        contact::CLOSE => "alike, as after a typing error",
        contact::LOCAL => "the same before the at sign, and not made from the name",
        contact::SHARED => "equal, but shared by many: it says where they work",
        contact::NEUTRAL => "different, which says nothing here",
        contact::DIFFERENT => "different, which is common",
        _ => "different, where one person would have one",
    }
    .to_owned()
}

fn place_words(part: Part) -> String {
    match part.level {
        place::EQUAL => return equal(part.weight),
        place::AREA => "the same area",
        place::MIXED => "partly equal, partly different",
        _ => "different",
    }
    .to_owned()
}

fn identity_words(part: Part) -> String {
    match part.level {
        identity::EQUAL => return equal(part.weight),
        identity::SLIP => "alike, as after a typing error",
        identity::PARTS => "two of year, month and day equal",
        identity::NEAR => "about a year apart",
        identity::DISTANT => "hardly anything equal",
        _ => "different",
    }
    .to_owned()
}
