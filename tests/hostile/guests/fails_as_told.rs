//! Fails on texts that its configuration names, and else keeps the first side or
//! the last: a rule with bad days, for whole histories.

use kit::resolver::{Conflict, Decision, Setup, Value, decide};

kit::resolver!(|setup, batch| {
    let answer = |conflict: &Conflict| {
        assert!(!says(&setup, "traps-on", conflict), "a bad day");
        while says(&setup, "loops-on", conflict) {}
        let last = conflict.contested[0].candidates.len() as u32 - 1;
        if says(&setup, "lies-on", conflict) {
            return decide(conflict, || Decision::Keep(last + 1), "not offered");
        }
        match setup.configuration.contains("\"last\"") {
            true => decide(conflict, || Decision::Keep(last), "the last"),
            false => decide(conflict, || Decision::Keep(0), "the first"),
        }
    };
    batch.iter().map(answer).collect()
});

/// Whether the configuration names a text, under this key, that is a side.
fn says(setup: &Setup, key: &str, conflict: &Conflict) -> bool {
    let contested = conflict.contested.iter();
    contested.flat_map(|field| &field.candidates).any(|side| match &side.value {
        Value::Text(text) => setup.configuration.contains(&format!("\"{key}\":\"{text}\"")),
        _ => false,
    })
}
