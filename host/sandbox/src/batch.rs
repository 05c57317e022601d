//! A batch: one answer for each element whatever the component does.
//!
//! A large batch is run in parts of a fixed size, each in an instance of its own,
//! as many at once as there are processors: what a part is does not depend on
//! the machine, so neither do answers, fuel and log.
//!
//! A run that faults is run again in halves until the culprits stand alone. The
//! fuel that failed runs burn is bounded, so a component that faults on
//! everything cannot hold the host up.

use std::ops::Range;

use rayon::prelude::*;
use treaty_model::RuleError;
use wasmtime::Store;
use wasmtime::component::Instance;

use crate::call::{Scope, call};
use crate::contract::types::{Answer, RuleErrorOut};
use crate::log::{Log, LogLine};
use crate::rule::Inner;
use crate::state::State;
use crate::text::cut_owned;
use crate::{Fault, FaultKind, Setback};

/// How many elements a part has. What every call costs, whatever it is asked,
/// is small beside so many answers.
const PART_ELEMENTS: usize = 500;

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers<T> {
    /// As many as were asked, in the same order.
    pub answers: Vec<Result<T, Setback>>,
    /// The fuel that all runs of the batch burnt together.
    pub fuel: u64,
    /// The memory that the largest of these runs had in the end, in bytes.
    pub memory_bytes: u64,
    /// What the rule wrote to its log, within its budget. Runs that were
    /// repeated in halves do not count.
    pub log: Vec<LogLine>,
    /// Lines beyond the budget.
    pub log_lines_dropped: u64,
}

/// What is asked.
pub(crate) struct Batch<'a> {
    /// How many canonical fields the setup has.
    pub(crate) fields: usize,
    /// The bytes of each element.
    pub(crate) weights: &'a [u64],
    /// The bytes of what goes along with every part of the batch.
    pub(crate) fixed_weight: u64,
    pub(crate) now_micros: i64,
}

impl Batch<'_> {
    fn scope(&self, part: &Range<usize>) -> Scope {
        let bytes = self.fixed_weight + self.weights[part.clone()].iter().sum::<u64>();
        Scope {
            elements: part.len(),
            bytes,
            now_micros: self.now_micros,
        }
    }

    /// Runs the batch. `ask` puts a part of it to an instance, `check` judges
    /// one answer by its place in the batch.
    pub(crate) fn run<A: Send, T: Send>(
        &self,
        rule: &Inner,
        ask: impl Fn(&mut Store<State>, &Instance, Range<usize>) -> wasmtime::Result<Vec<Answer<A>>>
        + Sync,
        check: impl Fn(usize, A) -> Result<T, Fault> + Sync,
    ) -> Answers<T> {
        let elements = self.weights.len();
        let run_part = |part| self.run_part(rule, part, &ask, &check);
        let mut ran = if elements <= PART_ELEMENTS {
            vec![run_part(0..elements)]
        } else {
            let parts = 0..elements.div_ceil(PART_ELEMENTS);
            let part = |number| {
                let start = number * PART_ELEMENTS;
                start..elements.min(start + PART_ELEMENTS)
            };
            parts.into_par_iter().map(part).map(run_part).collect()
        };
        let mut log = Log::new(&rule.shared.limits);
        let mut answers = Vec::with_capacity(elements);
        let (mut fuel, mut memory_bytes) = (0_u64, 0);
        for (given, tally) in &mut ran {
            answers.append(given);
            fuel = fuel.saturating_add(tally.fuel);
            memory_bytes = memory_bytes.max(tally.memory_bytes);
            log.append(std::mem::take(&mut tally.log));
        }
        assert_eq!(answers.len(), elements, "one answer for each element");
        Answers {
            answers,
            fuel,
            memory_bytes,
            log: log.lines,
            log_lines_dropped: log.dropped,
        }
    }

    /// Runs one part, in halves where it faults.
    fn run_part<A, T>(
        &self,
        rule: &Inner,
        whole: Range<usize>,
        ask: impl Fn(&mut Store<State>, &Instance, Range<usize>) -> wasmtime::Result<Vec<Answer<A>>>,
        check: impl Fn(usize, A) -> Result<T, Fault>,
    ) -> (Vec<Result<T, Setback>>, Tally) {
        let limits = &rule.shared.limits;
        let scope = self.scope(&whole);
        let mut tally = Tally {
            fuel: 0,
            memory_bytes: 0,
            wasted: 0,
            allowance: limits
                .fuel(scope.elements, scope.bytes)
                .saturating_mul(limits.failed_runs),
            log: Log::new(limits),
        };
        let mut answers = Vec::with_capacity(whole.len());
        // The next half is on top. Halves are disjoint and in order, so answers
        // are pushed in order.
        let mut halves = vec![whole];
        while let Some(part) = halves.pop() {
            if part.is_empty() {
                continue;
            }
            match self.attempt(rule, &part, &ask, &mut tally) {
                Ok(given) => {
                    let given = part.zip(given);
                    answers.extend(given.map(|(at, answer)| self.judge(rule, at, answer, &check)));
                }
                Err(fault) if part.len() == 1 || is_of_the_whole(&fault) => {
                    answers.extend(part.map(|_| Err(fault.clone().into())));
                }
                Err(_) => {
                    let middle = part.start + part.len() / 2;
                    halves.push(middle..part.end);
                    halves.push(part.start..middle);
                }
            }
        }
        (answers, tally)
    }

    /// Runs a part of the batch once, unless it is too large or too much was
    /// wasted before.
    fn attempt<A>(
        &self,
        rule: &Inner,
        part: &Range<usize>,
        ask: impl Fn(&mut Store<State>, &Instance, Range<usize>) -> wasmtime::Result<Vec<Answer<A>>>,
        tally: &mut Tally,
    ) -> Result<Vec<Answer<A>>, Fault> {
        if tally.wasted > tally.allowance {
            return Err(given_up());
        }
        let limits = &rule.shared.limits;
        let scope = self.scope(part);
        if scope.bytes > limits.input_bytes as u64 {
            return Err(too_large(scope.bytes, limits.input_bytes));
        }
        let outcome = call(&rule.shared, &rule.pre, scope, |store, instance| {
            ask(store, instance, part.clone())
        });
        tally.fuel = tally.fuel.saturating_add(outcome.fuel);
        tally.memory_bytes = tally.memory_bytes.max(outcome.memory_bytes);
        let given = outcome.answer.and_then(|given| counted(given, part.len()));
        if given.is_err() {
            // Time that the wall clock ended counts as if all fuel had burnt.
            let budget = limits.fuel(scope.elements, scope.bytes);
            let waste = outcome.timeouts.saturating_mul(budget).max(outcome.fuel);
            tally.wasted = tally.wasted.saturating_add(waste);
        }
        if given.is_ok() || part.len() == 1 {
            tally.log.append(outcome.log);
        }
        given
    }
}

/// What the runs of a part have cost so far.
struct Tally {
    fuel: u64,
    memory_bytes: u64,
    /// The fuel of runs that failed, and how much of it is too much.
    wasted: u64,
    allowance: u64,
    log: Log,
}

/// Whether halving the part would help nobody.
fn is_of_the_whole(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Host | FaultKind::GivenUp)
}

impl Batch<'_> {
    /// One answer of the component as the host takes it.
    fn judge<A, T>(
        &self,
        rule: &Inner,
        at: usize,
        answer: Answer<A>,
        check: impl Fn(usize, A) -> Result<T, Fault>,
    ) -> Result<T, Setback> {
        match answer {
            Ok(answer) => check(at, answer).map_err(Setback::Fault),
            Err(RuleErrorOut { field, message }) => Err(Setback::Error(RuleError {
                // The message is what a person reads; a field that there is not
                // adds nothing to it.
                field: field.filter(|field| (*field as usize) < self.fields),
                message: match message.trim() {
                    "" => "the rule does not say why".to_owned(),
                    _ => cut_owned(message, rule.shared.limits.message_bytes),
                },
            })),
        }
    }
}

impl<T> Answers<T> {
    /// The same fault for every element, for a batch that was never run.
    pub(crate) fn all(elements: usize, fault: &Fault) -> Self {
        Self {
            answers: (0..elements).map(|_| Err(fault.clone().into())).collect(),
            fuel: 0,
            memory_bytes: 0,
            log: Vec::new(),
            log_lines_dropped: 0,
        }
    }
}

fn counted<A>(given: Vec<A>, asked: usize) -> Result<Vec<A>, Fault> {
    if given.len() == asked {
        return Ok(given);
    }
    let given = given.len();
    Err(Fault::malformed(format!(
        "{given} answers to {asked} questions"
    )))
}

fn too_large(bytes: u64, limit: usize) -> Fault {
    Fault::new(
        FaultKind::InputTooLarge,
        format!("{bytes} bytes; a call carries at most {limit}"),
    )
}

fn given_up() -> Fault {
    Fault::new(
        FaultKind::GivenUp,
        "not tried, because the rule faulted on too many records of the batch",
    )
}
