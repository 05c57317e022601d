//! What the shells of both matchers share: from the contract's words to native
//! ones and back.

use std::collections::BTreeMap;

use serde::Deserialize;
use treaty_sdk::{
    Comparison, Counted, Detail, Evidence, Key, Prepared, Problem, Record, RuleError, Setup, Term,
    Value,
};

use crate::record::{self, Matcher, Seen};
use crate::schema::{Meaning, Schema};
use crate::weight::Population;
use crate::weights::Named;

/// How far a weight may be moved, in bits: beyond it no other evidence counts.
const WEIGHT_MAX: f64 = 60.0;

/// The configuration of a matcher.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Configuration {
    weights: BTreeMap<String, f64>,
}

/// The JSON Schema of the configuration.
#[must_use]
pub fn configuration_schema<W: Named>() -> String {
    let mut properties = serde_json::Map::new();
    let mut shipped = W::default();
    for name in W::NAMES {
        let default = shipped.get_mut(name).copied().unwrap_or_default();
        let schema = serde_json::json!({ "type": "number", "minimum": -WEIGHT_MAX, "maximum": WEIGHT_MAX, "default": default });
        properties.insert((*name).to_owned(), schema);
    }
    serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "weights": {
                "description": "Weights other than the shipped ones, in bits (log2 of the likelihood ratio).",
                "type": "object",
                "additionalProperties": false,
                "properties": properties,
            }
        }
    })
    .to_string()
}

/// Reads the configuration: all that is wrong with it, or the weights.
///
/// # Errors
/// Every problem at once.
pub fn weights<W: Named>(setup: &Setup) -> Result<W, Vec<Problem>> {
    let configuration: Configuration = setup
        .config()
        .map_err(|message| vec![Problem::new(message)])?;
    let mut weights = W::default();
    let mut problems = Vec::new();
    for (name, value) in configuration.weights {
        let place = format!("/weights/{name}");
        match weights.get_mut(&name) {
            None => {
                let known = W::NAMES.join("`, `");
                problems.push(
                    Problem::new(format!("unknown weight `{name}`, known are `{known}`")).at(place),
                );
            }
            Some(_) if !(-WEIGHT_MAX..=WEIGHT_MAX).contains(&value) => {
                let message =
                    format!("the weight {value} is not between -{WEIGHT_MAX} and {WEIGHT_MAX}");
                problems.push(Problem::new(message).at(place));
            }
            Some(weight) => *weight = value,
        }
    }
    if problems.is_empty() {
        Ok(weights)
    } else {
        Err(problems)
    }
}

/// The schema, as far as a matcher can use it.
#[must_use]
pub fn schema(setup: &Setup) -> Schema {
    Schema::new(
        setup
            .canonical
            .iter()
            .map(|field| (field.name.as_str(), field.kind.as_str())),
    )
}

/// Everything that is wrong with a setup for a matcher that needs one of these
/// meanings to find anything.
#[must_use]
pub fn check<W: Named>(setup: &Setup, needed: &[(Meaning, &str)]) -> Vec<Problem> {
    let mut problems = weights::<W>(setup).err().unwrap_or_default();
    let meanings: Vec<Meaning> = needed.iter().map(|(meaning, _)| *meaning).collect();
    if !schema(setup).has_any(&meanings) {
        let names: Vec<&str> = needed.iter().map(|(_, name)| *name).collect();
        let message = format!(
            "no field has a semantic type that tells records apart: `{}`",
            names.join("`, `")
        );
        problems.push(Problem::new(message));
    }
    problems
}

/// A record's values as texts.
#[must_use]
pub fn texts(record: Record<'_>) -> Vec<Option<String>> {
    let text = |value: &Value| match value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Choices(choices) => choices.first().cloned(),
        other => other.as_text().map(str::to_owned),
    };
    record
        .cells()
        .iter()
        .map(|cell| cell.as_ref().and_then(text))
        .collect()
}

/// What prepare gives, in the contract's words.
#[must_use]
pub fn prepared(native: record::Prepared) -> Prepared {
    Prepared {
        keys: native
            .keys
            .into_iter()
            .map(|key| Key {
                kind: key.kind.to_owned(),
                hash: key.hash,
            })
            .collect(),
        terms: native
            .terms
            .into_iter()
            .map(|term| Term {
                value: term.value,
                witness: term.witness,
            })
            .collect(),
        features: native.features,
    }
}

/// Reads features.
///
/// # Errors
/// Where another version of the matcher wrote them.
pub fn read<M: Matcher>(matcher: &M, features: &[u8]) -> Result<M::Record, RuleError> {
    matcher
        .read(features)
        .map_err(|malformed| RuleError::new(malformed.to_string()))
}

/// Weighs a pair, in the contract's words.
pub fn compare<M: Matcher>(
    matcher: &M,
    first: Counted<'_, M::Record>,
    second: Counted<'_, M::Record>,
    population: &treaty_sdk::Population,
    detail: Detail,
) -> Comparison {
    let population = Population::new(population.records, population.pairs);
    let first = Seen {
        record: first.features,
        counts: first.counts,
    };
    let second = Seen {
        record: second.features,
        counts: second.counts,
    };
    let score = matcher.compare(&population, first, second);
    let evidence = match detail {
        Detail::Score => Vec::new(),
        Detail::Evidence => matcher
            .explain(&population, first, second)
            .into_iter()
            .map(|found| Evidence::new(found.about, found.finding, found.weight))
            .collect(),
    };
    Comparison {
        weight: score.weight,
        probability: score.probability,
        pattern: score.pattern,
        evidence,
    }
}
