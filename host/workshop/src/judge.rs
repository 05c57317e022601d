//! Holding an answer against what a case expects.

use serde::Serialize;
use treaty_folder::{
    Asked, EntitySettings, Expected, ExpectedDecision, ExpectedMatch, ExpectedRead, ExpectedRow,
    ExpectedVerdict, Sameness,
};
use treaty_model::{
    Candidate, Conflict, Decision, FieldIndex, FieldProblem, InboundAnswer, Row, Setup, Standing,
    SystemIndex, Verdict,
};
use treaty_sandbox::Setback;

use crate::ask::{Answer, Compared};
use crate::words::{self, Words};

/// One thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is about: a field, for instance.
    pub about: String,
    /// What was expected.
    pub expected: String,
    /// What came instead.
    pub got: String,
}

impl Difference {
    pub(crate) fn new(
        about: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Self {
        Self {
            about: about.into(),
            expected: expected.into(),
            got: got.into(),
        }
    }
}

/// What in an answer is not as expected. A case that expects nothing agrees with
/// every answer but a fault.
pub fn differences(
    settings: &EntitySettings,
    setup: &Setup,
    asked: &Asked,
    answer: &Answer,
) -> Vec<Difference> {
    let words = Words { settings, setup };
    match (asked, answer) {
        (Asked::Resolve(conflict, expected), Answer::Resolved(answer)) => {
            against(expected, answer, |expected, answer| {
                verdicts(&words, conflict, expected, answer)
            })
        }
        (Asked::Read(_, _, expected), Answer::Read(answer)) => {
            against(expected, answer, |expected, answer| {
                read(&words, expected, answer)
            })
        }
        (Asked::Write(system, _, expected), Answer::Written(answer)) => {
            against(expected, answer, |expected, answer| {
                let name = |at| words.own(*system, at);
                row(&words, name, expected, &answer.own, &answer.problems)
            })
        }
        (Asked::Match(_, expected), Answer::Compared(answer)) => {
            against(expected, answer, comparison)
        }
        _ => unreachable!("an answer is of the kind of what was asked"),
    }
}

/// An expected refusal, or what the answer itself is held against.
fn against<E, A>(
    expected: &Option<Expected<E>>,
    answer: &Result<A, Setback>,
    judge: impl FnOnce(&E, &A) -> Vec<Difference>,
) -> Vec<Difference> {
    let differs = |expected: String, got: String| vec![Difference::new("answer", expected, got)];
    match (expected, answer) {
        (Some(Expected::Answer(expected)), Ok(answer)) => judge(expected, answer),
        (Some(Expected::Error(part)), Err(Setback::Error(error)))
            if error.message.contains(part.as_str()) =>
        {
            Vec::new()
        }
        (Some(Expected::Error(part)), Ok(_)) => {
            differs(format!("the error {part:?}"), "an answer".to_owned())
        }
        (Some(Expected::Error(part)), Err(setback)) => {
            differs(format!("the error {part:?}"), words::setback(setback))
        }
        (Some(Expected::Answer(_)), Err(setback)) | (None, Err(setback @ Setback::Fault(_))) => {
            differs("an answer".to_owned(), words::setback(setback))
        }
        (None, _) => Vec::new(),
    }
}

fn verdicts(
    words: &Words<'_>,
    conflict: &Conflict,
    expected: &[ExpectedVerdict],
    answer: &[Verdict],
) -> Vec<Difference> {
    let mut differences = Vec::new();
    for expected in expected {
        let at = |field: u32| FieldIndex(field as usize) == expected.field;
        let contested = conflict.contested.iter().find(|one| at(one.field));
        let verdict = answer.iter().find(|verdict| at(verdict.field));
        // The reader of cases sees to the first, the sandbox to the second.
        let (Some(contested), Some(verdict)) = (contested, verdict) else {
            continue;
        };
        let about = words.field(expected.field);
        let kept = match verdict.decision {
            Decision::Keep(candidate) => contested.candidates.get(candidate as usize),
            _ => None,
        };
        if !is_decided(&expected.decision, kept, &verdict.decision) {
            differences.push(Difference::new(
                about.clone(),
                words.expected(expected),
                words.verdict(contested, verdict),
            ));
        } else if let Some(part) = &expected.reason
            && !verdict.reason.contains(part.as_str())
        {
            let about = format!("reason for {about}");
            differences.push(Difference::new(about, part, &verdict.reason));
        }
    }
    differences
}

fn is_decided(expected: &ExpectedDecision, kept: Option<&Candidate>, got: &Decision) -> bool {
    let is_agreed = |side: &Candidate| side.standing == Standing::Agreed;
    match expected {
        ExpectedDecision::Keep(Some(system)) => kept.is_some_and(|side| {
            !is_agreed(side) && side.system.map(|at| SystemIndex(at as usize)) == Some(*system)
        }),
        ExpectedDecision::Keep(None) => kept.is_some_and(is_agreed),
        ExpectedDecision::Set(value) => matches!(got, Decision::Set(set) if set == value),
        ExpectedDecision::Value(value) => match got {
            Decision::Set(set) => set == value,
            _ => kept.is_some_and(|side| side.value == *value),
        },
        ExpectedDecision::Escalate => *got == Decision::Escalate,
    }
}

fn read(words: &Words<'_>, expected: &ExpectedRead, answer: &InboundAnswer) -> Vec<Difference> {
    let whole = |expected: String, got: String| vec![Difference::new("record", expected, got)];
    match (expected, answer) {
        (ExpectedRead::Row(expected), InboundAnswer::Read(read)) => {
            let name = |at| words.field(FieldIndex(at));
            row(words, name, expected, &read.canonical, &read.problems)
        }
        (ExpectedRead::LeftOut(part), InboundAnswer::LeftOut(why)) => match why.contains(part) {
            true => Vec::new(),
            false => whole(format!("left out: {part}"), format!("left out: {why}")),
        },
        (ExpectedRead::Row(_), InboundAnswer::LeftOut(why)) => {
            whole("it takes part".to_owned(), format!("left out: {why}"))
        }
        (ExpectedRead::LeftOut(part), InboundAnswer::Read(_)) => {
            whole(format!("left out: {part}"), "it takes part".to_owned())
        }
    }
}

/// A row cell by cell, and then what could not be read or written.
fn row(
    words: &Words<'_>,
    name: impl Fn(usize) -> String,
    expected: &ExpectedRow,
    got: &Row,
    problems: &[FieldProblem],
) -> Vec<Difference> {
    let cells = expected.cells.iter().zip(got).enumerate();
    let mut differences: Vec<_> = cells
        .filter(|(_, (expected, got))| expected != got)
        .map(|(at, (expected, got))| {
            Difference::new(name(at), words::cell(expected), words::cell(got))
        })
        .collect();
    for (field, part) in &expected.problems {
        let mut of_field = problems.iter().filter(|one| one.field() == Some(*field));
        if !of_field.any(|one| one.message.contains(part.as_str())) {
            let about = format!("problem of {}", words.field(*field));
            differences.push(Difference::new(about, part, "none of that"));
        }
    }
    let is_expected = |problem: &FieldProblem| {
        let mut expected = expected.problems.iter();
        expected.any(|(field, _)| problem.field() == Some(*field))
    };
    for problem in problems.iter().filter(|problem| !is_expected(problem)) {
        let about = match problem.field() {
            Some(field) => format!("problem of {}", words.field(field)),
            None => "problem".to_owned(),
        };
        differences.push(Difference::new(about, "none", &problem.message));
    }
    differences
}

fn comparison(expected: &ExpectedMatch, got: &Compared) -> Vec<Difference> {
    let mut differences = Vec::new();
    if expected.is != got.is {
        let expected = words::sameness(expected.is).to_owned();
        differences.push(Difference::new("records", expected, words::compared(got)));
    }
    let probability = got.comparison.probability;
    if let Some((least, most)) = expected.probability
        && !(least..=most).contains(&probability)
    {
        differences.push(Difference::new(
            "probability",
            format!("{least} to {most}"),
            format!("{probability:.6}"),
        ));
    }
    differences
}

/// Whether two records are told apart for want of a blocking key.
pub(crate) fn never_meet(got: &Compared) -> bool {
    got.is == Sameness::Different && !got.share_a_key
}
