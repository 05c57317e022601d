//! A matcher that counts equal fields, and breaks the law that its configuration
//! names.

wit_bindgen::generate!({ path: "wit", world: "matcher-rule" });

use exports::treaty::rules::matcher::*;
use treaty::rules::types::{Row, RuleError, Setup};

struct Rule;
kit::describe!(crate);

/// Between the cells of a row in its features.
const BETWEEN: char = '\u{1f}';

fn breaks(setup: &Setup, law: &str) -> bool {
    setup.configuration.contains(&format!("\"{law}\""))
}

impl Guest for Rule {
    fn prepare(setup: Setup, batch: Vec<Row>) -> Vec<Result<Prepared, RuleError>> {
        let answer = |row: Row| {
            let cells: Vec<_> = row
                .into_iter()
                .map(|cell| cell.map(|value| format!("{value:?}")).unwrap_or_default())
                .collect();
            let text = cells.join(&BETWEEN.to_string());
            let hash = match breaks(&setup, "key") {
                true => text.bytes().map(u64::from).sum(),
                false => 1,
            };
            Ok(Prepared {
                keys: vec![Key { kind: "all".to_owned(), hash }],
                terms: Vec::new(),
                features: text.into_bytes(),
            })
        };
        batch.into_iter().map(answer).collect()
    }

    fn compare(
        setup: Setup,
        _: Population,
        records: Vec<Candidate>,
        pairs: Vec<Pair>,
        _: Detail,
    ) -> Vec<Result<Comparison, RuleError>> {
        let answer = |pair: &Pair| {
            let [one, other] = [pair.first, pair.second].map(|at| {
                let text = String::from_utf8_lossy(&records[at as usize].features);
                text.split(BETWEEN).map(str::to_owned).collect::<Vec<_>>()
            });
            let said = |cells: &[String]| cells.iter().filter(|cell| !cell.is_empty()).count();
            let equal = one.iter().zip(&other).filter(|(one, other)| one == other && !one.is_empty());
            let equal = equal.count() as f64;
            let differ = one.iter().zip(&other).filter(|(one, other)| one != other).count() as f64;
            let weight = if breaks(&setup, "mirror") {
                equal + said(&one) as f64
            } else if breaks(&setup, "itself") {
                differ
            } else if breaks(&setup, "more") {
                differ - equal.abs() + if differ == 0.0 { 99.0 } else { -99.0 }
            } else {
                equal - differ
            };
            let probability = if weight > 0.0 { 0.999 } else { 0.0 };
            Ok(Comparison { weight, probability, pattern: 0, evidence: Vec::new() })
        };
        pairs.iter().map(answer).collect()
    }
}

export!(Rule);
