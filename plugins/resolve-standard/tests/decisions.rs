//! What the standard resolver decides, strategy by strategy, and what `check`
//! finds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use resolve_standard::ResolveStandard;
use treaty_sdk::{
    Conflict, ConflictCase, Decided, Decision, Resolver, Rule, Setup, Standing, Value, contract,
};

const SECOND: i64 = 1_000_000;

fn decide(case: ConflictCase, rule: &str) -> Decided {
    case.cell("rule", rule).decide::<ResolveStandard>()
}

fn wins(case: ConflictCase, rule: &str, system: &str, reason: &str) {
    let decided = decide(case, rule);
    assert_eq!((decided.winner(), decided.reason()), (Some(system), reason));
}

fn asks(case: ConflictCase, rule: &str, reason: &str) {
    let decided = decide(case, rule);
    assert!(decided.escalated(), "{decided:?}");
    assert_eq!(decided.reason(), reason);
}

fn phones() -> ConflictCase {
    Conflict::over("phone", "phone").base("+491")
}

#[test]
fn latest_takes_the_newest() {
    let case = phones().side("salesforce", "+492").at(10 * SECOND);
    wins(
        case.side("hubspot", "+493").at(210 * SECOND),
        "latest",
        "hubspot",
        "changed last: hubspot, 3 min 20 s after salesforce",
    );
}

#[test]
fn latest_does_not_trust_clocks_that_are_close() {
    let case = phones().side("salesforce", "+492").at(10 * SECOND);
    let case = case.side("hubspot", "+493").at(12 * SECOND);
    asks(
        case.clone(),
        "latest",
        "latest: hubspot and salesforce were changed within 2 s, \
         and their clocks may be 2 s apart",
    );
    wins(
        case.setup_attribute("clock-tolerance-ms", "500"),
        "latest",
        "hubspot",
        "changed last: hubspot, 2 s after salesforce",
    );
}

#[test]
fn latest_needs_every_time() {
    let case = phones().side("salesforce", "+492").at(SECOND);
    asks(
        case.side("csv", "+493"),
        "latest",
        "latest: csv does not say when it was changed",
    );
    let case = phones().side("salesforce", "+492");
    asks(
        case.side("csv", "+493"),
        "latest",
        "latest: no side says when it was changed",
    );
}

#[test]
fn a_person_beats_automation() {
    let case = phones().side("salesforce", "+492").by_person("anna");
    let case = case.side("hubspot", "+493").by_automation("enrichment");
    wins(
        case,
        "person",
        "salesforce",
        "person over automation: anna in salesforce",
    );
}

#[test]
fn two_people_are_asked_and_so_is_somebody_unknown() {
    let case = phones().side("salesforce", "+492").by_person("anna").at(0);
    let two = case
        .clone()
        .side("hubspot", "+493")
        .by_person("ben")
        .at(9 * SECOND);
    asks(
        two.clone(),
        "person",
        "person: two people changed it: ben in hubspot and anna in salesforce",
    );
    wins(
        two,
        "person then latest",
        "hubspot",
        "changed last: hubspot, 9 s after salesforce",
    );
    asks(
        case.side("csv", "+493"),
        "person",
        "person: csv does not say who changed it",
    );
}

#[test]
fn the_preferred_system_wins() {
    let case = phones().side("a", "+492").side("b", "+493");
    wins(case.clone(), "prefer(b)", "b", "b is preferred");
    wins(case.clone(), "prefer(c, a)", "a", "a is preferred");
    asks(case, "prefer(c)", "prefer: none of c changed it");
}

#[test]
fn an_agreed_value_speaks_for_the_system_it_came_from() {
    let case = phones().side("a", "+492");
    let case = case.side("b", "+491").standing(Standing::Agreed);
    wins(case, "prefer(b)", "b", "b is preferred");
}

#[test]
fn the_first_value_wins() {
    let case = phones().side("a", Value::Null).side("b", "+493");
    wins(case.clone(), "first-non-empty", "b", "only b has a value");
    wins(
        case,
        "first-non-empty(a, b)",
        "b",
        "b is the first that has a value",
    );
    asks(
        phones().side("a", "+492").side("b", "+493"),
        "first-non-empty",
        "first-non-empty: a and b have different values",
    );
}

#[test]
fn the_longest_text_wins_unless_there_are_two() {
    let case = Conflict::on("company").base("x").side("a", "Müller GmbH");
    wins(
        case.clone().side("b", "Müller"),
        "longest",
        "a",
        "the longest text",
    );
    asks(
        case.side("b", "Mueller AG!"),
        "longest",
        "longest: the values of a and b are equally long",
    );
}

#[test]
fn the_largest_and_the_smallest_win() {
    let decimal = |text: &str| Value::Decimal(text.to_owned());
    let case = Conflict::over("amount", "money").base(decimal("1"));
    let case = case.side("a", decimal("9.5")).side("b", decimal("10.25"));
    wins(case.clone(), "max", "b", "the largest value");
    wins(case.clone(), "min", "a", "the smallest value");
    asks(case.side("c", Value::Null), "max", "max: c cleared it");
}

#[test]
fn sets_merge_three_ways() {
    let case = Conflict::over("interests", "choices").base(["golf", "tennis"]);
    let case = case
        .side("a", ["tennis"])
        .side("b", ["chess", "golf", "tennis"]);
    let decided = decide(case, "union");
    assert_eq!(decided.value(), Some(&Value::from(["chess", "tennis"])));
}

#[test]
fn nothing_is_removed_by_who_had_not_seen_it() {
    let case = Conflict::over("interests", "choices").base(["golf", "tennis"]);
    let case = case.side("a", ["chess"]);
    let case = case
        .side("b", ["golf", "tennis"])
        .standing(Standing::Agreed);
    let decided = decide(case, "union");
    assert_eq!(
        decided.value(),
        Some(&Value::from(["chess", "golf", "tennis"]))
    );
}

#[test]
fn a_union_that_a_side_holds_keeps_that_side() {
    let case = Conflict::over("interests", "choices").base(["golf"]);
    wins(
        case.side("a", Value::Null)
            .side("b", ["golf", "tennis"])
            .side("c", ["tennis"]),
        "union",
        "c",
        "it already holds what all sides agree on",
    );
}

#[test]
fn what_is_empty_at_the_first_meeting_never_wins() {
    let case = Conflict::on("phone")
        .side("a", Value::Null)
        .side("b", "+492");
    wins(case.clone(), "escalate", "b", "the other side was empty");
    wins(case, "prefer(a)", "b", "the other side was empty");
}

#[test]
fn a_cleared_field_is_no_empty_one() {
    let case = phones().side("a", Value::Null).side("b", "+492");
    let decided = decide(case, "prefer(a)");
    assert_eq!(decided.value(), Some(&Value::Null));
}

#[test]
fn without_a_cell_the_configuration_decides_and_else_a_person() {
    let case = phones()
        .side("a", "+492")
        .at(0)
        .side("b", "+493")
        .at(9 * SECOND);
    let decided = case.decide::<ResolveStandard>();
    assert_eq!(decided.reason(), "the field table leaves this to a person");
    let case = case.configuration(r#"{"default": "latest"}"#);
    assert_eq!(case.decide::<ResolveStandard>().winner(), Some("b"));
}

#[test]
fn a_group_is_not_torn_apart() {
    use contract::resolver::exports::treaty::rules::resolver::{Candidate, Contested};
    let setup = Setup::of("contact")
        .field("street", "street")
        .cell("rule", "prefer(a)")
        .cell("group", "address")
        .field("city", "city")
        .cell("rule", "prefer(b)")
        .cell("group", "address")
        .system("a", &[])
        .system("b", &[])
        .done();
    let side = |system: u32, value: &str| Candidate {
        system: Some(system),
        value: value.into(),
        standing: Standing::Edited,
        at: None,
        actor_kind: treaty_sdk::ActorKind::Unknown,
        actor: None,
    };
    let contested = |field: u32| Contested {
        field,
        base: Some("old".into()),
        candidates: vec![side(0, "one"), side(1, "other")],
        attributes: vec![],
    };
    let conflict = contract::resolver::exports::treaty::rules::resolver::Conflict {
        contested: vec![contested(0), contested(1)],
        agreed: vec![None, None],
        attributes: vec![],
    };
    let rule = ResolveStandard::new(&setup).unwrap();
    let verdicts = rule.resolve(Conflict::new(&setup, &conflict)).unwrap();
    for verdict in verdicts {
        assert_eq!(verdict.decision, Decision::Escalate);
        assert_eq!(
            verdict.reason,
            "street, city belong together (address), \
             and no system holds all the values that would win"
        );
    }
}

#[test]
fn check_finds_everything_at_once() {
    let setup = Setup::of("contact")
        .field("phone", "phone")
        .cell("rule", "newest")
        .field("city", "city")
        .cell("rule", "max")
        .field("tags", "choices")
        .cell("rule", "prefer(hubspt) then union")
        .field("name", "text")
        .cell("rule", "escalate then latest")
        .system("hubspot", &[])
        .configuration(r#"{"default": "coin"}"#)
        .done();
    let problems = ResolveStandard::check(&setup);
    let known = "latest, person, prefer(system, …), first-non-empty(system, …), longest, max, min, \
                 union, escalate; several with ` then ` between them";
    let found: Vec<_> = problems
        .iter()
        .map(|problem| {
            (
                problem.field,
                problem.place.as_deref().unwrap(),
                &*problem.message,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                None,
                "/default",
                &*format!("unknown strategy \"coin\"; known: {known}")
            ),
            (
                Some(0),
                "rule",
                &*format!("unknown strategy \"newest\"; known: {known}")
            ),
            (
                Some(1),
                "rule",
                "max cannot decide a field of type city: \
                 it works with number, money, date, birth-date and instant"
            ),
            (
                Some(2),
                "rule",
                "prefer names the unknown system \"hubspt\"; known: hubspot"
            ),
            (Some(3), "rule", "what stands after escalate is never asked"),
        ]
    );
}

#[test]
fn unknown_configuration_is_a_problem() {
    let setup = Setup::of("contact")
        .configuration(r#"{"defualt": "latest"}"#)
        .done();
    let problems = ResolveStandard::check(&setup);
    assert!(
        problems[0]
            .message
            .contains("unknown field `defualt`, expected `default`")
    );
}
