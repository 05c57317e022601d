//! Answers in words.

use treaty_folder::{Asked, EntitySettings, ExpectedDecision, ExpectedVerdict, Sameness};
use treaty_model::{
    Candidate, Cell, Contested, Decision, FieldIndex, FieldProblem, InboundAnswer, Setup, Standing,
    SystemIndex, Verdict,
};
use treaty_sandbox::Setback;

use crate::ask::{Answer, Compared};
use crate::judge::never_meet;

/// What is named in an entity.
pub(crate) struct Words<'a> {
    pub(crate) settings: &'a EntitySettings,
    pub(crate) setup: &'a Setup,
}

/// A cell; one that a system does not say anything of is absent.
pub(crate) fn cell(cell: &Cell) -> String {
    match cell {
        Some(value) => value.to_string(),
        None => "(absent)".to_owned(),
    }
}

/// Why there is no answer.
pub(crate) fn setback(setback: &Setback) -> String {
    match setback {
        Setback::Error(error) => format!("the error {:?}", error.message),
        Setback::Fault(fault) => format!("a fault: {fault}"),
    }
}

/// The word of case files.
pub(crate) fn sameness(is: Sameness) -> &'static str {
    match is {
        Sameness::Same => "same",
        Sameness::Different => "different",
        Sameness::Ask => "ask",
    }
}

/// What a comparison came to.
pub(crate) fn compared(got: &Compared) -> String {
    let is = sameness(got.is);
    let probability = got.comparison.probability;
    match never_meet(got) {
        true => format!("{is}: they share no blocking key (probability {probability:.6})"),
        false => format!("{is} (probability {probability:.6})"),
    }
}

impl Words<'_> {
    /// A canonical field.
    pub(crate) fn field(&self, field: FieldIndex) -> String {
        self.settings.entity.table.row(field).name.clone()
    }

    /// An own field.
    pub(crate) fn own(&self, system: SystemIndex, at: usize) -> String {
        self.setup.systems[system.0].fields[at].name.clone()
    }

    /// A system.
    pub(crate) fn system(&self, system: SystemIndex) -> &str {
        self.settings.entity.part(system).system.as_str()
    }

    /// Whose value a side is.
    pub(crate) fn side(&self, side: &Candidate) -> String {
        match (side.standing, side.system) {
            (Standing::Agreed, _) | (_, None) => "base".to_owned(),
            (_, Some(system)) => self.system(SystemIndex(system as usize)).to_owned(),
        }
    }

    /// An expected verdict.
    pub(crate) fn expected(&self, expected: &ExpectedVerdict) -> String {
        let decision = match &expected.decision {
            ExpectedDecision::Keep(None) => "keep base".to_owned(),
            ExpectedDecision::Keep(Some(system)) => format!("keep {}", self.system(*system)),
            ExpectedDecision::Set(value) => format!("set {value}"),
            ExpectedDecision::Value(value) => format!("{value}, kept or set"),
            ExpectedDecision::Escalate => "ask a person".to_owned(),
        };
        match &expected.reason {
            Some(reason) => format!("{decision}: {reason}"),
            None => decision,
        }
    }

    /// A verdict with its reason.
    pub(crate) fn verdict(&self, contested: &Contested, verdict: &Verdict) -> String {
        let decision = match &verdict.decision {
            Decision::Keep(at) => match contested.candidates.get(*at as usize) {
                Some(side) => format!("keep {} {}", self.side(side), side.value),
                None => "keep a side that there is not".to_owned(),
            },
            Decision::Set(value) => format!("set {value}"),
            Decision::Escalate => "ask a person".to_owned(),
        };
        format!("{decision}: {}", verdict.reason)
    }

    /// A whole answer, a line for each thing that it says.
    pub(crate) fn answer(&self, asked: &Asked, answer: &Answer) -> Vec<String> {
        match (asked, answer) {
            (Asked::Resolve(conflict, _), Answer::Resolved(Ok(verdicts))) => {
                let contested = conflict.contested.iter().zip(verdicts);
                contested
                    .map(|(contested, verdict)| {
                        let field = self.field(FieldIndex(contested.field as usize));
                        format!("{field}: {}", self.verdict(contested, verdict))
                    })
                    .collect()
            }
            (Asked::Read(..), Answer::Read(Ok(InboundAnswer::Read(read)))) => self.row(
                |at| self.field(FieldIndex(at)),
                &read.canonical,
                &read.problems,
            ),
            (Asked::Read(..), Answer::Read(Ok(InboundAnswer::LeftOut(why)))) => {
                vec![format!("left out: {why}")]
            }
            (Asked::Write(system, ..), Answer::Written(Ok(written))) => {
                self.row(|at| self.own(*system, at), &written.own, &written.problems)
            }
            (Asked::Match(..), Answer::Compared(Ok(got))) => {
                let evidence = got.comparison.evidence.iter();
                let evidence = evidence.map(|piece| {
                    format!("{:+.2} {}: {}", piece.weight, piece.about, piece.finding)
                });
                std::iter::once(compared(got)).chain(evidence).collect()
            }
            (_, Answer::Resolved(Err(why)))
            | (_, Answer::Read(Err(why)))
            | (_, Answer::Written(Err(why)))
            | (_, Answer::Compared(Err(why))) => vec![setback(why)],
            _ => unreachable!("an answer is of the kind of what was asked"),
        }
    }

    fn row(
        &self,
        name: impl Fn(usize) -> String,
        row: &[Cell],
        problems: &[FieldProblem],
    ) -> Vec<String> {
        let cells = row.iter().enumerate().filter(|(_, cell)| cell.is_some());
        let cells = cells.map(|(at, value)| format!("{}: {}", name(at), cell(value)));
        let problems = problems.iter().map(|problem| {
            let about = problem.field().map(|field| self.field(field));
            let about = about.unwrap_or_else(|| "the record".to_owned());
            format!("problem of {about}: {}", problem.message)
        });
        cells.chain(problems).collect()
    }
}
