//! A table changes, and what was stored before is read by name.

use treaty_ledger::{Commit, EntityShape, IntentChange, Ledger};
use treaty_model::{FieldIndex, LinkId, Revision, Value};

use crate::sample::{crm, everything, intent, key, open, shape, shapes, shop, text};

/// The name goes, the city comes first, e-mail is new; own fields move too.
fn changed() -> Vec<EntityShape> {
    vec![shape(
        "contact",
        "city email phone",
        &[("shop", "vip full_name mail"), ("crm", "Phone")],
    )]
}

fn ledger_with(commit: &Commit) -> (tempfile::TempDir, Ledger) {
    let (folder, ledger) = open();
    ledger.commit(commit).expect("it commits");
    ledger.use_shapes(changed());
    (folder, ledger)
}

#[test]
fn a_record_is_read_under_the_new_table() {
    let (_folder, ledger) = ledger_with(&everything());
    let mut records = ledger.records(&[key("shop", "s1")]).expect("it loads");
    let record = records.remove(0).expect("it is there");
    let before = shop("s1");
    assert_eq!(record.observed, [None, None, text("+49 151")]);
    assert_eq!(record.settled, [None, None, before.settled[1].clone()]);
    assert_eq!(record.own, [Some(Value::Boolean(true)), text("Anna"), None]);
    assert_eq!(record.settled_own, Some(vec![None, text("Anne"), None]));
    assert_eq!(
        record.problems[0].field, 0,
        "the problem is the city's, wherever it stands"
    );
}

#[test]
fn a_problem_of_a_field_that_is_gone_is_gone() {
    let mut record = crm("c1");
    record.problems = vec![treaty_model::FieldProblem {
        field: 0,
        message: "no name".to_owned(),
        trouble: treaty_model::Trouble::Unread,
    }];
    let (_folder, ledger) = ledger_with(&Commit {
        records: vec![record],
        ..Commit::default()
    });
    let records = ledger.records_by_number(&[1]).expect("it loads");
    assert_eq!(records[0].problems, []);
}

#[test]
fn a_link_is_read_under_the_new_table() {
    let (_folder, ledger) = ledger_with(&everything());
    let links = ledger.links(&[LinkId(1)]).expect("it loads");
    let before = everything().links.remove(0).base;
    let nothing = treaty_model::BaseField::default();
    assert_eq!(links[0].base, [nothing.clone(), nothing, before[1].clone()]);
    let systems: Vec<_> = links[0]
        .records
        .iter()
        .flatten()
        .map(|r| r.key.system.as_str())
        .collect();
    assert_eq!(systems, ["shop", "crm"]);
}

#[test]
fn an_open_intent_is_read_under_the_new_table() {
    let (_folder, ledger) = ledger_with(&everything());
    let intents = ledger.open_intents(&"crm".into()).expect("they load");
    let content = &intents[0].content;
    assert_eq!(content.own, [None]);
    assert_eq!(content.expected, [text("0151")]);
    assert_eq!(
        content.revisions,
        [(FieldIndex(2), Revision(1))],
        "phone; the name is gone"
    );
}

#[test]
fn what_is_written_under_the_new_table_is_read_under_the_old() {
    let (_folder, ledger) = ledger_with(&everything());
    let record = ledger.records_by_number(&[2]).expect("it loads").remove(0);
    let commit = Commit {
        records: vec![record],
        ..Commit::default()
    };
    assert_eq!(ledger.commit(&commit).expect("it commits"), [2]);
    ledger.use_shapes(shapes());
    let record = ledger.records_by_number(&[2]).expect("it loads").remove(0);
    assert_eq!(
        record.observed,
        [None, text("+49 151"), None],
        "what was left behind is absent"
    );
    assert_eq!(
        record.own,
        [text("Anna"), None, None, Some(Value::Boolean(true))]
    );
}

#[test]
fn a_system_that_left_is_kept_for_its_return() {
    let mut waiting = shop("s2");
    waiting.link = None;
    waiting.waiting = true;
    waiting.presence = treaty_model::Presence::Present;
    let mut commit = everything();
    commit.records.insert(0, waiting);
    commit.listed.clear();
    commit.prepared.clear();
    commit.distinct.clear();
    let (_folder, ledger) = open();
    let numbers = ledger.commit(&commit).expect("it commits");
    ledger.use_shapes(vec![shape(
        "contact",
        "name phone city",
        &[("crm", "Name Phone")],
    )]);

    let contact = "contact".into();
    let links = ledger.links(&[LinkId(1)]).expect("they load");
    assert_eq!(links[0].records.len(), 1);
    assert_eq!(
        ledger.records(&[key("shop", "s1")]).expect("it loads"),
        [None]
    );
    let numbers_of = |records: Vec<treaty_ledger::StoredRecord>| -> Vec<_> {
        records
            .into_iter()
            .map(|record| record.key.remote.0)
            .collect()
    };
    assert_eq!(
        numbers_of(ledger.records_by_number(&numbers).expect("load")),
        ["c1", "c2"]
    );
    // The first that waits is the shop's: it does not end the pages.
    let waiting = ledger.waiting(&contact, 0, 1).expect("they load");
    assert_eq!(waiting[0].system.as_str(), "crm");
    assert_eq!(
        numbers_of(ledger.all_records(&contact, 0, 1).expect("load")),
        ["c1"]
    );
    assert_eq!(ledger.heads(&numbers).expect("load").len(), 2);
    let mut moved = crate::sample::link(1);
    moved.base[0].revision = Revision(9);
    let commit = Commit {
        links: vec![moved],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");

    ledger.use_shapes(shapes());
    let links = ledger.links(&[LinkId(1)]).expect("they load");
    let back = links[0].records[1].as_ref().expect("it is back");
    assert_eq!(
        (&back.own, &back.settled),
        (&shop("s1").own, &shop("s1").settled)
    );
}

#[test]
fn an_entity_that_left_is_kept_for_its_return() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    ledger.use_shapes(vec![shape("company", "name", &[("crm", "Name")])]);
    assert_eq!(ledger.links(&[LinkId(1)]).expect("they load"), []);
    assert_eq!(ledger.records_by_number(&[1, 2, 3]).expect("they load"), []);
    assert_eq!(ledger.open_intents(&"crm".into()).expect("they load"), []);
    ledger.use_shapes(shapes());
    crate::round_trips::check_everything(&ledger);
}

#[test]
fn nobody_writes_or_pages_rows_whose_fields_are_not_known() {
    let (_folder, ledger) = open();
    ledger.use_shapes(Vec::new());
    let write = ledger.commit(&Commit {
        records: vec![crm("c1")],
        ..Commit::default()
    });
    let page = ledger.waiting(&"contact".into(), 0, 1);
    let intent = ledger.commit(&Commit {
        intents: vec![IntentChange::Open(intent("i-1", 1))],
        ..Commit::default()
    });
    let folder = ledger.path().display();
    for error in [write.map(|_| ()), page.map(|_| ()), intent.map(|_| ())] {
        assert_eq!(
            error.expect_err("it is refused").to_string(),
            format!(
                "the ledger in {folder} failed: nothing is known of the fields of entity contact"
            )
        );
    }
}
