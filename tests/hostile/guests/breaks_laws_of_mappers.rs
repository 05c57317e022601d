//! A mapper that copies rows as they stand, and breaks the law that its
//! configuration names.

wit_bindgen::generate!({ path: "wit", world: "mapper-rule" });

use exports::treaty::rules::mapper::*;
use treaty::rules::types::{RuleError, Setup, Value};

struct Rule;
kit::describe!(crate);

fn breaks(setup: &Setup, law: &str) -> bool {
    setup.configuration.contains(&format!("\"{law}\""))
}

/// A text made other; what is no text stays.
fn texts(row: Vec<Option<Value>>, other: impl Fn(String) -> String) -> Vec<Option<Value>> {
    let cell = |cell: Option<Value>| match cell {
        Some(Value::Text(text)) => Some(Value::Text(other(text))),
        cell => cell,
    };
    row.into_iter().map(cell).collect()
}

impl Guest for Rule {
    fn to_canonical(
        setup: Setup,
        _: u32,
        batch: Vec<Inbound>,
    ) -> Vec<Result<InboundAnswer, RuleError>> {
        let answer = |inbound: Inbound| {
            let mut canonical = inbound.own;
            if breaks(&setup, "twice") && inbound.known.iter().any(Option::is_some) {
                canonical = texts(canonical, |text| format!("{text}!"));
            }
            if breaks(&setup, "apart") {
                let said = |cell: &Option<Value>| !matches!(cell, Some(Value::Null));
                canonical.iter_mut().filter(|cell| !said(cell)).for_each(|cell| *cell = None);
            }
            Ok(InboundAnswer::Read(Read { canonical, problems: Vec::new() }))
        };
        batch.into_iter().map(answer).collect()
    }

    fn from_canonical(
        setup: Setup,
        _: u32,
        batch: Vec<Outbound>,
    ) -> Vec<Result<Written, RuleError>> {
        let answer = |outbound: Outbound| {
            let mut own = outbound.canonical;
            if breaks(&setup, "put-get") {
                own = texts(own, |text| text.chars().take(3).collect());
            }
            if breaks(&setup, "get-put") && outbound.own.iter().any(Option::is_some) {
                own = texts(own, |text| format!("{text} "));
            }
            Ok(Written { own, problems: Vec::new() })
        };
        batch.into_iter().map(answer).collect()
    }
}

export!(Rule);
