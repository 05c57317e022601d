//! What resolvers were asked is kept once, reads back, and can be forgotten.

use treaty_ledger::{AskedBatch, Commit, Content, Fit, KeptBatch, Ledger, Recordings};
use treaty_model::{LinkId, Timestamp};

use crate::sample::{asked, at, entry, open, raw};

fn keep(ledger: &Ledger, batch: AskedBatch) {
    let commit = Commit {
        asked: vec![batch],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
}

fn kept(folder: &tempfile::TempDir) -> Vec<KeptBatch> {
    let recordings = Recordings::open(folder.path()).expect("it opens");
    let beginning = Timestamp::from_micros(0);
    let mut batches = Vec::new();
    loop {
        let after = batches.last().map_or(0, |batch: &KeptBatch| batch.number);
        let more = recordings.batches(beginning, after, 1).expect("it reads");
        if more.is_empty() {
            return batches;
        }
        batches.extend(more);
    }
}

/// The fits of a batch, of its shadow and of its decisions.
fn fits(folder: &tempfile::TempDir, batch: &KeptBatch) -> (Fit, Fit, Vec<Fit>) {
    let recordings = Recordings::open(folder.path()).expect("it opens");
    let setup = |number| recordings.setup(number).expect("it reads").expect("there");
    let shadow = &batch.shadows[0];
    (
        batch.fit(&setup(batch.setup)),
        batch.fit_of_shadow(shadow, &setup(shadow.setup)),
        batch.decisions.iter().map(|kept| kept.fit()).collect(),
    )
}

fn count(folder: &tempfile::TempDir, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    let found = raw(folder, "journal.db").query_row(&sql, [], |row| row.get(0));
    found.expect("it counts")
}

#[test]
fn the_same_is_kept_once_whenever_it_is_asked() {
    let (folder, ledger) = open();
    keep(&ledger, asked(&[("a", "b"), ("c", "d")]));
    let mut again = asked(&[("a", "b"), ("c", "d")]);
    (again.at, again.now) = (at(99), 99);
    keep(&ledger, again);
    // A batch with one more has only that one anew.
    keep(&ledger, asked(&[("a", "b"), ("c", "d"), ("e", "f")]));
    let tables = ["setup", "decision", "asked", "shadow", "shadow_answer"];
    assert_eq!(tables.map(|table| count(&folder, table)), [2, 3, 2, 2, 2]);
    let batches = kept(&folder);
    let inputs: Vec<Vec<&str>> = batches
        .iter()
        .map(|batch| {
            let said = batch.decisions.iter().filter_map(|kept| kept.said.as_ref());
            said.map(|said| said.input.as_str()).collect()
        })
        .collect();
    assert_eq!(
        inputs,
        [vec!["\"a\"", "\"c\""], vec!["\"a\"", "\"c\"", "\"e\""]]
    );
    assert_eq!((batches[0].now, batches[0].at), (5, at(8)));
    let all = (Fit::Fits, Fit::Fits, vec![Fit::Fits; 2]);
    assert_eq!(fits(&folder, &batches[0]), all);
}

#[test]
fn what_was_altered_is_noticed() {
    let check = |sql: &str, expected: (Fit, Fit, Vec<Fit>)| {
        let (folder, ledger) = open();
        keep(&ledger, asked(&[("a", "b"), ("c", "d")]));
        drop(ledger);
        let db = raw(&folder, "journal.db");
        let refused = db.execute(sql, []).expect_err("the journal is append-only");
        assert!(refused.to_string().contains("append-only"), "{refused}");
        let triggers: Vec<String> = db
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .and_then(|mut sql| sql.query_map([], |row| row.get(0))?.collect())
            .expect("it has triggers");
        for name in triggers {
            db.execute_batch(&format!("DROP TRIGGER {name}"))
                .expect("it goes");
        }
        assert_eq!(db.execute(sql, []).expect("nobody refuses"), 1, "{sql}");
        drop(db);
        assert_eq!(fits(&folder, &kept(&folder)[0]), expected, "{sql}");
    };
    use Fit::{Altered, Fits};
    check(
        "UPDATE decision SET answer = '\"x\"' WHERE id = 2",
        (Fits, Fits, vec![Fits, Altered]),
    );
    check("UPDATE asked SET fuel = 8", (Altered, Fits, vec![Fits; 2]));
    check(
        "UPDATE asked SET decisions = '[2,1]'",
        (Altered, Fits, vec![Fits; 2]),
    );
    check(
        "UPDATE setup SET content = '\"x\"' WHERE id = 1",
        (Fits, Fits, vec![Fits; 2]),
    );
    check(
        "UPDATE shadow_answer SET answer = '\"x\"'",
        (Fits, Altered, vec![Fits; 2]),
    );
}

#[test]
fn a_person_is_forgotten_and_the_place_in_the_batch_stays() {
    let (folder, ledger) = open();
    keep(&ledger, asked(&[("secret-1", "secret-2"), ("c", "d")]));
    let told = entry(treaty_ledger::EntryKind::Change, None);
    let forgotten = ledger.forget(&"contact".into(), &[LinkId(1)], &[], &told);
    assert_eq!(forgotten.expect("it forgets").decisions, 1);
    drop(ledger);
    let batches = kept(&folder);
    let said: Vec<_> = batches[0]
        .decisions
        .iter()
        .map(|kept| kept.said.is_some())
        .collect();
    assert_eq!(said, [false, true]);
    let expected = (
        Fit::Forgotten,
        Fit::Forgotten,
        vec![Fit::Forgotten, Fit::Fits],
    );
    assert_eq!(fits(&folder, &batches[0]), expected);
    let bytes = std::fs::read(folder.path().join("journal.db")).expect("it is there");
    for secret in [&b"secret-1"[..], b"secret-2"] {
        assert!(!bytes.windows(secret.len()).any(|some| some == secret));
    }
    // It is as append-only as before.
    let refused = raw(&folder, "journal.db").execute("DELETE FROM decision", []);
    assert!(refused.is_err());
}

#[test]
fn what_is_too_old_goes_and_setups_with_the_last_that_needs_them() {
    let (folder, ledger) = open();
    keep(&ledger, asked(&[("a", "b"), ("c", "d")]));
    let mut later = asked(&[("a", "b")]);
    later.at = at(1_000);
    later.setup = Content::of(&"newer");
    keep(&ledger, later);
    ledger.forget_before(at(500)).expect("it forgets");
    let tables = ["setup", "decision", "asked", "shadow"];
    // The first decision keeps its place in the second batch.
    assert_eq!(tables.map(|table| count(&folder, table)), [2, 1, 1, 1]);
    assert_eq!(kept(&folder)[0].decisions[0].said, None);
    assert_eq!(kept(&folder)[0].decisions[0].fit(), Fit::Forgotten);
    ledger.forget_before(at(2_000)).expect("it forgets");
    assert_eq!(tables.map(|table| count(&folder, table)), [0, 0, 0, 0]);
}
