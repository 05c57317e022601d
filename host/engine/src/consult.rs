//! Asking the resolvers, and keeping what they were asked.
//!
//! Where a plan is carried out, every batch is kept with its answers (`recording.rs`).
//! A component that stands beside a rule is then asked the same: it decides nothing,
//! and nothing that it does touches the pass.

use rayon::prelude::*;
use treaty_ledger::{AskedBatch, Decided, ShadowBatch};
use treaty_model::{Conflict, FieldIndex, Link, LinkId, RunId};
use treaty_planner::{Examination, Ruled};
use treaty_sandbox::Answers;

use crate::part::Bound;
use crate::reading::is_of_host;
use crate::recording::{Answer, keep_answer, keep_conflict, keep_setup};
use crate::{Engine, Part};

/// What is kept of what resolvers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nothing: the plan is only weighed.
    Nothing,
    /// Every batch.
    Batches,
}

/// What came of asking the resolvers about one link.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) ruled: Vec<Ruled>,
    /// Why the host could not ask one of them.
    pub(crate) untried: Option<String>,
}

/// Conflicts that one resolver is asked about together.
struct Together {
    /// Their places among all links.
    places: Vec<usize>,
    links: Vec<LinkId>,
    conflicts: Vec<Conflict>,
}

impl Engine {
    /// Asks each resolver about the fields that are its to decide.
    pub(crate) fn ask_resolvers(
        &self,
        part: &Part,
        links: &[&Link],
        examinations: &[Examination],
        run: RunId,
        keep: Keep,
    ) -> (Vec<Asked>, Vec<AskedBatch>) {
        let mut all: Vec<Asked> = links.iter().map(|_| Asked::default()).collect();
        let mut kept = Vec::new();
        for (number, resolver) in part.resolvers.iter().enumerate() {
            let together = together(part, links, examinations, number);
            let conflicts = &together.conflicts;
            if conflicts.is_empty() {
                continue;
            }
            let answers = resolver.switch.ask(conflicts.len(), || {
                resolver.rule.resolve(&resolver.setup, conflicts)
            });
            self.tell_log(&resolver.id.name, &answers.log);
            if keep == Keep::Batches {
                kept.extend(self.keep_batch(part, resolver, &together, &answers, run));
            }
            let asked = together.places.into_iter().zip(together.conflicts);
            for ((at, conflict), answer) in asked.zip(answers.answers) {
                all[at].take(resolver, &conflict, answer);
            }
        }
        (all, kept)
    }

    /// A batch as it is kept; none where the host could not ask about anything of it.
    fn keep_batch(
        &self,
        part: &Part,
        resolver: &Bound,
        together: &Together,
        answers: &Answers<Vec<treaty_model::Verdict>>,
        run: RunId,
    ) -> Option<AskedBatch> {
        let asked = together.links.par_iter().zip(&together.conflicts);
        let answered = asked.zip(&answers.answers);
        let answered = answered.filter(|(_, answer)| !answer.as_ref().is_err_and(is_of_host));
        let (decisions, conflicts): (Vec<_>, Vec<_>) = answered
            .map(|((link, conflict), answer)| {
                let decided = Decided {
                    link: *link,
                    input: keep_conflict(conflict),
                    answer: keep_answer(answer),
                };
                (decided, conflict)
            })
            .unzip();
        if decisions.is_empty() {
            return None;
        }
        let whole = decisions.len() == together.conflicts.len();
        let (setup, now) = keep_setup(&resolver.setup);
        Some(AskedBatch {
            at: self.clock.now(),
            run,
            rule: resolver.id.clone(),
            setup,
            now,
            entity: part.entity.name.clone(),
            fuel: whole.then_some(answers.fuel),
            shadow: shadow(resolver, conflicts),
            decisions,
        })
    }
}

/// Asks what stands beside a resolver.
fn shadow(resolver: &Bound, conflicts: Vec<&Conflict>) -> Option<ShadowBatch> {
    let (rule, setup) = resolver.shadow.as_ref()?;
    let conflicts: Vec<Conflict> = conflicts.into_iter().cloned().collect();
    let answers = rule.resolve(setup, &conflicts);
    let of_host = |answer: &Answer| answer.as_ref().is_err_and(is_of_host);
    let whole = !answers.answers.iter().any(of_host);
    Some(ShadowBatch {
        component: rule.digest(),
        setup: keep_setup(setup).0,
        answers: answers.answers.par_iter().map(keep_answer).collect(),
        fuel: whole.then_some(answers.fuel),
    })
}

/// What one of the resolvers is asked.
fn together(
    part: &Part,
    links: &[&Link],
    examinations: &[Examination],
    resolver: usize,
) -> Together {
    let mut together = Together {
        places: Vec::new(),
        links: Vec::new(),
        conflicts: Vec::new(),
    };
    for (at, (link, examination)) in links.iter().zip(examinations).enumerate() {
        let contested = examination.contested().into_iter();
        let fields = contested.filter(|field| part.resolver_of[field.0] == resolver);
        let fields: Vec<FieldIndex> = fields.collect();
        if !fields.is_empty() {
            together.places.push(at);
            together.links.push(link.id);
            together.conflicts.push(examination.conflict(link, &fields));
        }
    }
    together
}

impl Asked {
    /// Takes a resolver's answer.
    fn take(&mut self, resolver: &Bound, conflict: &Conflict, answer: Answer) {
        let said = |field: u32, decision, reason| Ruled {
            field: FieldIndex(field as usize),
            rule: resolver.id.clone(),
            decision,
            reason,
        };
        match answer {
            Ok(verdicts) => self.ruled.extend(
                verdicts
                    .into_iter()
                    .map(|verdict| said(verdict.field, Ok(verdict.decision), verdict.reason)),
            ),
            Err(setback) if is_of_host(&setback) => {
                self.untried = Some(format!("{}: {setback}", resolver.id.name));
            }
            Err(setback) => self
                .ruled
                .extend(conflict.contested.iter().map(|contested| {
                    let why = format!("rule {} failed: {setback}", resolver.id.name);
                    said(contested.field, Err(why), String::new())
                })),
        }
    }
}
