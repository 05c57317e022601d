//! Audits: every planted difference is found, and nothing else; what a repair does.

use crate::sqlite::Pair;

/// The figures of the one entity of an audit.
fn figures(pair: &Pair) -> [u64; 6] {
    let ended = pair.bench.treaty(&["audit", "--format", "json"]);
    let json = ended.json();
    let entity = &json["entities"][0];
    [
        "matched",
        "different",
        "missing",
        "extra",
        "in_flight",
        "unnoticed",
    ]
    .map(|name| entity[name].as_u64().expect("it is counted"))
}

/// Changes the right database as somebody does who restores a backup of it: no
/// trigger notes anything.
fn unnoticed(pair: &Pair, sql: &str) {
    let triggers = pair.right_rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
    assert!(!triggers.is_empty(), "the right database notes its changes");
    let before =
        "CREATE TEMP TABLE kept AS SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
    let _ = before;
    let mut statements = String::new();
    let mut again = String::new();
    for row in &triggers {
        let (name, sql) = row.split_once('|').expect("two columns");
        statements.push_str(&format!("DROP TRIGGER \"{name}\";"));
        again.push_str(sql);
        again.push(';');
    }
    pair.right(&format!("BEGIN; {statements} {sql}; {again} COMMIT;"));
}

#[test]
fn what_is_equal_is_equal() {
    let pair = Pair::with_people(20);
    let ended = pair.bench.treaty(&["audit"]).expect(0);
    assert!(
        ended.stdout.contains("person: 20 links: 20 equal\n"),
        "{ended:?}"
    );
}

#[test]
fn every_planted_difference_is_found_and_nothing_else() {
    let pair = Pair::with_people(40);
    // Edits that no feed tells of, in one field and in two.
    unnoticed(
        &pair,
        "UPDATE human SET ort = 'Ulm' WHERE nr <= 3;
         UPDATE human SET ort = 'Jena', punkte = 9 WHERE nr = 4",
    );
    // Records that are gone, and records that nobody was told of.
    unnoticed(&pair, "DELETE FROM human WHERE nr IN (5, 6)");
    unnoticed(
        &pair,
        "INSERT INTO human (nr, vorname, nachname, email) VALUES
            (901, 'Eva', 'Neu', 'eva@neu.example')",
    );
    // What is on its way is no difference.
    pair.left("UPDATE person SET city = 'Kiel' WHERE id IN (7, 8, 9)");
    assert_eq!(figures(&pair), [40 - 4 - 2 - 3, 4, 2, 1, 3, 4]);

    let ended = pair
        .bench
        .treaty(&["audit", "--csv", "found.csv", "--html", "found.html"])
        .expect(2);
    for line in [
        "#1 city: left 1 \"Bonn\", right 1 \"Ulm\" (a record was changed, and its system has not told of it)",
        "#4 score: left 4 1, right 4 9",
        "#5 missing: left 5, right 5 (the record is linked, and the system does not have it)",
        "extra: right 901 (no pass has seen it)",
        "city: 31 equal, 4 different",
    ] {
        assert!(ended.stdout.contains(line), "{line}\n{}", ended.stdout);
    }
    let sheet = pair.bench.read("found.csv");
    assert!(
        sheet.contains("person,1,different,city,right,1,\"\"\"Ulm\"\"\","),
        "{sheet}"
    );
    let page = pair.bench.read("found.html");
    assert!(page.contains("<td>right 901</td>"), "{page}");
    // An audit has changed nothing.
    assert_eq!(
        pair.right_rows("SELECT count(*) FROM human WHERE ort = 'Ulm'"),
        ["3"]
    );
}

#[test]
fn a_repair_takes_in_what_no_feed_told_of_and_the_treaty_decides() {
    let pair = Pair::with_people(10);
    unnoticed(&pair, "UPDATE human SET ort = 'Ulm' WHERE nr = 3");
    pair.bench.treaty(&["sync"]).expect(0);
    assert_eq!(
        pair.left_rows("SELECT city FROM person WHERE id = 3"),
        ["Bonn"]
    );
    pair.bench
        .treaty(&["audit", "--repair"])
        .expect(2)
        .says("1 record had edits that nobody told of");
    pair.bench.settle();
    assert_eq!(
        pair.left_rows("SELECT city FROM person WHERE id = 3"),
        ["Ulm"]
    );
    assert_eq!(figures(&pair), [10, 0, 0, 0, 0, 0]);
}

#[test]
fn what_was_undone_is_known_to_differ() {
    let pair = Pair::with_loose_guards(6);
    pair.left("UPDATE person SET city = 'Kiel', score = 5");
    let run = pair
        .bench
        .treaty(&["sync", "--format", "json"])
        .expect(0)
        .json()["run"]
        .clone();
    pair.bench.treaty(&["undo", &run.to_string()]).expect(0);
    pair.bench.settle();
    let ended = pair.bench.treaty(&["audit"]).expect(0);
    assert!(
        ended
            .stdout
            .contains("city: 0 equal, 6 in a system's own form"),
        "{ended:?}"
    );
}

#[test]
fn a_repair_is_a_plan_first_and_only_what_was_asked_for() {
    let pair = Pair::with_loose_guards(6);
    pair.right(
        "CREATE TRIGGER closed BEFORE UPDATE ON human BEGIN SELECT RAISE(ABORT, 'closed'); END",
    );
    pair.left("UPDATE person SET city = 'Kiel', score = 5 WHERE id < 4");
    pair.bench
        .treaty(&["sync"])
        .expect(0)
        .says("refused: closed");
    pair.right("DROP TRIGGER closed");
    // What was refused rests, and is not equal.
    let repair = ["audit", "--repair", "--field", "city", "--to", "right"];
    let plan = pair.bench.treaty(&repair).expect(2);
    for line in [
        "#1 city: left 1 \"Kiel\", right 1 \"Bonn\"",
        "right: 3 to write",
        "person 1  right  write city \"Kiel\" (repaired)",
        "not repaired: #1 score: left 1 5, right 1 1: the field was not asked for",
        "to do it: the same with --apply",
    ] {
        assert!(plan.stdout.contains(line), "{line}\n{}", plan.stdout);
    }
    let right = "SELECT ort, punkte FROM human ORDER BY nr";
    let before = ["Bonn|1", "Bonn|1", "Bonn|1", "Bonn|1", "Bonn|1", "Bonn|1"];
    assert_eq!(pair.right_rows(right), before, "a plan does nothing");
    let other_way = ["audit", "--repair", "--apply", "--to", "left"];
    pair.bench
        .treaty(&other_way)
        .expect(2)
        .says("nothing of it can be written there");
    assert_eq!(pair.right_rows(right), before);

    let mut apply = repair.to_vec();
    apply.push("--apply");
    let done = pair.bench.treaty(&apply).expect(2);
    assert_eq!(
        pair.right_rows(right),
        ["Kiel|1", "Kiel|1", "Kiel|1", "Bonn|1", "Bonn|1", "Bonn|1"]
    );
    let (_, undo) = done
        .stdout
        .rsplit_once("treaty undo ")
        .expect("it says how");
    pair.bench.treaty(&["undo", undo.trim()]).expect(0);
    assert_eq!(pair.right_rows(right), before);
}

#[test]
fn a_restored_backup_is_found_and_taken_in() {
    let pair = Pair::with_loose_guards(6);
    pair.left("UPDATE person SET city = 'Kiel', score = 5");
    pair.bench.settle();
    unnoticed(
        &pair,
        "UPDATE human SET ort = 'Bonn', punkte = 1 WHERE nr < 4",
    );
    let plan = pair.bench.treaty(&["audit", "--repair"]).expect(2);
    assert!(
        plan.stdout
            .contains("3 records had edits that nobody told of"),
        "{plan:?}"
    );
    // They count as edits of the right: the treaty decides, field by field.
    pair.bench.settle();
    pair.agree();
    assert_eq!(
        pair.left_rows("SELECT city, score FROM person ORDER BY id"),
        ["Bonn|1", "Bonn|1", "Bonn|1", "Kiel|5", "Kiel|5", "Kiel|5"],
    );
}
