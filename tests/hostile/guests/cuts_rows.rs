//! A mapper whose rows are too short, and whose problems are of no field.

wit_bindgen::generate!({ path: "wit", world: "mapper-rule" });

use exports::treaty::rules::mapper::*;
use treaty::rules::types::{RuleError, Setup};

struct Rule;
kit::describe!(crate);

impl Guest for Rule {
    fn to_canonical(
        _: Setup,
        _: u32,
        batch: Vec<Inbound>,
    ) -> Vec<Result<InboundAnswer, RuleError>> {
        let short = || Read { canonical: vec![None], problems: Vec::new() };
        batch.iter().map(|_| Ok(InboundAnswer::Read(short()))).collect()
    }

    fn from_canonical(_: Setup, _: u32, batch: Vec<Outbound>) -> Vec<Result<Written, RuleError>> {
        let answer = |outbound: Outbound| {
            let problem = FieldProblem { field: 99, message: String::new() };
            Ok(Written { own: outbound.own, problems: vec![problem] })
        };
        batch.into_iter().map(answer).collect()
    }
}

export!(Rule);
