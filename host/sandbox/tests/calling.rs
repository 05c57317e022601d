//! Budgets and determinism.

use std::time::Duration;

use treaty_hostile::guests;
use treaty_hostile::world::{conflict, conflict_by, setup};
use treaty_model::Conflict;
use treaty_sandbox::{FaultKind, Limits, Profile, Rule, Sandbox, SandboxOptions, Setback};

fn rule(component: &[u8], limits: Limits) -> Rule {
    let cache = None;
    let sandbox = Sandbox::new(SandboxOptions {
        cache,
        limits,
        ..SandboxOptions::default()
    })
    .expect("a sandbox");
    // The rule keeps its sandbox alive.
    sandbox.load(component, Profile::Contract).expect("a rule")
}

fn conflicts(count: usize) -> Vec<Conflict> {
    (0..count).map(|_| conflict()).collect()
}

fn kinds<T>(answers: &[Result<T, Setback>]) -> Vec<Option<FaultKind>> {
    let kind = |answer: &Result<T, Setback>| match answer {
        Err(Setback::Fault(fault)) => Some(fault.kind),
        _ => None,
    };
    answers.iter().map(kind).collect()
}

#[test]
fn two_runs_give_the_same_bytes_and_burn_the_same_fuel() {
    for component in [guests::GOOD, guests::TRAPS_ON_ONE, guests::FLOODS_THE_LOG] {
        let mut batch = conflicts(20);
        batch[7] = conflict_by("trap");
        let first = rule(component, Limits::default()).resolve(&setup(), &batch);
        let second = rule(component, Limits::default());
        assert_eq!(second.resolve(&setup(), &batch), first);
        assert_eq!(second.resolve(&setup(), &batch), first);
    }
}

#[test]
fn a_large_batch_is_the_same_however_many_processors_share_it() {
    let mut batch = conflicts(1_700);
    let culprits = [3, 700, 1_699];
    for culprit in culprits {
        batch[culprit] = conflict_by("trap");
    }
    let traps_on_one = rule(guests::TRAPS_ON_ONE, Limits::default());
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().expect("threads");
        pool.install(|| traps_on_one.resolve(&setup(), &batch))
    };
    let alone = run(1);
    assert_eq!(run(4), alone);
    let faulted = kinds(&alone.answers).into_iter().enumerate();
    let faulted = faulted.filter_map(|(place, kind)| kind.map(|_| place));
    assert_eq!(faulted.collect::<Vec<_>>(), culprits);
}

#[test]
fn fuel_scales_with_the_batch() {
    let limits = Limits {
        fuel_base: 1_000_000,
        fuel_per_element: 50_000,
        fuel_per_byte: 0,
        ..Limits::default()
    };
    let good = rule(guests::GOOD, limits.clone());
    let many = good.resolve(&setup(), &conflicts(1_000));
    assert_eq!(kinds(&many.answers), [None; 1_000]);
    assert!(many.fuel > limits.fuel_base, "{}", many.fuel);

    // The same without a share for each element: it has to be run in parts.
    let flat = Limits {
        fuel_per_element: 0,
        ..limits
    };
    let starved = rule(guests::GOOD, flat).resolve(&setup(), &conflicts(1_000));
    assert_eq!(starved.answers.len(), 1_000);
    assert!(kinds(&starved.answers).contains(&Some(FaultKind::GivenUp)));
}

#[test]
fn no_elements_no_run() {
    let answers = rule(guests::LOOPS, Limits::default()).resolve(&setup(), &[]);
    assert!(answers.answers.is_empty());
    assert_eq!(answers.fuel, 0);
}

#[test]
fn the_wall_clock_is_never_taken_for_fuel() {
    let limits = Limits {
        fuel_base: u64::MAX / 4,
        time_base: Duration::from_millis(100),
        time_per_element: Duration::ZERO,
        ..Limits::default()
    };
    let answers = rule(guests::LOOPS, limits).resolve(&setup(), &conflicts(2));
    let kinds = kinds(&answers.answers);
    assert_eq!(kinds, [Some(FaultKind::Timeout); 2]);
}

#[test]
fn a_batch_that_is_too_large_is_split() {
    let limits = Limits {
        input_bytes: 8_000,
        ..Limits::default()
    };
    let good = rule(guests::GOOD, limits);
    let mut batch = conflicts(50);
    batch[20] = conflict_by(&"x".repeat(10_000));
    let answers = good.resolve(&setup(), &batch);
    let mut expected = vec![None; 50];
    expected[20] = Some(FaultKind::InputTooLarge);
    assert_eq!(kinds(&answers.answers), expected);
}

#[test]
fn many_threads_share_a_rule() {
    let limits = Limits {
        calls_at_once: 2,
        ..Limits::default()
    };
    let good = rule(guests::GOOD, limits);
    let expected = good.resolve(&setup(), &conflicts(5));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(good.resolve(&setup(), &conflicts(5)), expected);
                }
            });
        }
    });
}
