//! Sandboxes with limits tight enough for a test, and what to ask of them.

use std::sync::LazyLock;
use std::time::Duration;

use treaty_hostile::world::{conflict, setup};
use treaty_model::{Conflict, Verdict};
use treaty_sandbox::{
    Answers, Fault, FaultKind, Limits, LoadError, Profile, Rule, Sandbox, SandboxOptions, Setback,
};

/// Limits that a hostile guest reaches soon.
pub fn tight() -> Limits {
    Limits {
        memory_bytes: 32 << 20,
        fuel_base: 20_000_000,
        fuel_per_element: 1_000_000,
        time_base: Duration::from_millis(500),
        time_per_element: Duration::from_millis(10),
        ..Limits::default()
    }
}

pub fn sandbox(limits: Limits) -> Sandbox {
    let cache = None;
    Sandbox::new(SandboxOptions {
        cache,
        limits,
        ..SandboxOptions::default()
    })
    .expect("a sandbox")
}

/// The sandbox of all tests in this process.
static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| sandbox(tight()));

pub fn load(component: &[u8], profile: Profile) -> Rule {
    SANDBOX.load(component, profile).expect("a rule")
}

pub fn refused(component: &[u8], profile: Profile) -> LoadError {
    SANDBOX.load(component, profile).expect_err("no rule")
}

pub fn resolve(component: &[u8], conflicts: &[Conflict]) -> Answers<Vec<Verdict>> {
    resolve_on(&SANDBOX, component, conflicts)
}

pub fn resolve_on(
    sandbox: &Sandbox,
    component: &[u8],
    conflicts: &[Conflict],
) -> Answers<Vec<Verdict>> {
    let rule = sandbox.load(component, Profile::Contract).expect("a rule");
    let answers = rule.resolve(&setup(), conflicts);
    assert_eq!(answers.answers.len(), conflicts.len());
    answers
}

/// The faults with the places of their elements.
pub fn faults<'a, T>(answers: &'a Answers<T>) -> Vec<(usize, &'a Fault)> {
    let fault = |(at, answer): (usize, &'a Result<T, Setback>)| match answer {
        Err(Setback::Fault(fault)) => Some((at, fault)),
        _ => None,
    };
    answers
        .answers
        .iter()
        .enumerate()
        .filter_map(fault)
        .collect()
}

/// Ten conflicts of which none is special.
pub fn ten() -> Vec<Conflict> {
    (0..10).map(|_| conflict()).collect()
}

/// Every one of ten conflicts meets this fault.
pub fn all_meet(component: &[u8], kind: FaultKind) {
    let answers = resolve(component, &ten());
    let kinds: Vec<_> = faults(&answers)
        .into_iter()
        .map(|(_, fault)| fault.kind)
        .collect();
    // A guest that burns everything it gets is given up after a while.
    assert!(
        kinds
            .iter()
            .all(|met| *met == kind || *met == FaultKind::GivenUp),
        "{kinds:?}"
    );
    assert_eq!((kinds.len(), kinds[0]), (10, kind));
}

/// The answer to one conflict makes no sense, in these words.
pub fn malformed(component: &[u8], detail: &str) {
    let answers = resolve(component, &[conflict()]);
    let faults = faults(&answers);
    assert_eq!(faults[0].1.kind, FaultKind::Malformed);
    assert_eq!(faults[0].1.detail, detail);
}

/// The memory of this process that is really there.
pub fn resident_bytes() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").expect("a Linux machine");
    let pages = text.split_whitespace().nth(1).expect("the second number");
    4096 * pages.parse::<usize>().expect("a number of pages")
}
