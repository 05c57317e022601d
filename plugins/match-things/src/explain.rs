//! The evidence in words, for a question to a person.

use treaty_evidence::record::{Finding, Part};

use crate::compare::{ALIKE, CLOSE, Cap, EQUAL, Judgement};
use crate::thing::Column;

/// From this weight on, what agrees is called rare.
const RARE_FROM: f64 = 8.0;
/// Below this weight, what agrees is called common.
const COMMON_BELOW: f64 = 5.0;

/// All that was found, in the order of the fields.
#[must_use]
pub fn findings(columns: &[Column], judgement: &Judgement) -> Vec<Finding> {
    let parts = columns.iter().zip(&judgement.parts);
    let mut findings: Vec<Finding> = parts
        .filter(|(_, part)| part.level != 0)
        .map(|(column, part)| Finding {
            about: column.name.clone().into(),
            finding: words(part).to_owned(),
            weight: part.weight,
        })
        .collect();
    findings.push(Finding {
        about: "before comparing".into(),
        finding: "as many records as could match, and nothing compared yet".to_owned(),
        weight: judgement.prior,
    });
    let held = match judgement.cap {
        Cap::None => return findings,
        Cap::Contradiction => "they contradict each other in an id",
        Cap::Nameless => "they are called something else",
    };
    let sum: f64 = findings.iter().map(|finding| finding.weight).sum();
    findings.push(Finding {
        about: "held down".into(),
        finding: held.to_owned(),
        weight: judgement.weight - sum,
    });
    findings
}

fn words(part: &Part) -> &'static str {
    match part.level {
        EQUAL if part.weight >= RARE_FROM => "equal, and rare",
        EQUAL if part.weight < COMMON_BELOW => "equal, but common",
        EQUAL => "equal",
        CLOSE => "the same but for a word or two",
        ALIKE => "partly the same words",
        _ => "different",
    }
}
