//! Laws of every rule: what a batch is, and what no rule may do.

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::strategy::Strategy;
use treaty_folder::Asked;
use treaty_sandbox::{Answers, Setback};

use super::trial::{Judgement, hold};
use super::{Ground, LawResult};

/// How many elements a generated batch has at most.
const ELEMENTS_MAX: usize = 6;

/// A batch answers like its elements alone, in any order; twice the same, for the
/// same fuel; and never with a fault.
pub(super) fn laws<E, A>(
    ground: &Ground<'_>,
    element: impl Strategy<Value = E> + Clone,
    ask: impl Fn(&[E]) -> Answers<A>,
    shown: impl Fn(&E) -> Asked,
) -> Vec<LawResult>
where
    E: Clone + Debug,
    A: PartialEq + Debug,
{
    let batch = vec(element, 1..=ELEMENTS_MAX);
    let first = |batch: &Vec<E>| shown(&batch[0]);
    vec![
        hold(
            ground,
            "it never breaks",
            &batch,
            |batch| {
                let answers = ask(batch).answers;
                let fault = answers.iter().find_map(|answer| match answer {
                    Err(Setback::Fault(fault)) => Some(fault),
                    _ => None,
                });
                fault.map_or(Judgement::Holds, |fault| {
                    Judgement::Fails(fault.to_string())
                })
            },
            first,
        ),
        hold(
            ground,
            "it answers twice the same",
            &batch,
            |batch| {
                let (one, two) = (ask(batch), ask(batch));
                Judgement::unless(one.answers != two.answers || one.fuel != two.fuel, || {
                    format!("{:?} and then {:?}", one.answers, two.answers)
                })
            },
            first,
        ),
        hold(
            ground,
            "a batch answers like its elements alone, in any order",
            &batch,
            |batch| {
                let together = ask(batch).answers;
                let alone: Vec<_> = batch
                    .iter()
                    .flat_map(|element| ask(std::slice::from_ref(element)).answers)
                    .collect();
                let mut backwards: Vec<_> = batch.clone();
                backwards.reverse();
                let mut turned = ask(&backwards).answers;
                turned.reverse();
                Judgement::unless(together != alone || together != turned, || {
                    format!("together {together:?}, alone {alone:?}, backwards {turned:?}")
                })
            },
            first,
        ),
    ]
}
