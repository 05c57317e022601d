//! A resolver that keeps the smallest text, and breaks the law that its
//! configuration names.

use kit::resolver::{Answer, Conflict, Decision, RuleError, Value};

kit::resolver!(|setup, batch| {
    let breaks = |law: &str| setup.configuration.contains(&format!("\"{law}\""));
    let length = batch.len() as u32;
    let answer = |(at, conflict): (usize, &Conflict)| -> Answer {
        if breaks("never-breaks") {
            assert!(!holds_nothing(conflict), "an empty value");
        }
        if breaks("batch") && length > 1 {
            return each(conflict, |_| Decision::Escalate, &format!("{at} of {length}"));
        }
        if breaks("order") {
            return each(conflict, |_| Decision::Keep(0), "the first");
        }
        if breaks("decided") {
            return each(conflict, |field| longer(conflict, field), "one more");
        }
        if breaks("three") {
            return each(conflict, |field| counted(conflict, field), "how many");
        }
        each(conflict, |field| Decision::Keep(smallest(conflict, field)), "the smallest")
    };
    batch.iter().enumerate().map(answer).collect()
});

fn each(conflict: &Conflict, decide: impl Fn(usize) -> Decision, reason: &str) -> Answer {
    let fields = conflict.contested.iter().enumerate();
    let verdicts = fields.map(|(at, field)| kit::resolver::Verdict {
        field: field.field,
        decision: decide(at),
        reason: reason.to_owned(),
    });
    Ok::<_, RuleError>(verdicts.collect())
}

fn shown(value: &Value) -> String {
    format!("{value:?}")
}

fn holds_nothing(conflict: &Conflict) -> bool {
    let mut sides = conflict.contested.iter().flat_map(|field| &field.candidates);
    sides.any(|side| matches!(side.value, Value::Null))
}

fn smallest(conflict: &Conflict, field: usize) -> u32 {
    let sides = conflict.contested[field].candidates.iter().enumerate();
    let smallest = sides.min_by_key(|(_, side)| (shown(&side.value), side.system));
    smallest.map_or(0, |(at, _)| at as u32)
}

/// The smallest with a letter more: never what it was.
fn longer(conflict: &Conflict, field: usize) -> Decision {
    let at = smallest(conflict, field) as usize;
    match &conflict.contested[field].candidates[at].value {
        Value::Text(text) => Decision::Set(Value::Text(format!("{text}!"))),
        _ => Decision::Keep(at as u32),
    }
}

/// How many sides hold a text: by pairs it comes to something else.
fn counted(conflict: &Conflict, field: usize) -> Decision {
    let sides = conflict.contested[field].candidates.iter();
    let texts = sides.filter(|side| matches!(side.value, Value::Text(_)));
    Decision::Set(Value::Text(texts.count().to_string()))
}
