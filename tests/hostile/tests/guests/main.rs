//! What each guest tries, and what becomes of it. A function stands here for
//! each file in `guests/`, under its name.

mod mappers_and_matchers;
mod schemas;
mod world;

use mappers_and_matchers::*;
use schemas::*;
use treaty_hostile::guests;
use treaty_hostile::world::{conflict, conflict_by, setup};
use treaty_model::{Decision, Setup};
use treaty_sandbox::{FaultKind, LoadError, Profile, Setback, TrapKind};
use world::{all_meet, faults, load, malformed, refused, resolve, resolve_on, sandbox, ten, tight};

treaty_hostile::assert_each_guest_has_a_test!();

#[test]
fn good() {
    let answers = resolve(guests::GOOD, &ten());
    assert_eq!(answers.answers.len(), 10);
    for answer in &answers.answers {
        let verdicts = answer.as_ref().expect("a good guest");
        assert_eq!(verdicts.len(), 2);
        assert!(
            verdicts
                .iter()
                .all(|verdict| verdict.decision == Decision::Keep(0))
        );
    }
    assert_eq!(answers.log[0].message, "10 conflicts");
    assert!(answers.fuel > 0);
}

#[test]
fn loops() {
    all_meet(guests::LOOPS, FaultKind::OutOfFuel);
}

#[test]
fn loops_at_start() {
    all_meet(guests::LOOPS_AT_START, FaultKind::OutOfFuel);
}

#[test]
fn loops_on_one() {
    let mut conflicts: Vec<_> = (0..100).map(|_| conflict()).collect();
    conflicts[41] = conflict_by("loop");
    let answers = resolve(guests::LOOPS_ON_ONE, &conflicts);
    let faults = faults(&answers);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!((faults[0].0, faults[0].1.kind), (41, FaultKind::OutOfFuel));
}

#[test]
fn fills_memory() {
    all_meet(guests::FILLS_MEMORY, FaultKind::OutOfFuel);
}

#[test]
fn recurses() {
    all_meet(guests::RECURSES, FaultKind::Trap(TrapKind::StackOverflow));
}

#[test]
fn grows_memory() {
    all_meet(guests::GROWS_MEMORY, FaultKind::MemoryLimit);
}

#[test]
fn grows_tables() {
    all_meet(guests::GROWS_TABLES, FaultKind::TableLimit);
}

#[test]
fn traps_on_one() {
    let mut conflicts: Vec<_> = (0..1_000).map(|_| conflict()).collect();
    conflicts[617] = conflict_by("trap");
    let answers = resolve(guests::TRAPS_ON_ONE, &conflicts);
    assert_eq!(answers.answers.len(), 1_000);
    let faults = faults(&answers);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let trap = FaultKind::Trap(TrapKind::Unreachable);
    assert_eq!((faults[0].0, faults[0].1.kind), (617, trap));
}

#[test]
fn fails_as_told() {
    let rule = sandbox(tight())
        .load(guests::FAILS_AS_TOLD, Profile::Contract)
        .expect("a rule");
    let told = |configuration: &str| {
        let configuration = configuration.to_owned();
        let setup = treaty_model::Setup {
            configuration,
            ..setup()
        };
        rule.resolve(&setup, &ten())
    };
    let kept =
        |configuration| told(configuration).answers[0].as_ref().expect("it decides")[0].clone();
    assert_eq!(kept("{}").decision, Decision::Keep(0));
    assert_eq!(kept(r#"{"keeps":"last"}"#).decision, Decision::Keep(1));
    assert_eq!(kept(r#"{"traps-on":"two"}"#).decision, Decision::Keep(0));
    let fails = |configuration, kind| {
        let answers = told(configuration);
        let faults = faults(&answers);
        assert_eq!(faults.len(), 10);
        assert_eq!(faults[0].1.kind, kind);
    };
    let trap = FaultKind::Trap(TrapKind::Unreachable);
    fails(r#"{"traps-on":"other"}"#, trap);
    fails(r#"{"loops-on":"one"}"#, FaultKind::OutOfFuel);
    fails(r#"{"lies-on":"one"}"#, FaultKind::Malformed);
}

#[test]
fn traps_always() {
    all_meet(guests::TRAPS_ALWAYS, FaultKind::Trap(TrapKind::Unreachable));
}

#[test]
fn answers_too_few() {
    let mut conflicts = ten();
    conflicts[3] = conflict_by("skip");
    let answers = resolve(guests::ANSWERS_TOO_FEW, &conflicts);
    let faults = faults(&answers);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].0, 3);
    assert_eq!(faults[0].1.detail, "0 answers to 1 questions");
}

#[test]
fn answers_too_many() {
    all_meet(guests::ANSWERS_TOO_MANY, FaultKind::Malformed);
}

#[test]
fn answers_too_much() {
    all_meet(guests::ANSWERS_TOO_MUCH, FaultKind::OutputTooLarge);
}

#[test]
fn points_beyond_memory() {
    all_meet(guests::POINTS_BEYOND_MEMORY, FaultKind::Malformed);
}

#[test]
fn keeps_what_was_not_offered() {
    malformed(
        guests::KEEPS_WHAT_WAS_NOT_OFFERED,
        "field \"email\": keeps candidate 7 of 2",
    );
}

#[test]
fn decides_another_field() {
    malformed(
        guests::DECIDES_ANOTHER_FIELD,
        "two verdicts for field \"city\"",
    );
}

#[test]
fn leaves_a_field_open() {
    malformed(
        guests::LEAVES_A_FIELD_OPEN,
        "verdicts for 1 of 2 contested fields",
    );
}

#[test]
fn sets_a_wrong_kind() {
    malformed(
        guests::SETS_A_WRONG_KIND,
        "field \"email\": a value of kind date does not fit a field of type email",
    );
}

#[test]
fn sets_a_long_text() {
    malformed(
        guests::SETS_A_LONG_TEXT,
        "field \"email\": a text of 2097152 bytes; at most 1048576 are allowed",
    );
}

#[test]
fn talks_at_length() {
    let answers = resolve(guests::TALKS_AT_LENGTH, &[conflict()]);
    let Err(Setback::Error(error)) = &answers.answers[0] else {
        panic!("the rule says no");
    };
    assert_eq!((error.message.len(), error.field), (2_000, None));
}

#[test]
fn keeps_state() {
    for _ in 0..3 {
        let answers = resolve(guests::KEEPS_STATE, &ten());
        for answer in answers.answers {
            assert_eq!(answer.expect("a verdict")[0].reason, "call 1");
        }
    }
}

#[test]
fn floods_the_log() {
    let answers = resolve(guests::FLOODS_THE_LOG, &[conflict()]);
    assert!(answers.answers[0].is_ok());
    assert_eq!((answers.log.len(), answers.log_lines_dropped), (100, 9_900));
    assert_eq!(answers.log[0].message, "é".repeat(500));
}

#[test]
fn floods_the_log_for_ever() {
    all_meet(guests::FLOODS_THE_LOG_FOR_EVER, FaultKind::OutOfFuel);
}

#[test]
fn uses_std_on_wasi() {
    let error = refused(guests::USES_STD_ON_WASI, Profile::Contract);
    let message = error.to_string();
    assert!(message.contains("wasi:cli/environment@0.2"), "{message}");
    assert!(message.contains("wasi:clocks/wall-clock@0.2"), "{message}");
    assert!(error.hint().contains("wasm32-unknown-unknown"));

    let rule = load(guests::USES_STD_ON_WASI, Profile::InertWasi);
    let first = rule.resolve(&setup(), &[conflict()]);
    let lines: Vec<_> = first.log.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(lines, ["hello from 0 variables", "a file: false"]);
    let reason = &first.answers[0].as_ref().expect("a verdict")[0].reason;
    assert!(reason.starts_with("1795168800000000 ["), "{reason}");
    assert_eq!(rule.resolve(&setup(), &[conflict()]), first);
}

#[test]
fn opens_a_socket_on_wasi() {
    let rule = load(guests::OPENS_A_SOCKET_ON_WASI, Profile::InertWasi);
    let answers = rule.resolve(&setup(), &[conflict()]);
    let faults = faults(&answers);
    assert_eq!(faults[0].1.kind, FaultKind::InertCall);
    assert!(
        faults[0].1.detail.contains("wasi:sockets/"),
        "{}",
        faults[0].1.detail
    );
}

#[test]
fn imports_sockets() {
    let error = refused(guests::IMPORTS_SOCKETS, Profile::Contract);
    assert_eq!(
        error.to_string(),
        "the component imports what no rule gets: \
         wasi:sockets/tcp@0.2.0, wasi:sockets/udp@0.2.0"
    );
}

#[test]
fn imports_a_clock() {
    let error = refused(guests::IMPORTS_A_CLOCK, Profile::Contract);
    assert_eq!(
        error.to_string(),
        "the component imports what no rule gets: \
         wasi:clocks/wall-clock@0.2.0, acme:tools/telemetry@1.0.0"
    );
    let error = refused(guests::IMPORTS_A_CLOCK, Profile::InertWasi);
    assert_eq!(
        error.to_string(),
        "the component imports what no rule gets: acme:tools/telemetry@1.0.0"
    );
}

#[test]
fn core_module() {
    let error = refused(guests::CORE_MODULE, Profile::Contract);
    assert!(matches!(error, LoadError::CoreModule), "{error}");
}

#[test]
fn damaged() {
    let error = refused(guests::DAMAGED, Profile::Contract);
    assert!(matches!(error, LoadError::Damaged { .. }), "{error}");
}

#[test]
fn exports_nothing() {
    let error = refused(guests::EXPORTS_NOTHING, Profile::Contract);
    assert!(matches!(error, LoadError::NoKind { .. }), "{error}");
}

#[test]
fn has_another_shape() {
    let error = refused(guests::HAS_ANOTHER_SHAPE, Profile::Contract);
    let LoadError::Mismatch { item, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(item, "treaty:rules/description@0.1.0#describe");
}

/// That they break laws, the end-to-end tests of `rules laws` show; here they
/// keep to what the sandbox asks of everybody.
#[test]
fn breaks_laws_of_resolvers() {
    let answers = resolve(guests::BREAKS_LAWS_OF_RESOLVERS, &ten());
    let kept = answers.answers.iter().flatten().flatten();
    assert!(kept.clone().all(|verdict| verdict.reason == "the smallest"));
    assert_eq!(kept.count(), 20);
}

/// Without words it answers like a good one. What else it can say, the fuzz target
/// `answers` tries.
#[test]
fn answers_as_told() {
    let rule = load(guests::ANSWERS_AS_TOLD, Profile::Contract);
    let told = |configuration: &str| {
        let setup = Setup {
            configuration: configuration.to_owned(),
            ..setup()
        };
        rule.resolve(&setup, &[conflict()]).answers.remove(0)
    };
    let verdicts = told("").expect("an answer");
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict.decision == Decision::Keep(0))
    );
    assert!(told("\u{ff}").is_err());
}

/// All of them in one sandbox; then a good guest answers as it did before, and
/// the process is no larger than one more instance may make it.
#[test]
fn the_house_stands_afterwards() {
    let sandbox = sandbox(tight());
    let conflicts = ten();
    let before = resolve_on(&sandbox, guests::GOOD, &conflicts);
    let run_all = || {
        for (_, component) in guests::ALL {
            for profile in [Profile::Contract, Profile::InertWasi] {
                if let Ok(rule) = sandbox.load(component, profile) {
                    drop(rule.describe());
                    assert_eq!(rule.resolve(&setup(), &conflicts).answers.len(), 10);
                }
            }
        }
    };
    run_all();
    let resident = world::resident_bytes();
    run_all();
    let grown = world::resident_bytes().saturating_sub(resident);
    let most = sandbox.limits().memory_bytes;
    assert!(grown < most, "{grown} bytes more than before");
    assert_eq!(resolve_on(&sandbox, guests::GOOD, &conflicts), before);
}
