//! What is kept for matchers.

use treaty_ledger::{Commit, Ledger, LinkChange, MatchHit, MatchKey, StoredRecord, Whose};
use treaty_model::{Life, LinkId, Prepared, Term, TermCount};

use crate::sample::{crm, everything, link, open, prepared};

/// Checks what is kept of the one prepared record of [`everything`].
pub fn check_everything(ledger: &Ledger) {
    let expected = prepared(1);
    assert_eq!(
        ledger.keys_of(&[2, 1]).expect("they load"),
        [vec![], vec![MatchKey(u64::MAX), MatchKey(7)]]
    );
    let kept = ledger.prepared(&[2, 1], "matcher 1").expect("they load");
    assert_eq!(
        kept,
        [
            None,
            Some(Prepared {
                keys: Vec::new(),
                terms: expected.terms,
                features: expected.features,
            })
        ]
    );
    assert_eq!(
        ledger.prepared(&[1], "matcher 2").expect("they load"),
        [None]
    );
    let blocks = ledger.blocks(&"contact".into(), &[MatchKey(7), MatchKey(8)], 5);
    let hit = |key, records| MatchHit {
        key: MatchKey(key),
        records,
    };
    assert_eq!(
        blocks.expect("they load"),
        [hit(7, vec![1]), hit(8, vec![])]
    );
    let counts = ledger.term_counts(&"contact".into(), &[u64::MAX, 5, 6]);
    let expected = [(1, 0), (1, 1), (0, 0)];
    assert_eq!(
        counts.expect("they load"),
        expected.map(|(records, witnesses)| TermCount { records, witnesses })
    );
}

fn twelve() -> (tempfile::TempDir, Ledger) {
    let (folder, ledger) = open();
    let commit = Commit {
        records: (0..12).map(|number| crm(&format!("c{number}"))).collect(),
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    (folder, ledger)
}

#[test]
fn preparing_again_replaces() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let mut again = prepared(1);
    again.version = "matcher 2".to_owned();
    again.keys = vec![MatchKey(9), MatchKey(9)];
    again.terms = vec![Term {
        value: 1,
        witness: 2,
    }];
    let commit = Commit {
        prepared: vec![again],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    assert_eq!(
        ledger.keys_of(&[1]).expect("they load"),
        [vec![MatchKey(9)]]
    );
    assert_eq!(
        ledger.prepared(&[1], "matcher 1").expect("they load"),
        [None]
    );
    let old = ledger.term_counts(&"contact".into(), &[5]);
    assert_eq!(old.expect("they load"), [TermCount::default()]);
}

#[test]
fn other_keys_of_the_same_features_replace() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let mut again = prepared(1);
    again.keys = vec![MatchKey(7), MatchKey(8)];
    let commit = Commit {
        prepared: vec![again],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    assert_eq!(
        ledger.keys_of(&[1]).expect("they load"),
        [vec![MatchKey(7), MatchKey(8)]]
    );
    let terms = ledger.term_counts(&"contact".into(), &[5]);
    let once = TermCount {
        records: 1,
        witnesses: 1,
    };
    assert_eq!(terms.expect("they load"), [once], "they are kept once");
}

#[test]
fn a_new_record_and_what_was_prepared_of_it_are_one_commit() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let mut of_new = prepared(0);
    of_new.record = Whose::InCommit(1);
    of_new.keys = vec![MatchKey(9)];
    let commit = Commit {
        records: vec![crm("c1"), crm("c8"), crm("c9")],
        prepared: vec![of_new],
        ..Commit::default()
    };
    let numbers = ledger.commit(&commit).expect("it commits");
    assert_eq!(
        ledger.keys_of(&numbers).expect("they load"),
        [
            vec![MatchKey(u64::MAX), MatchKey(7)],
            vec![MatchKey(9)],
            vec![]
        ]
    );
}

#[test]
fn a_block_is_cut_one_above_its_limit_and_keeps_to_its_entity() {
    let (_folder, ledger) = twelve();
    let commit = Commit {
        prepared: (1..=12).map(prepared).collect(),
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    let block = |entity: &str, limit| {
        let hits = ledger.blocks(&entity.into(), &[MatchKey(7)], limit);
        hits.expect("they load").remove(0).records
    };
    assert_eq!(block("contact", 3), [1, 2, 3, 4]);
    assert_eq!(block("contact", usize::MAX).len(), 12);
    assert_eq!(block("company", 3), Vec::<i64>::new());
}

#[test]
fn witnesses_are_counted_once_each_and_none_is_none() {
    let (_folder, ledger) = twelve();
    let mut records: Vec<_> = (1..=12).map(prepared).collect();
    for (record, witness) in records.iter_mut().zip([0, 0, 1, 1, 2, 2, 2, 3, 0, 3, 3, 4]) {
        record.terms = vec![Term { value: 5, witness }];
    }
    let commit = Commit {
        prepared: records,
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    let counts = ledger.term_counts(&"contact".into(), &[5]);
    let expected = TermCount {
        records: 12,
        witnesses: 4,
    };
    assert_eq!(counts.expect("they load"), [expected]);
}

#[test]
fn distinct_has_no_order_and_is_said_once() {
    let (_folder, ledger) = twelve();
    let pair = |one, other| ("contact".into(), one, other);
    let commit = Commit {
        distinct: vec![pair(3, 1), pair(1, 3), pair(2, 5)],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    ledger.commit(&commit).expect("it commits again");
    let distinct = ledger.are_distinct(&[(1, 3), (3, 1), (5, 2), (1, 2)]);
    assert_eq!(distinct.expect("they load"), [true, true, true, false]);
}

#[test]
fn those_said_to_be_different_are_found_among_some() {
    let (_folder, ledger) = twelve();
    let distinct = |one, other| ("contact".into(), one, other);
    let commit = Commit {
        distinct: vec![distinct(4, 2), distinct(2, 7), distinct(5, 6)],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    let among = |numbers: &[i64]| ledger.distinct_among(numbers).expect("they load");
    assert_eq!(among(&[7, 4, 2, 5]), [(2, 4), (2, 7)]);
    assert_eq!(among(&[4, 7, 5]), []);
}

#[test]
fn records_move_from_link_to_link_in_one_commit() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let linked = |remote: &str, link| StoredRecord {
        link: Some(LinkId(link)),
        ..crm(remote)
    };
    let commit = Commit {
        links: vec![link(1), link(2)],
        records: vec![linked("c1", 2)],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    let before = ledger.totals().expect("they load");
    let emptied = LinkChange {
        life: Life::Deleted,
        attention: false,
        ..link(2)
    };
    let commit = Commit {
        links: vec![emptied, link(1)],
        records: vec![linked("c1", 1)],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    let links = ledger.links(&[LinkId(1), LinkId(2)]).expect("they load");
    let records = |at: usize| links[at].records.iter().flatten().count();
    assert_eq!((records(0), records(1)), (2, 0));
    assert_eq!(ledger.totals().expect("they load"), before, "none is new");
}
