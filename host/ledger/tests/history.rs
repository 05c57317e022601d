//! What the journal tells of a link, and what stands where.

use serde_json::json;
use treaty_ledger::{Commit, Entry, EntryKind, Holder, Ledger};
use treaty_model::{LinkId, RunId};

use crate::sample::{at, crm, key, open, text};

fn entry(kind: EntryKind, link: Option<u64>, remote: Option<&str>) -> Entry {
    Entry {
        at: at(1),
        run: RunId(1),
        kind,
        entity: "contact".into(),
        link: link.map(LinkId),
        system: Some("crm".into()),
        remote: remote.map(Into::into),
        field: None,
        content: json!({ "what": "x" }).into(),
        mark: None,
    }
}

fn told(ledger: &Ledger, entries: Vec<Entry>) {
    let journal = entries;
    ledger
        .commit(&Commit {
            journal,
            ..Commit::default()
        })
        .expect("it is kept");
}

#[test]
fn a_link_s_entries_come_in_order_page_by_page() {
    let (_folder, ledger) = open();
    // The index has those without a field first.
    for field in ["b", "a"] {
        let field = Some(field.to_owned());
        let verdict = entry(EntryKind::Verdict, Some(1), None);
        told(
            &ledger,
            vec![
                Entry { field, ..verdict },
                entry(EntryKind::Write, Some(2), Some("r2")),
                entry(EntryKind::Base, Some(1), None),
            ],
        );
    }
    let mut kinds = Vec::new();
    let mut after = 0;
    loop {
        let page = ledger.history(&"contact".into(), LinkId(1), after, 3);
        let page = page.expect("it reads");
        let Some(last) = page.last() else { break };
        after = last.number;
        kinds.extend(page.into_iter().map(|kept| (kept.kind, kept.field)));
    }
    let field = |name: &str| Some(name.to_owned());
    assert_eq!(
        kinds,
        [
            (EntryKind::Verdict, field("b")),
            (EntryKind::Base, None),
            (EntryKind::Verdict, field("a")),
            (EntryKind::Base, None),
        ]
    );
    let of_another = ledger.history(&"company".into(), LinkId(1), 0, 9);
    assert_eq!(of_another.expect("it reads"), []);
}

#[test]
fn a_record_is_told_of_by_its_own_id() {
    let (_folder, ledger) = open();
    told(
        &ledger,
        vec![
            entry(EntryKind::Fault, None, Some("r1")),
            entry(EntryKind::Fault, None, Some("r2")),
            entry(EntryKind::Write, Some(3), Some("r1")),
            entry(EntryKind::Write, Some(4), Some("r1")),
            entry(EntryKind::Write, Some(3), Some("r1")),
        ],
    );
    let alone = ledger.history_without_link(&key("crm", "r1"));
    assert_eq!(alone.expect("it reads").len(), 1);
    let links = ledger.links_told_of(&"contact".into(), &"r1".into());
    assert_eq!(links.expect("it reads"), [LinkId(3), LinkId(4)]);
    let links = ledger.links_told_of(&"company".into(), &"r1".into());
    assert_eq!(links.expect("it reads"), []);
}

#[test]
fn what_records_hold_is_read_in_both_forms() {
    let (_folder, ledger) = open();
    let mut one = crm("r1");
    one.own[0] = text("ANNA");
    one.observed[0] = text("Anna");
    let two = crm("r2");
    ledger
        .commit(&Commit {
            records: vec![one, two],
            ..Commit::default()
        })
        .expect("it is kept");
    let page = ledger.record_texts(&"contact".into(), 0, 1);
    let page: Vec<Holder> = page.expect("it reads");
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].record, Some(("crm".into(), "r1".into())));
    for text in ["ANNA", "Anna"] {
        assert!(page[0].texts.iter().any(|held| held == text), "{page:?}");
    }
    let next = ledger.record_texts(&"contact".into(), page[0].number, 9);
    assert_eq!(next.expect("it reads").len(), 1);
}

#[test]
fn entries_of_some_kinds_are_shown_from_a_time_on() {
    let (_folder, ledger) = open();
    let told_at = |seconds, kind| Entry {
        at: at(seconds),
        ..entry(kind, Some(1), None)
    };
    told(
        &ledger,
        vec![
            told_at(1, EntryKind::Verdict),
            told_at(2, EntryKind::Verdict),
            told_at(2, EntryKind::Base),
            told_at(3, EntryKind::Write),
        ],
    );
    let mut shown = Vec::new();
    let kinds = [EntryKind::Write, EntryKind::Verdict];
    let mut show = |entity: treaty_model::EntityName, kept: treaty_ledger::KeptEntry| {
        shown.push((entity.to_string(), kept.kind, kept.at));
    };
    let read = ledger.journal_since(at(2), &kinds, &mut show);
    read.expect("it reads");
    let contact = || "contact".to_owned();
    assert_eq!(
        shown,
        [
            (contact(), EntryKind::Verdict, at(2)),
            (contact(), EntryKind::Write, at(3))
        ]
    );
}

#[test]
fn the_journal_begins_where_it_still_says_something() {
    let (_folder, ledger) = open();
    let begins = || ledger.journal_begins().expect("it reads");
    assert_eq!(begins(), None);
    let told_at = |seconds| Entry {
        at: at(seconds),
        ..entry(EntryKind::Base, Some(1), None)
    };
    told(&ledger, vec![told_at(1), told_at(2), told_at(3)]);
    assert_eq!(begins(), Some(at(1)));
    assert_eq!(ledger.forget_before(at(3)).expect("it is forgotten"), 2);
    assert_eq!(begins(), Some(at(3)));
    ledger.forget_before(at(9)).expect("it is forgotten");
    assert_eq!(begins(), None);
}

#[test]
fn a_link_tells_which_others_went_into_it() {
    let (_folder, ledger) = open();
    let join = |of: i64, from: u64, into: u64| Entry {
        content: json!({ "from": from, "into": into }).into(),
        ..entry(EntryKind::Link, Some(of as u64), None)
    };
    let linked = entry(EntryKind::Link, Some(1), None);
    told(
        &ledger,
        vec![
            linked,
            join(2, 3, 2),
            join(3, 3, 2),
            join(1, 2, 1),
            join(2, 2, 1),
        ],
    );
    let into = |link| {
        let found = ledger.joined_into(&"contact".into(), LinkId(link));
        found.expect("they load")
    };
    assert_eq!(into(1), [LinkId(2), LinkId(3)]);
    assert_eq!(into(2), [LinkId(3)]);
    assert_eq!(into(3), []);
}

#[test]
fn what_was_told_of_a_link_that_went_into_another_is_forgotten_with_it() {
    let (_folder, ledger) = open();
    let of = |link| entry(EntryKind::Base, Some(link), None);
    told(&ledger, vec![of(1), of(2), of(3)]);
    let (entity, change) = ("contact".into(), entry(EntryKind::Change, Some(1), None));
    let forgotten = ledger.forget(&entity, &[LinkId(1), LinkId(2)], &[], &change);
    assert_eq!(forgotten.expect("they are forgotten").entries, 2);
}
