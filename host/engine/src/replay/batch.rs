//! One batch, decided again.

use std::sync::Arc;

use rayon::prelude::*;
use treaty_ledger::{Fit, KeptBatch, KeptDecision};
use treaty_model::Conflict;
use treaty_sandbox::Answers;

use super::Candidate;
use super::compare::{FieldSaid, compare, is_over_budget};
use super::tally::Said;
use super::told::Told;
use crate::recording::{Answer, at_time, keep_answer, read_answer, read_conflict};

/// What came of deciding a batch again.
pub(crate) struct Again {
    /// What is told of it.
    pub(crate) said: Said,
    /// Whether it is as it was.
    pub(crate) checked: Checked,
}

/// Whether a batch was held against what the same component said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is as it was, to the letter and to the last unit of fuel.
    Again,
    /// It cannot be put together as it was.
    InPart,
    /// Something else decided, or it was altered.
    Not,
}

/// A decision that was read.
struct Read<'a> {
    kept: &'a KeptDecision,
    /// Whether no batch before had it.
    fresh: bool,
    conflict: Conflict,
    was: Answer,
}

/// Decides a batch again. `fresh` says which of its decisions no batch before had.
pub(crate) fn again(
    batch: &KeptBatch,
    candidate: Option<&Candidate<'_>>,
    told: &Option<Arc<Told>>,
    fresh: &[bool],
) -> Again {
    let mut said = Said::default();
    let Some(told) = told else {
        said.alter(format!("batch {}: its setup is not there", batch.number));
        return Again::not(said);
    };
    let Some(setup) = &told.now else {
        said.alter(format!("setup {}: its mark does not fit", batch.setup));
        return Again::not(said);
    };
    check_marks(batch, told, &mut said);
    let read = read(batch, fresh, &mut said);
    let Some(candidate) = candidate else {
        return Again::not(said);
    };
    let same = candidate.rule.digest() == batch.rule.digest && told.is_as_then();
    let asked: Vec<&Read<'_>> = read.iter().filter(|read| same || read.fresh).collect();
    if asked.is_empty() {
        return Again::not(said);
    }
    let conflicts: Vec<Conflict> = asked.iter().map(|read| read.conflict.clone()).collect();
    let setup = at_time(setup.clone(), batch.now);
    let answers = candidate.rule.resolve(&setup, &conflicts);
    let whole = read.len() == batch.asked && batch.fuel.is_some();
    let checked = match (same, whole) {
        (true, true) => check_answers(batch, &asked, &answers, &mut said),
        (true, false) => Checked::InPart,
        (false, _) => Checked::Not,
    };
    let fields: Vec<Vec<FieldSaid>> = asked
        .par_iter()
        .zip(&answers.answers)
        .map(|(read, is)| compare(&read.conflict, &read.was, is))
        .collect();
    for (read, fields) in asked.into_iter().zip(fields) {
        if read.fresh && !said.is_altered(read.kept.number) {
            said.add(told, read.kept, fields);
        }
    }
    Again { said, checked }
}

/// Notices a batch whose mark does not fit, or that lacks something.
fn check_marks(batch: &KeptBatch, told: &Told, said: &mut Said) {
    let number = batch.number;
    if batch.decisions.len() != batch.asked {
        let lacks = batch.asked.abs_diff(batch.decisions.len());
        said.alter(format!(
            "batch {number}: {lacks} of its decisions are not there"
        ));
    } else if batch.fit(&told.kept) == Fit::Altered {
        said.alter(format!("batch {number}: its mark does not fit"));
    }
}

/// Reads what was decided, and notices what was altered or forgotten.
fn read<'a>(batch: &'a KeptBatch, fresh: &[bool], said: &mut Said) -> Vec<Read<'a>> {
    let decisions = batch.decisions.par_iter().zip(fresh);
    let read: Vec<Result<Read<'a>, Option<&KeptDecision>>> = decisions
        .map(|(kept, fresh)| {
            let Some(texts) = &kept.said else {
                return Err(None);
            };
            let texts = (kept.fit() == Fit::Fits)
                .then_some(texts)
                .ok_or(Some(kept))?;
            let conflict = read_conflict(&texts.input).map_err(|_| Some(kept))?;
            let was = read_answer(&texts.answer).map_err(|_| Some(kept))?;
            Ok(Read {
                kept,
                fresh: *fresh,
                conflict,
                was,
            })
        })
        .collect();
    let mut all = Vec::with_capacity(read.len());
    for (read, fresh) in read.into_iter().zip(fresh) {
        match read {
            Ok(read) => all.push(read),
            Err(None) => said.forgotten += u64::from(*fresh),
            Err(Some(kept)) if *fresh => {
                said.alter_decision(kept, "its mark does not fit what it says");
            }
            Err(Some(_)) => {}
        }
    }
    all
}

/// Holds the same component's answers and its fuel against what is kept. What went
/// over a limit says nothing: the limits may be others.
fn check_answers(
    batch: &KeptBatch,
    asked: &[&Read<'_>],
    answers: &Answers<Vec<treaty_model::Verdict>>,
    said: &mut Said,
) -> Checked {
    let over = |answer: &Answer| answer.as_ref().is_err_and(is_over_budget);
    let both = asked.par_iter().zip(&answers.answers);
    if both.clone().any(|(read, is)| over(&read.was) || over(is)) {
        return Checked::InPart;
    }
    let others: Vec<&KeptDecision> = both
        .filter(|(read, is)| {
            let kept = read.kept.said.as_ref();
            kept.is_none_or(|kept| kept.answer != keep_answer(is).text())
        })
        .map(|(read, _)| read.kept)
        .collect();
    for kept in &others {
        said.alter_decision(kept, "the same component, told the same, answers otherwise");
    }
    if !others.is_empty() {
        return Checked::Not;
    }
    match batch.fuel {
        Some(fuel) if fuel != answers.fuel => {
            said.alter(format!(
                "batch {}: the same component takes {} of fuel for it, and {fuel} is kept",
                batch.number, answers.fuel
            ));
            Checked::Not
        }
        _ => Checked::Again,
    }
}

impl Again {
    fn not(said: Said) -> Self {
        Self {
            said,
            checked: Checked::Not,
        }
    }
}
