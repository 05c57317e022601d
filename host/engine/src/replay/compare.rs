//! Two answers to one conflict, side by side.

use serde::Serialize;
use treaty_model::{Conflict, Contested, Decision, Value, Verdict};
use treaty_sandbox::{FaultKind, Setback};

use crate::recording::Answer;

/// How an answer compares with the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// The same comes of it.
    Same,
    /// Something else comes of it.
    Different,
    /// There is no answer: the rule used up too much.
    OverBudget,
    /// There is no answer: the rule said no, or broke.
    Error,
}

/// What comes of a contested field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// It gets a value.
    Value {
        /// The value.
        value: Value,
        /// Why.
        reason: String,
    },
    /// A person is asked.
    Person {
        /// Why.
        reason: String,
    },
    /// The rule gave no answer.
    Failed {
        /// Why.
        reason: String,
    },
}

/// What becomes of one field, then and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldSaid {
    /// The field's place in the setup.
    pub(crate) field: u32,
    /// How the two compare.
    pub(crate) likeness: Likeness,
    /// Then.
    pub(crate) was: Outcome,
    /// Now.
    pub(crate) is: Outcome,
}

/// Compares two answers, field by field.
pub(crate) fn compare(conflict: &Conflict, was: &Answer, is: &Answer) -> Vec<FieldSaid> {
    let contested = conflict.contested.iter();
    let said = contested.map(|contested| {
        let (old, new) = (outcome(contested, was), outcome(contested, is));
        FieldSaid {
            field: contested.field,
            likeness: likeness(&old, &new, is),
            was: old,
            is: new,
        }
    });
    said.collect()
}

fn likeness(was: &Outcome, is: &Outcome, answer: &Answer) -> Likeness {
    let same = match (was, is) {
        // A reason in other words changes nothing.
        (Outcome::Value { value: was, .. }, Outcome::Value { value: is, .. }) => was == is,
        (Outcome::Person { .. }, Outcome::Person { .. }) => true,
        (Outcome::Failed { reason: was }, Outcome::Failed { reason: is }) => was == is,
        _ => false,
    };
    match answer {
        _ if same => Likeness::Same,
        Ok(_) => Likeness::Different,
        Err(setback) if is_over_budget(setback) => Likeness::OverBudget,
        Err(_) => Likeness::Error,
    }
}

/// Whether a rule used up more than it may: with other limits the answer may be
/// another.
pub(crate) fn is_over_budget(setback: &Setback) -> bool {
    use FaultKind::{
        GivenUp, InputTooLarge, MemoryLimit, OutOfFuel, OutputTooLarge, TableLimit, Timeout,
    };
    match setback {
        Setback::Error(_) => false,
        Setback::Fault(fault) => matches!(
            fault.kind,
            OutOfFuel
                | Timeout
                | MemoryLimit
                | TableLimit
                | InputTooLarge
                | OutputTooLarge
                | GivenUp
        ),
    }
}

fn outcome(contested: &Contested, answer: &Answer) -> Outcome {
    let failed = |reason: String| Outcome::Failed { reason };
    let verdicts = match answer {
        Ok(verdicts) => verdicts,
        Err(setback) => return failed(setback.to_string()),
    };
    let of_field = |verdict: &&Verdict| verdict.field == contested.field;
    let Some(verdict) = verdicts.iter().find(of_field) else {
        return failed("no verdict".to_owned());
    };
    let reason = verdict.reason.clone();
    match &verdict.decision {
        Decision::Keep(side) => match contested.candidates.get(*side as usize) {
            Some(candidate) => Outcome::Value {
                value: candidate.value.clone(),
                reason,
            },
            None => failed(format!("keeps side {side}, which there is not")),
        },
        Decision::Set(value) => Outcome::Value {
            value: value.clone(),
            reason,
        },
        Decision::Escalate => Outcome::Person { reason },
    }
}

#[cfg(test)]
mod tests {
    use treaty_model::{Candidate, Origin, RuleError, Standing};
    use treaty_sandbox::Fault;

    use super::*;

    fn conflict() -> Conflict {
        let candidate = |text: &str| Candidate {
            system: None,
            value: Value::text(text),
            standing: Standing::Edited,
            at: None,
            origin: Origin::default(),
        };
        Conflict {
            contested: vec![Contested {
                field: 3,
                base: None,
                candidates: vec![candidate("a"), candidate("b")],
                attributes: Vec::new(),
            }],
            agreed: Vec::new(),
            attributes: Vec::new(),
        }
    }

    fn says(decision: Decision, reason: &str) -> Answer {
        Ok(vec![Verdict {
            field: 3,
            decision,
            reason: reason.to_owned(),
        }])
    }

    #[test]
    fn what_comes_of_a_field_counts_and_not_how_it_is_said() {
        let no = |message: &str| -> Answer {
            let (field, message) = (None, message.to_owned());
            Err(Setback::Error(RuleError { field, message }))
        };
        let fault = |kind: FaultKind| -> Answer {
            let detail = "d".to_owned();
            Err(Setback::Fault(Fault { kind, detail }))
        };
        let check = |was: Answer, is: Answer, expected: Likeness| {
            let said = compare(&conflict(), &was, &is);
            assert_eq!((said.len(), said[0].likeness), (1, expected), "{said:?}");
        };
        let keep = |side| says(Decision::Keep(side), "r");
        check(keep(0), says(Decision::Keep(0), "s"), Likeness::Same);
        check(
            keep(0),
            says(Decision::Set(Value::text("a")), ""),
            Likeness::Same,
        );
        check(keep(0), keep(1), Likeness::Different);
        check(keep(0), says(Decision::Escalate, ""), Likeness::Different);
        check(no("x"), keep(0), Likeness::Different);
        check(keep(0), no("x"), Likeness::Error);
        check(no("x"), no("x"), Likeness::Same);
        check(no("x"), no("y"), Likeness::Error);
        check(keep(0), fault(FaultKind::OutOfFuel), Likeness::OverBudget);
        check(keep(0), fault(FaultKind::Malformed), Likeness::Error);
        check(keep(0), keep(2), Likeness::Different);
        check(keep(0), Ok(Vec::new()), Likeness::Different);
    }
}
