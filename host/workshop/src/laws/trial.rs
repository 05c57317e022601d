//! Holding one law against generated input.

use std::cell::Cell;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use treaty_folder::Asked;

use super::{Ground, LawResult, Outcome};
use crate::ask::ask;

/// What a law says of one input.
pub(super) enum Judgement {
    /// It holds.
    Holds,
    /// It says nothing about it.
    SaysNothing,
    /// It does not hold, and why.
    Fails(String),
}

impl Judgement {
    /// It holds, or does not for this reason.
    pub(super) fn unless(fails: bool, why: impl FnOnce() -> String) -> Self {
        match fails {
            true => Self::Fails(why()),
            false => Self::Holds,
        }
    }
}

/// Holds a law against generated input. `shown` makes the case that shows a
/// counter-example.
pub(super) fn hold<S: Strategy>(
    ground: &Ground<'_>,
    law: &'static str,
    input: &S,
    judge: impl Fn(&S::Value) -> Judgement,
    shown: impl Fn(&S::Value) -> Asked,
) -> LawResult
where
    S::Value: Clone,
{
    let tried = Cell::new(0);
    let mut runner = runner(ground, law);
    let ended = runner.run(input, |input| match judge(&input) {
        Judgement::Holds => {
            tried.set(tried.get() + 1);
            Ok(())
        }
        Judgement::SaysNothing => Ok(()),
        Judgement::Fails(why) => Err(TestCaseError::fail(why)),
    });
    let outcome = match ended {
        Ok(()) if tried.get() == 0 => {
            Outcome::Waived("nothing that was generated is what it speaks of".to_owned())
        }
        Ok(()) => Outcome::Held,
        Err(TestError::Fail(why, input)) => Outcome::Broken {
            why: why.message().to_owned(),
            case: case_of(ground, law, &shown(&input)),
        },
        Err(TestError::Abort(why)) => Outcome::Waived(why.message().to_owned()),
    };
    result(ground, law, tried.get(), outcome)
}

/// A law that does not apply.
pub(super) fn waived(ground: &Ground<'_>, law: &'static str, why: &str) -> LawResult {
    result(ground, law, 0, Outcome::Waived(why.to_owned()))
}

fn result(ground: &Ground<'_>, law: &'static str, tried: u32, outcome: Outcome) -> LawResult {
    LawResult {
        entity: ground.settings.entity.name.clone(),
        rule: ground.name.to_owned(),
        law,
        tried,
        outcome,
    }
}

/// The same input for the same seed and law, on every machine.
pub(super) fn runner(ground: &Ground<'_>, law: &str) -> TestRunner {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&ground.tries.seed.to_le_bytes());
    for (at, byte) in law.bytes().enumerate() {
        seed[8 + at % 24] ^= byte.rotate_left((at / 24) as u32);
    }
    let config = Config {
        cases: ground.tries.count,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// A case with what the rule answers now, for its author to look at.
fn case_of(ground: &Ground<'_>, law: &str, asked: &Asked) -> String {
    let asking = ask(ground.settings, ground.setup, asked, ground.rule);
    let words = ground.words();
    let expect = words.expectation(asked, &asking.answer);
    words.case_file(law, asked, expect)
}
