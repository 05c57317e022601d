//! A process that is killed at any moment leaves two files that agree.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use treaty_ledger::{Commit, EntryKind, Ledger, RunChange};
use treaty_model::{LinkId, RunId};

use crate::sample::{at, crm, entry, link, quick_check, raw, shapes};

/// Names the state folder to a child.
const STATE: &str = "TREATY_LEDGER_TEST_STATE";
const KILLS: u32 = 30;

/// The commit of one round: something in many tables of both files.
fn round(number: u64) -> Commit {
    let mut joined = crm(&format!("c{number}"));
    joined.link = Some(LinkId(number));
    let mut told = entry(EntryKind::Write, Some(&format!("round {number}")));
    told.run = RunId(number);
    Commit {
        links: vec![link(number)],
        records: vec![joined, crm(&format!("d{number}"))],
        runs: vec![RunChange {
            run: RunId(number),
            started_at: at(1),
            ended_at: None,
            summary: serde_json::json!({ "long": "x".repeat(9_000) }),
        }],
        facts: vec![("round".to_owned(), number.to_string())],
        journal: vec![told],
        ..Commit::default()
    }
}

/// The last round, after checking that every table of both files tells of the
/// same one.
fn check_agreement(folder: &TempDir) -> u64 {
    assert_eq!(quick_check(folder, "ledger.db"), "ok");
    assert_eq!(quick_check(folder, "journal.db"), "ok");
    let ledger = raw(folder, "ledger.db");
    let number = |db: &rusqlite::Connection, sql: &str| -> u64 {
        let found: Option<i64> = db.query_row(sql, [], |row| row.get(0)).expect(sql);
        found.unwrap_or(0).try_into().expect("a count")
    };
    let last = number(&ledger, "SELECT max(id) FROM link");
    let journal = raw(folder, "journal.db");
    for (db, sql) in [
        (&journal, "SELECT count(*) FROM entry"),
        (&journal, "SELECT max(run) FROM entry"),
        (&ledger, "SELECT count(*) FROM link"),
        (&ledger, "SELECT count(*) / 2 FROM record"),
        (&ledger, "SELECT count(*) FROM run"),
        (
            &ledger,
            "SELECT CAST(max(value) AS INTEGER) FROM fact WHERE name = 'round'",
        ),
        (&ledger, "SELECT sum(links) FROM link_total"),
    ] {
        assert_eq!(number(db, sql), last, "{sql}");
    }
    last
}

/// Commits rounds to the state folder that the environment names until it is
/// killed; without one, a few to a folder of its own.
#[test]
fn commits_until_it_is_killed() {
    let Some(state) = std::env::var_os(STATE) else {
        let (folder, ledger) = crate::sample::open();
        (1..=3).for_each(|number| {
            ledger.commit(&round(number)).expect("it commits");
        });
        drop(ledger);
        assert_eq!(check_agreement(&folder), 3);
        return;
    };
    let ledger = Ledger::open(state.as_ref()).expect("the ledger opens after any kill");
    ledger.use_shapes(shapes());
    let next = ledger.next_link().expect("it loads").0;
    for number in next.. {
        ledger.commit(&round(number)).expect("it commits");
    }
}

fn child(folder: &TempDir) -> Child {
    Command::new(std::env::current_exe().expect("tests have a file"))
        .args(["--exact", "kill::commits_until_it_is_killed"])
        .env(STATE, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("the child starts")
}

/// The files by which SQLite ties two rollback journals together.
fn super_journals(folder: &TempDir) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder.path()).expect("the folder is there");
    let names = files
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains("-mj")).collect()
}

#[test]
fn a_killed_process_leaves_both_files_at_the_same_commit() {
    let folder = tempfile::tempdir().expect("there is a folder");
    let (mut last, mut ties, mut torn) = (0, BTreeSet::new(), 0);
    // Arbitrary moments, the same in every run of the test.
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..KILLS {
        let mut child = child(&folder);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let end = Instant::now() + Duration::from_micros(5_000 + random % 60_000);
        while Instant::now() < end {
            ties.extend(super_journals(&folder));
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let hot = |file: &str| {
            folder
                .path()
                .join(file)
                .metadata()
                .is_ok_and(|f| f.len() > 0)
        };
        torn += u32::from(hot("ledger.db-journal") || hot("journal.db-journal"));
        if folder.path().join("ledger.db").exists() {
            // Opening is what mends, and what a person would do next.
            drop(Ledger::open(folder.path()).expect("the ledger opens after any kill"));
            let now = check_agreement(&folder);
            assert!(now >= last, "nothing that was committed is lost");
            last = now;
        }
    }
    assert!(last > 0, "rounds were committed");
    assert!(!ties.is_empty(), "commits of both files are tied together");
    assert_eq!(
        super_journals(&folder),
        BTreeSet::new(),
        "nothing is left lying about"
    );
    // Told with --nocapture: how many kills came in the middle of a commit.
    eprint_torn(torn, last);
}

#[expect(
    clippy::print_stderr,
    reason = "a figure of a test, for whoever asks for it"
)]
fn eprint_torn(torn: u32, last: u64) {
    eprintln!("{torn} of {KILLS} kills in the middle of a commit, {last} commits");
}

#[test]
fn both_files_keep_rollback_journals_even_if_somebody_changed_that() {
    let (folder, ledger) = crate::sample::open();
    drop(ledger);
    for file in ["ledger.db", "journal.db"] {
        let changed = raw(&folder, file).query_row("PRAGMA journal_mode = WAL", [], |row| {
            row.get::<_, String>(0)
        });
        assert_eq!(changed.expect("it is changed"), "wal");
    }
    let ledger = Ledger::open(folder.path()).expect("it opens");
    ledger.use_shapes(shapes());
    ledger.commit(&round(1)).expect("it commits");
    for file in ["ledger.db", "journal.db"] {
        let mode: String = raw(&folder, file)
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .expect("it has one");
        assert_ne!(mode, "wal", "{file}");
        let beside = folder.path().join(format!("{file}-journal"));
        assert_eq!(beside.metadata().expect("it is kept, and empty").len(), 0);
    }
}
