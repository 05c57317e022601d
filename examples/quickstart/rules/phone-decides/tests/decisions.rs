//! What the rule decides. Native tests: no WebAssembly, no system, no network.

use phone_decides::PhoneDecides;
use treaty_sdk::{ActorKind, Conflict, ConflictCase, Rule, Standing, Value};

const DIAL: &str = "+493023125123";
const OTHER_DIAL: &str = "+493023125127";
const SWITCHBOARD: &str = "+493023125120";
const MOBILE: &str = "+491713920042";
const CONFIGURATION: &str = r#"{"mobile-prefixes": ["+4917"], "switchboard-ending": "0"}"#;

fn phones() -> ConflictCase {
    Conflict::over("phone", "phone")
        .configuration(CONFIGURATION)
        .base("+49301")
}

fn keeps(case: &ConflictCase, system: &str, reason: &str) {
    for order in [[0, 1], [1, 0]] {
        let decided = case.clone().reorder(&order).decide::<PhoneDecides>();
        assert_eq!((decided.winner(), decided.reason()), (Some(system), reason));
    }
}

fn asks(case: &ConflictCase) {
    for order in [[0, 1], [1, 0]] {
        let decided = case.clone().reorder(&order).decide::<PhoneDecides>();
        assert!(decided.escalated(), "{decided:?}");
    }
}

#[test]
fn a_person_beats_automation() {
    let case = phones().side("salesforce", DIAL).by_person("anna.keller");
    keeps(
        &case
            .clone()
            .side("hubspot", OTHER_DIAL)
            .by_automation("enrichment-clearview"),
        "salesforce",
        "person over automation",
    );
    // Even where the machine has the better number: somebody took it out.
    let case = phones()
        .side("salesforce", SWITCHBOARD)
        .by_person("anna.keller");
    keeps(
        &case.side("hubspot", MOBILE).by_automation("import"),
        "salesforce",
        "person over automation",
    );
}

#[test]
fn a_person_who_clears_the_number_is_a_person_too() {
    let case = phones().side("hubspot", Value::Null).by_person("m.brandt");
    keeps(
        &case.side("salesforce", DIAL).by_automation("dataloader"),
        "hubspot",
        "person over automation",
    );
}

#[test]
fn a_mobile_number_beats_a_switchboard() {
    let case = phones()
        .side("salesforce", SWITCHBOARD)
        .by_person("anna.keller");
    keeps(
        &case.clone().side("hubspot", MOBILE).by_person("m.brandt"),
        "hubspot",
        "a mobile number over a switchboard",
    );
    asks(&case.clone().side("hubspot", DIAL).by_person("m.brandt"));
    asks(&case.side("hubspot", Value::Null).by_person("m.brandt"));
}

#[test]
fn a_mobile_number_that_ends_in_zero_is_no_switchboard() {
    let case = phones()
        .side("salesforce", "+491713920040")
        .by_person("anna.keller");
    asks(&case.side("hubspot", MOBILE).by_person("m.brandt"));
}

#[test]
fn two_direct_dials_are_a_question() {
    let case = phones().side("salesforce", DIAL).by_person("anna.keller");
    asks(&case.side("hubspot", OTHER_DIAL).by_person("m.brandt"));
}

#[test]
fn of_somebody_unknown_nobody_can_say_that_it_was_a_machine() {
    let case = phones().side("salesforce", DIAL).by_person("anna.keller");
    asks(
        &case
            .side("hubspot", OTHER_DIAL)
            .by(ActorKind::Unknown, "someone"),
    );
}

#[test]
fn a_number_that_was_never_there_was_cleared_by_nobody() {
    let case = Conflict::over("phone", "phone").configuration(CONFIGURATION);
    let case = case
        .side("hubspot", Value::Null)
        .by_person("m.brandt")
        .standing(Standing::FirstSeen);
    let case = case.side("salesforce", DIAL).by_automation("dataloader");
    keeps(&case, "salesforce", "the other side was empty");
}

#[test]
fn a_wrong_configuration_is_refused() {
    let check = |configuration: &str, expected: &str| {
        let case = phones().configuration(configuration);
        let problems = PhoneDecides::check(case.setup());
        assert!(
            problems
                .iter()
                .any(|problem| problem.message.contains(expected)),
            "{problems:?}"
        );
    };
    check(r#"{"mobile-prefixes": ["0171"]}"#, "international form");
    check(r#"{"mobile-prefix": "+4917"}"#, "unknown field");
}
