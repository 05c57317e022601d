//! What could not be read of records, or written to them.

use treaty_ledger::{Commit, Ledger, RecordProblem};
use treaty_model::{FieldIndex, FieldProblem, Trouble};

use crate::sample::{crm, key, open, shop};

fn problem(field: Option<usize>, trouble: Trouble, message: &str) -> FieldProblem {
    FieldProblem::new(field.map(FieldIndex), trouble, message)
}

fn keep(ledger: &Ledger, problems: Vec<FieldProblem>) {
    let mut record = crm("c1");
    record.problems = problems;
    let commit = Commit {
        records: vec![record],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
}

fn told(ledger: &Ledger) -> Vec<RecordProblem> {
    let (entity, system) = (key("crm", "c1").entity, key("crm", "c1").system);
    ledger.problems(&entity, &system).expect("they load")
}

#[test]
fn problems_are_listed_with_their_fields_until_they_are_over() {
    let (folder, ledger) = open();
    let whole = problem(None, Trouble::Unread, "too long");
    keep(
        &ledger,
        vec![
            problem(Some(1), Trouble::Unwritten, "too short"),
            whole.clone(),
        ],
    );
    let record = ledger.records(&[key("crm", "c1")]).expect("it loads");
    let record = record[0].clone().expect("it is there");
    assert_eq!(
        record.problems,
        [problem(Some(1), Trouble::Unwritten, "too short"), whole]
    );
    // Also by a reader that knows no shapes.
    let reader = Ledger::open_to_read(folder.path()).expect("it opens beside");
    let fields: Vec<_> = told(&reader).into_iter().map(|told| told.field).collect();
    assert_eq!(fields, [Some("phone".to_owned()), None]);
    keep(&ledger, Vec::new());
    assert_eq!(told(&ledger), []);
}

#[test]
fn what_was_not_tried_is_told_apart() {
    let (_folder, ledger) = open();
    let mut record = shop("s1");
    record.link = None;
    let commit = Commit {
        records: vec![record],
        ..Commit::default()
    };
    keep(&ledger, vec![problem(None, Trouble::NotTried, "timeout")]);
    ledger.commit(&commit).expect("it commits");
    let told = told(&ledger);
    assert_eq!(told.len(), 1, "the shop's are not the CRM's");
    assert_eq!(
        (told[0].trouble, &told[0].field),
        (Trouble::NotTried, &None)
    );
    assert_eq!(told[0].message, "timeout");
}
