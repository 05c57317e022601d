//! Asking the resolvers, and keeping what they were asked.
//!
//! Where a plan is carried out, every batch is kept with its answers (`recording.rs`).
//! A component that stands beside a rule is then asked the same: it decides nothing,
//! and nothing that it does touches the pass.

use rayon::prelude::*;
use treaty_ledger::{AskedBatch, ShadowBatch};
use treaty_model::{Conflict, FieldIndex, Link, LinkId, RunId, Verdict};
use treaty_planner::{Examination, Ruled};
use treaty_sandbox::Answers;

use crate::part::Bound;
use crate::reading::is_of_host;
use crate::recording::{About, Answer, is_kept, keep_answer, keep_setup, record};
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
        answers: &Answers<Vec<Verdict>>,
        run: RunId,
    ) -> Option<AskedBatch> {
        let about = About {
            rule: &resolver.id,
            setup: &resolver.setup,
            entity: &part.entity.name,
            links: &together.links,
            conflicts: &together.conflicts,
            at: self.clock.now(),
            run,
        };
        let mut batch = record(&about, answers)?;
        batch.shadow = shadow(resolver, &together.conflicts, answers);
        Some(batch)
    }
}

/// Asks what stands beside a resolver about all that is kept of a batch.
fn shadow(
    resolver: &Bound,
    conflicts: &[Conflict],
    answers: &Answers<Vec<Verdict>>,
) -> Option<ShadowBatch> {
    let (rule, setup) = resolver.shadow.as_ref()?;
    let asked = conflicts.iter().zip(&answers.answers);
    let asked = asked.filter(|(_, answer)| is_kept(answer));
    let conflicts: Vec<Conflict> = asked.map(|(conflict, _)| conflict.clone()).collect();
    let answers = rule.resolve(setup, &conflicts);
    Some(ShadowBatch {
        component: rule.digest(),
        setup: keep_setup(setup).0,
        fuel: answers.answers.iter().all(is_kept).then_some(answers.fuel),
        answers: answers.answers.par_iter().map(keep_answer).collect(),
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
