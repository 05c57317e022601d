//! A good matcher, except that a record of which the first feature is `!` makes
//! it panic, and `?` makes it answer with something that is no number.

wit_bindgen::generate!({ path: "wit", world: "matcher-rule" });

use exports::treaty::rules::matcher::*;
use treaty::rules::types::{Row, RuleError, Setup, Value};

struct Rule;
kit::describe!(crate);

impl Guest for Rule {
    fn prepare(_: Setup, batch: Vec<Row>) -> Vec<Result<Prepared, RuleError>> {
        let answer = |row: Row| {
            let Some(Some(Value::Text(text))) = row.into_iter().next() else {
                return Err(RuleError { field: Some(0), message: "no text".to_owned() });
            };
            let hash = text.bytes().map(u64::from).sum();
            Ok(Prepared {
                keys: vec![Key { kind: "sum".to_owned(), hash }],
                terms: vec![Term { value: hash, witness: 0 }],
                features: text.into_bytes(),
            })
        };
        batch.into_iter().map(answer).collect()
    }

    fn compare(
        _: Setup,
        _: Population,
        records: Vec<Candidate>,
        pairs: Vec<Pair>,
        _: Detail,
    ) -> Vec<Result<Comparison, RuleError>> {
        assert!(records.iter().all(|record| !record.features.starts_with(b"!")));
        let answer = |pair: &Pair| {
            let [one, other] = [pair.first, pair.second].map(|at| &records[at as usize].features);
            let wild = one.starts_with(b"?") || other.starts_with(b"?");
            let weight = if wild { f64::NAN } else { f64::from(u8::from(one == other)) };
            Ok(Comparison { weight, probability: 0.5, pattern: 0, evidence: Vec::new() })
        };
        pairs.iter().map(answer).collect()
    }
}

export!(Rule);
