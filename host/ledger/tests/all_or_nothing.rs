//! A commit is all or nothing, whatever stops it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use treaty_ledger::{Commit, IntentChange, Ledger, LedgerOptions};
use treaty_model::LinkId;

use crate::sample::{crm, everything, intent, open, quick_check, raw, shapes};

/// Everything in both files, as text, but for what SQLite numbers itself.
fn contents(folder: &tempfile::TempDir) -> Vec<String> {
    let mut lines = Vec::new();
    for file in ["ledger.db", "journal.db"] {
        let db = raw(folder, file);
        lines.extend(crate::formats::dump(&db));
        assert_eq!(quick_check(folder, file), "ok");
    }
    lines
}

/// A commit of everything whose last part cannot be: an intent whose id is taken.
fn doomed() -> Commit {
    let mut commit = everything();
    let taken = commit.intents[0].clone();
    commit.intents.push(taken);
    commit
}

#[test]
fn a_commit_that_fails_in_the_middle_leaves_nothing() {
    let (folder, ledger) = open();
    let before = contents(&folder);
    let error = ledger.commit(&doomed()).expect_err("the id is taken");
    assert_eq!(
        error.to_string(),
        format!(
            "the ledger in {} failed: UNIQUE constraint failed: intent.id",
            folder.path().display()
        )
    );
    assert_eq!(error.hint(), "nothing was written; run the command again");
    assert_eq!(contents(&folder), before);
    ledger
        .commit(&everything())
        .expect("shapes that were rolled back are stored anew");
    crate::round_trips::check_everything(&ledger);
}

#[test]
fn each_part_that_cannot_be_stops_all_others() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let before = contents(&folder);
    let mut in_no_link = crm("c9");
    in_no_link.link = Some(LinkId(99));
    let mut place_taken = crm("c9");
    place_taken.link = Some(LinkId(1));
    let mut prepared = crate::sample::prepared(99);
    prepared.keys.clear();
    let doomed = [
        Commit {
            records: vec![crm("c8"), in_no_link],
            ..Commit::default()
        },
        Commit {
            records: vec![crm("c8"), place_taken],
            ..Commit::default()
        },
        Commit {
            records: vec![crm("c8")],
            prepared: vec![prepared],
            ..Commit::default()
        },
        Commit {
            records: vec![crm("c8")],
            distinct: vec![("contact".into(), 1, 99)],
            ..Commit::default()
        },
    ];
    for mut commit in doomed {
        commit.facts = vec![("mapper".to_owned(), "v9".to_owned())];
        assert!(ledger.commit(&commit).is_err(), "{commit:?}");
        assert_eq!(contents(&folder), before);
    }
}

#[test]
fn a_panic_in_a_commit_leaves_nothing() {
    let (folder, ledger) = open();
    let before = contents(&folder);
    let mut commit = everything();
    // Its rows are shorter than the shape, which is asserted when the shapes of
    // the records before it are stored already.
    commit.records[2].observed.pop();
    assert!(catch_unwind(AssertUnwindSafe(|| ledger.commit(&commit))).is_err());
    assert_eq!(contents(&folder), before);
    ledger
        .commit(&everything())
        .expect("the ledger goes on, and stores the shapes anew");
    crate::round_trips::check_everything(&ledger);
}

#[test]
fn a_full_disk_leaves_nothing_and_room_lets_it_go_on() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    drop(ledger);
    let before = contents(&folder);
    let pages: u32 = raw(&folder, "ledger.db")
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .expect("it has pages");
    let options = LedgerOptions {
        pages_max: Some(pages + 3),
        ..LedgerOptions::default()
    };
    let ledger = Ledger::open_with(folder.path(), &options).expect("it opens");
    ledger.use_shapes(shapes());
    let much = Commit {
        records: (0..500)
            .map(|number| crm(&format!("new {number}")))
            .collect(),
        intents: vec![IntentChange::Open(intent("i-3", 1))],
        ..Commit::default()
    };
    let error = ledger.commit(&much).expect_err("there is no room");
    let folder_name = folder.path().display();
    assert_eq!(
        error.to_string(),
        format!("the disk is full, so the ledger in {folder_name} cannot be written")
    );
    assert_eq!(
        error.hint(),
        "free some space and run `treaty sync` again; nothing is lost"
    );
    crate::round_trips::check_everything(&ledger);
    assert_eq!(contents(&folder), before);
    drop(ledger);
    let ledger = crate::sample::reopen(&folder);
    assert_eq!(ledger.commit(&much).expect("there is room").len(), 500);
}
