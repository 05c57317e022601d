//! Treaty's own state: a person is forgotten, a backup is made beside a process at
//! work and restored.

use std::path::Path;

use crate::sqlite::Pair;

/// Whether any file of Treaty's own holds a text.
fn holds(state: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(state).expect("it is there");
    files.flatten().any(|file| {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

#[test]
fn a_person_is_forgotten_and_the_skeleton_stays() {
    let pair = Pair::with_people(5);
    pair.left("UPDATE person SET last = 'Verschwindibus', city = 'Kiel' WHERE id = 3");
    pair.bench.settle();
    let state = pair.bench.path().join(".treaty");
    assert!(holds(&state, "Verschwindibus") && holds(&state, "p3@x.example"));
    pair.bench
        .treaty(&["forget", "person", "p3@x.example"])
        .expect(1)
        .says("still there: left 3, right 3");

    pair.left("DELETE FROM person WHERE id = 3");
    pair.bench.settle();
    pair.bench
        .treaty(&["forget", "person", "p3@x.example", "--by", "Dora"])
        .expect(0)
        .says("forgotten: 2 records");
    for gone in ["Verschwindibus", "p3@x.example", "Ida3"] {
        assert!(!holds(&state, gone), "{gone} is still there");
    }
    assert!(holds(&state, "p2@x.example"), "the others are");
    let skeleton =
        "SELECT count(*) FROM entry WHERE content = '{\"forgotten\":true}' AND kind = 'write'";
    assert_eq!(pair.bench.journal(skeleton), ["1"]);
    let by = "SELECT count(*) FROM entry WHERE content LIKE '%Dora%'";
    assert_eq!(pair.bench.journal(by), ["1"]);
    pair.bench.treaty(&["explain", "person", "#3"]).expect(0);
    // Everything goes on, and the journal takes no edits.
    pair.left("UPDATE person SET city = 'Jena' WHERE id = 1");
    pair.bench.settle();
    pair.agree();
    let triggers = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'";
    assert_eq!(pair.bench.journal(triggers), ["12"]);
}

#[test]
fn an_old_journal_is_a_skeleton() {
    let pair = Pair::with_people(3);
    let state = pair.bench.path().join(".treaty");
    pair.left("UPDATE person SET city = 'Altona' WHERE id = 3");
    pair.bench.settle();
    pair.left("UPDATE person SET city = 'Kiel' WHERE id = 3");
    pair.bench.settle();
    pair.bench
        .treaty(&["forget", "--before", "2020-01-01"])
        .expect(0)
        .says("0 entries");
    assert!(holds(
        &state.join("journal.db").with_file_name(""),
        "Altona"
    ));
    pair.bench
        .treaty(&["forget", "--before", "9999-01-01"])
        .expect(0);
    let told = "SELECT count(*) FROM entry WHERE content <> '{\"forgotten\":true}'";
    assert_eq!(pair.bench.journal(told), ["0"]);
    assert!(!holds(&state, "Altona"));
    pair.bench.settle();
    pair.bench
        .treaty(&["forget", "--before", "yesterday"])
        .expect(64);
}

#[test]
fn a_backup_is_restored_and_says_what_it_does_not_know() {
    let pair = Pair::with_people(4);
    pair.bench.treaty(&["backup", "safe"]).expect(0);
    pair.bench
        .treaty(&["backup", "safe"])
        .expect(1)
        .says("there is a backup already");
    pair.left("UPDATE person SET city = 'Kiel' WHERE id < 3");
    pair.bench.settle();
    pair.bench
        .treaty(&["restore", "safe"])
        .expect(0)
        .says("2 writes to right since the backup");
    // What was written since is in both: nothing is to be done about it.
    pair.bench.settle();
    pair.agree();
    assert_eq!(
        pair.right_rows("SELECT ort FROM human ORDER BY nr"),
        ["Kiel", "Kiel", "Bonn", "Bonn"]
    );
    pair.right("UPDATE human SET ort = 'Ulm' WHERE nr = 4");
    pair.bench.settle();
    pair.agree();
}

#[test]
fn what_is_no_backup_is_not_restored() {
    let pair = Pair::with_people(1);
    std::fs::create_dir(pair.bench.path().join("empty")).expect("it is made");
    pair.bench.treaty(&["restore", "empty"]).expect(1);
    pair.bench.settle();
}
