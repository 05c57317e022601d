//! What each kind of event counts for.

use treaty_ledger::IntentAction;
use treaty_model::{ActorKind, Digest, Origin};

use super::*;

fn origin(kind: ActorKind) -> Origin {
    Origin { kind, actor: None }
}

/// A side: `crm` stands for an edit there, by a person in crm and by an automation
/// in shop.
fn side(system: &str, standing: Standing, value: &str) -> SideTold {
    SideTold {
        system: Some(system.into()),
        value: Value::text(value),
        standing,
        origin: origin(match system {
            "crm" => ActorKind::Person,
            _ => ActorKind::Automation,
        }),
        at: None,
    }
}

fn edited(system: &str, value: &str) -> SideTold {
    side(system, Standing::Edited, value)
}

fn agreed(why: Why, system: &str, before: &str, value: &str) -> Agreed {
    Agreed {
        field: "phone".to_owned(),
        before: Some(Value::text(before)),
        value: Value::text(value),
        system: Some(system.into()),
        origin: origin(ActorKind::Person),
        at: None,
        revision: Revision(1),
        why,
    }
}

fn rule() -> Option<RuleId> {
    let digest = Digest::of(b"rule");
    let name = "resolve-standard".to_owned();
    Some(RuleId { name, digest })
}

fn decided(rule: Option<RuleId>, winner: (&str, &str), sides: Vec<SideTold>) -> Happening {
    Happening::Decided {
        agreed: agreed(Why::RuleDecided, winner.0, "old", winner.1),
        rule,
        reason: String::new(),
        sides,
    }
}

fn asked(reason: &str, sides: Vec<SideTold>) -> Happening {
    Happening::Asked {
        field: Some("phone".to_owned()),
        base: Some(Value::text("old")),
        reason: reason.to_owned(),
        rule: None,
        sides,
    }
}

fn given_up(system: &str, value: &str, reason: &str, rule: Option<RuleId>) -> Happening {
    Happening::GivenUp {
        field: "phone".to_owned(),
        side: edited(system, value),
        winner: Some(Value::text("other")),
        reason: reason.to_owned(),
        rule,
    }
}

fn written() -> Happening {
    Happening::Sent {
        action: IntentAction::Update,
        system: Some("shop".into()),
        remote: None,
        done: true,
        outcome: "done".to_owned(),
        own: Vec::new(),
        revisions: vec![("phone".to_owned(), Revision(1))],
    }
}

fn other(kind: EntryKind, content: Json) -> Happening {
    Happening::Other { kind, content }
}

/// Figures in short: changes, collisions, decided by rule and by a person, asked;
/// then for each system its edits, those agreed, those given up.
fn short(figures: &FieldFigures) -> String {
    let mut text = format!(
        "{} changes {} collide {}+{} decided {} asked",
        figures.changes,
        figures.collisions,
        figures.decided_by_rule,
        figures.decided_by_person,
        figures.asked
    );
    for (system, edits) in &figures.systems {
        let Edits {
            edits,
            agreed,
            given_up,
            ..
        } = edits;
        text += &format!("; {system} {edits} {agreed} {given_up}");
    }
    text
}

fn count(events: Vec<Happening>) -> FieldFigures {
    let mut count = Count::default();
    for event in events {
        count.take(&"contact".into(), LinkId(1), RunId(7), event);
    }
    count.of(&"contact".into(), "phone")
}

#[track_caller]
fn check(events: Vec<Happening>, expected: &str) {
    assert_eq!(short(&count(events)), expected);
}

const NOTHING: &str = "0 changes 0 collide 0+0 decided 0 asked";

#[test]
fn edits_that_nobody_contests() {
    let base = |why| Happening::Agreed(agreed(why, "crm", "old", "new"));
    let one = "1 changes 0 collide 0+0 decided 0 asked; crm 1 1 0";
    check(vec![base(Why::OneChanged)], one);
    check(vec![base(Why::OwnerChanged)], one);
    check(vec![base(Why::FirstMeeting)], NOTHING);
    check(vec![base(Why::Undone), base(Why::Repaired)], NOTHING);
    let alike = count(vec![base(Why::AllChangedAlike)]);
    assert_eq!((alike.changes, alike.alike, alike.edits()), (1, 1, 0));
}

#[test]
fn a_conflict_that_a_rule_decides() {
    check(
        vec![
            decided(
                rule(),
                ("crm", "a"),
                vec![edited("crm", "a"), edited("shop", "b")],
            ),
            given_up("shop", "b", "newest", rule()),
        ],
        "1 changes 1 collide 1+0 decided 0 asked; crm 1 1 0; shop 1 0 1",
    );
    // Its editor had not seen what was agreed: the other edit was counted before.
    check(
        vec![decided(
            rule(),
            ("shop", "b"),
            vec![edited("shop", "b"), side("crm", Standing::Agreed, "old")],
        )],
        "1 changes 1 collide 1+0 decided 0 asked; shop 1 1 0",
    );
    // A rule makes up a value that nobody had.
    check(
        vec![decided(
            rule(),
            ("crm", "a+b"),
            vec![edited("crm", "a"), edited("shop", "b")],
        )],
        "1 changes 1 collide 1+0 decided 0 asked; crm 1 0 0; shop 1 0 0",
    );
}

#[test]
fn who_made_an_edit() {
    let sides = vec![edited("crm", "a"), edited("shop", "b")];
    let figures = count(vec![decided(rule(), ("crm", "a"), sides)]);
    let of = |system: &str| figures.systems[&SystemName::from(system)];
    assert_eq!((of("crm").people, of("crm").automations), (1, 0));
    assert_eq!((of("shop").people, of("shop").automations), (0, 1));
}

#[test]
fn a_first_meeting_is_nobodys_edit() {
    let first = |system: &str, value: &str| side(system, Standing::FirstSeen, value);
    check(
        vec![decided(
            rule(),
            ("crm", "a"),
            vec![first("crm", "a"), first("shop", "b")],
        )],
        NOTHING,
    );
    // A third system joins a link whose field is edited at the same time.
    check(
        vec![decided(
            rule(),
            ("crm", "a"),
            vec![edited("crm", "a"), first("erp", "b")],
        )],
        "1 changes 0 collide 0+0 decided 0 asked; crm 1 1 0",
    );
    check(
        vec![asked(
            "different",
            vec![first("crm", "a"), first("shop", "b")],
        )],
        "0 changes 0 collide 0+0 decided 1 asked",
    );
}

#[test]
fn a_question_and_its_answer_are_one_conflict() {
    let sides = || vec![edited("crm", "a"), edited("shop", "b")];
    check(
        vec![asked("escalate", sides())],
        "1 changes 1 collide 0+0 decided 1 asked; crm 1 0 0; shop 1 0 0",
    );
    check(
        vec![
            asked("escalate", sides()),
            decided(None, ("shop", "b"), sides()),
            given_up("crm", "a", "decided by Dora", None),
        ],
        "1 changes 1 collide 0+1 decided 1 asked; crm 1 0 1; shop 1 1 0",
    );
    // Asked before the window.
    check(
        vec![decided(None, ("shop", "b"), sides())],
        "1 changes 1 collide 0+1 decided 0 asked; crm 1 0 0; shop 1 1 0",
    );
    // One of them edits again before anybody answers: an edit more, asked again.
    check(
        vec![
            asked("escalate", sides()),
            asked("escalate", vec![edited("crm", "a"), edited("shop", "c")]),
            decided(
                rule(),
                ("crm", "a"),
                vec![edited("crm", "a"), edited("shop", "c")],
            ),
        ],
        "1 changes 1 collide 1+0 decided 2 asked; crm 1 1 0; shop 2 0 0",
    );
    // One of them takes its edit back.
    check(
        vec![
            asked("escalate", sides()),
            Happening::Agreed(agreed(Why::OneChanged, "crm", "old", "a")),
        ],
        "1 changes 1 collide 0+0 decided 1 asked; crm 1 1 0; shop 1 0 0",
    );
}

#[test]
fn an_editor_of_another_field_of_the_group_edited_nothing_here() {
    check(
        vec![decided(
            rule(),
            ("crm", "a"),
            vec![edited("crm", "a"), edited("shop", "old")],
        )],
        "1 changes 1 collide 1+0 decided 0 asked; crm 1 1 0",
    );
}

#[test]
fn edits_of_those_who_do_not_own_the_field() {
    check(
        vec![given_up("shop", "b", OWNED_ELSEWHERE, None)],
        "1 changes 0 collide 0+0 decided 0 asked; shop 1 0 1",
    );
    let sides = || vec![side("crm", Standing::Agreed, "old"), edited("shop", "b")];
    check(
        vec![
            asked(EDITED_ELSEWHERE, sides()),
            decided(None, ("shop", "b"), sides()),
        ],
        "1 changes 0 collide 0+0 decided 1 asked; shop 1 1 0",
    );
    // The owner edits while a person is asked.
    check(
        vec![
            asked(EDITED_ELSEWHERE, sides()),
            Happening::Agreed(agreed(Why::OwnerChanged, "crm", "old", "a")),
            asked(
                EDITED_ELSEWHERE,
                vec![side("crm", Standing::Agreed, "a"), edited("shop", "b")],
            ),
        ],
        "2 changes 0 collide 0+0 decided 2 asked; crm 1 1 0; shop 1 0 0",
    );
}

#[test]
fn what_an_undo_puts_back() {
    let undo = || {
        other(
            EntryKind::Change,
            serde_json::json!({ "undo": 3, "by": "Dora" }),
        )
    };
    assert_eq!(count(vec![written()]).put_back, 0);
    assert_eq!(count(vec![undo(), written()]).put_back, 1);
    let mut count = Count::default();
    count.take(&"contact".into(), LinkId(1), RunId(7), undo());
    count.take(&"contact".into(), LinkId(1), RunId(8), written());
    let later = count.of(&"contact".into(), "phone");
    assert_eq!(later.put_back, 0, "a later run undoes nothing");
}

#[test]
fn what_is_forgotten_counts_for_nothing() {
    let mut count = Count::default();
    for kind in [EntryKind::Base, EntryKind::Verdict, EntryKind::Write] {
        let skeleton = other(kind, serde_json::json!({ "forgotten": true }));
        count.take(&"contact".into(), LinkId(1), RunId(7), skeleton);
    }
    assert_eq!(count.forgotten, 2, "a write tells of no edit");
    assert_eq!(short(&count.of(&"contact".into(), "phone")), NOTHING);
}
