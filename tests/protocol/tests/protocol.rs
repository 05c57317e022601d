//! The sound protocol keeps every property; each fault breaks the one that is
//! there for it.

use std::collections::BTreeSet;
use std::path::Path;

use stateright::{Checker, HasDiscoveries, Model};
use treaty_protocol::{Fault, Protocol, STEPS};

/// Two edits by people, two kills, two answers that do not come.
const WHOLE: Protocol = Protocol {
    edits: 2,
    crashes: 2,
    mishaps: 2,
    fault: None,
};

/// More of everything, for what only a third edit can bring about.
const WIDER: Protocol = Protocol {
    edits: 3,
    mishaps: 3,
    ..WHOLE
};

/// Checks a sound model to its end. Fewer states than `states_min` would mean
/// that it has become another model.
#[expect(clippy::print_stdout, reason = "the figures are what one looks for")]
fn check_sound(model: Protocol, states_min: usize) {
    let checker = model.clone().checker().threads(2).spawn_bfs().join();
    println!(
        "{model:?}: {} states, {} steps between them, {} steps at most in a history",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
    assert!(checker.unique_state_count() >= states_min);
}

#[test]
fn every_order_of_things_keeps_the_promises() {
    check_sound(WHOLE, 20_000);
}

#[test]
fn so_does_every_order_of_more_things() {
    check_sound(WIDER, 100_000);
}

#[track_caller]
fn check(fault: Fault, property: &'static str) {
    let model = Protocol {
        fault: Some(fault),
        ..WHOLE
    };
    let enough = HasDiscoveries::AllOf(BTreeSet::from([property]));
    let checker = model.checker().finish_when(enough).spawn_bfs().join();
    checker.assert_any_discovery(property);
}

#[test]
fn a_skipped_intent_makes_a_record_twice() {
    check(Fault::SkipTheIntent, Protocol::MADE_ONCE);
    check(Fault::SkipTheIntent, Protocol::INTENT_FIRST);
}

#[test]
fn silence_taken_for_yes_takes_the_old_value_for_an_edit() {
    check(Fault::TakeSilenceForYes, Protocol::NO_EDIT_LOST);
    check(Fault::TakeSilenceForYes, Protocol::COMES_TO_REST);
}

#[test]
fn silence_taken_for_no_makes_a_record_twice() {
    check(Fault::TakeSilenceForNo, Protocol::MADE_ONCE);
}

#[test]
fn what_is_confirmed_before_the_answer_may_never_be_sent() {
    check(Fault::ConfirmBeforeTheAnswer, Protocol::NO_EDIT_LOST);
    check(Fault::ConfirmBeforeTheAnswer, Protocol::INTENT_FIRST);
}

#[test]
fn what_was_stale_and_settled_is_never_carried_on() {
    check(Fault::SettleWhatWasStale, Protocol::AGREED_AT_REST);
}

#[test]
fn an_unconditional_write_loses_an_edit() {
    check(Fault::WriteUnconditionally, Protocol::NO_EDIT_LOST);
}

#[test]
fn every_step_is_a_function_of_the_engine() {
    let engine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host/engine/src");
    let table = include_str!("../src/lib.rs");
    for (action, file, function) in STEPS {
        let text = std::fs::read_to_string(engine.join(file)).expect("the engine has the file");
        assert!(
            text.contains(&format!("fn {function}(")),
            "{action}: host/engine/src/{file} has no function {function}"
        );
        let row = table
            .lines()
            .find(|line| line.contains(&format!("[`Action::{action}`]")));
        let row = row.expect("the table names the action");
        assert!(row.contains(function), "{action}: the table has {row}");
    }
}
