//! A good mapper: copies rows as they stand, leaves out records whose first
//! value is null.

wit_bindgen::generate!({ path: "wit", world: "mapper-rule" });

use exports::treaty::rules::mapper::*;
use treaty::rules::types::{RuleError, Setup, Value};

struct Rule;
kit::describe!(crate);

impl Guest for Rule {
    fn to_canonical(
        _: Setup,
        _: u32,
        batch: Vec<Inbound>,
    ) -> Vec<Result<InboundAnswer, RuleError>> {
        let answer = |inbound: Inbound| match inbound.own.first() {
            Some(Some(Value::Null)) => Ok(InboundAnswer::LeftOut("no name".to_owned())),
            _ => Ok(InboundAnswer::Read(Read { canonical: inbound.own, problems: Vec::new() })),
        };
        batch.into_iter().map(answer).collect()
    }

    fn from_canonical(_: Setup, _: u32, batch: Vec<Outbound>) -> Vec<Result<Written, RuleError>> {
        let answer = |outbound: Outbound| {
            let problem = FieldProblem { field: 0, message: format!("{:?}", outbound.purpose) };
            Ok(Written { own: outbound.canonical, problems: vec![problem] })
        };
        batch.into_iter().map(answer).collect()
    }
}

export!(Rule);
