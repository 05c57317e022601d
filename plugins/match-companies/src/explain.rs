//! The evidence in words, for a question to a person.

use treaty_evidence::record::{Finding, Part};

use crate::compare::{ALIKE, CLOSE, Cap, EQUAL, Judgement};

/// From this weight on, what agrees is called rare.
const RARE_FROM: f64 = 8.0;
/// Below this weight, what agrees is called common.
const COMMON_BELOW: f64 = 5.0;

/// All that was found, in the order in which people look at a record.
#[must_use]
pub fn findings(judgement: &Judgement) -> Vec<Finding> {
    let parts = [
        (
            "name",
            judgement.name,
            "partly the same words",
            "the same words but for one or two",
        ),
        (
            "domain",
            judgement.domain,
            "somewhat alike",
            "the same name with another ending",
        ),
        ("phone", judgement.phone, "somewhat alike", "one digit off"),
        (
            "address",
            judgement.address,
            "the same area",
            "alike, as after a typing error",
        ),
        (
            "tax id",
            judgement.tax,
            "somewhat alike",
            "one character off",
        ),
        (
            "external id",
            judgement.external,
            "somewhat alike",
            "nearly equal",
        ),
    ];
    let mut findings: Vec<Finding> = parts
        .into_iter()
        .filter(|(_, part, _, _)| part.level != 0)
        .map(|(about, part, alike, close)| Finding {
            about: about.into(),
            finding: words(part, alike, close),
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
        Cap::Contradiction => "they contradict each other in an id",
        Cap::OnlyThePlace => "only where they are agrees, not who they are",
    };
    let sum: f64 = findings.iter().map(|finding| finding.weight).sum();
    findings.push(Finding {
        about: "held down".into(),
        finding: held.to_owned(),
        weight: judgement.weight - sum,
    });
    findings
}

fn words(part: Part, alike: &str, close: &str) -> String {
    match part.level {
        EQUAL if part.weight >= RARE_FROM => "equal, and rare",
        EQUAL if part.weight < COMMON_BELOW => "equal, but common",
        EQUAL => "equal",
        CLOSE => close,
        ALIKE => alike,
        _ => "different",
    }
    .to_owned()
}
