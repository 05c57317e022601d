//! Undoing a run: what it wrote is put back where nobody has changed it since.

use crate::bench::{Bench, Ended};
use crate::sqlite::Pair;

/// The number of the run that a command says it was, in its JSON document.
fn run_of(ended: &Ended) -> String {
    ended.json()["run"]
        .as_u64()
        .expect("it was a run")
        .to_string()
}

/// One pass, and its run.
fn sync(bench: &Bench) -> String {
    run_of(&bench.treaty(&["sync", "--format", "json"]).expect(0))
}

const CITIES: &str = "SELECT nr, ort FROM human ORDER BY nr";

#[test]
fn a_run_is_undone_where_nobody_has_changed_it_since_and_undoing_is_undone() {
    let pair = Pair::with_loose_guards(4);
    pair.left("UPDATE person SET city = 'Kiel' WHERE id < 4");
    let run = sync(&pair.bench);
    pair.right("UPDATE human SET ort = 'Ulm' WHERE nr = 2");

    let planned = pair.bench.treaty(&["undo", &run, "--plan"]).expect(2);
    assert!(
        planned
            .stdout
            .contains("1 value not put back: it was changed since")
    );
    assert!(
        planned
            .stdout
            .contains("person 1  right  write city \"Bonn\" (undone)"),
        "{planned:?}"
    );
    assert_eq!(
        pair.right_rows(CITIES),
        ["1|Kiel", "2|Ulm", "3|Kiel", "4|Bonn"]
    );

    let undone = pair.bench.treaty(&["undo", &run, "--by", "Dora"]).expect(0);
    assert_eq!(
        pair.right_rows(CITIES),
        ["1|Bonn", "2|Ulm", "3|Bonn", "4|Bonn"]
    );
    let (_, undo) = undone
        .stdout
        .rsplit_once("treaty undo ")
        .expect("it says how");
    // Nothing is done again by itself, and what was edited since goes on.
    pair.bench.settle();
    assert_eq!(
        pair.right_rows(CITIES),
        ["1|Bonn", "2|Ulm", "3|Bonn", "4|Bonn"]
    );
    let left = "SELECT id, city FROM person ORDER BY id";
    assert_eq!(
        pair.left_rows(left),
        ["1|Kiel", "2|Ulm", "3|Kiel", "4|Bonn"]
    );
    // Whoever edits next is heard.
    pair.left("UPDATE person SET city = 'Jena' WHERE id = 3");
    pair.bench.settle();
    assert_eq!(
        pair.right_rows(CITIES),
        ["1|Bonn", "2|Ulm", "3|Jena", "4|Bonn"]
    );

    let again = pair.bench.treaty(&["undo", undo.trim()]).expect(0);
    assert!(again.stdout.contains("1 value not put back"), "{again:?}");
    assert_eq!(
        pair.right_rows(CITIES),
        ["1|Kiel", "2|Ulm", "3|Jena", "4|Bonn"]
    );
    pair.bench.settle();
    pair.agree();
    pair.bench.treaty(&["explain", "person", "1"]).says("undo");
}

#[test]
fn undone_everywhere_a_value_goes_back_where_it_came_from() {
    let pair = Pair::with_loose_guards(3);
    pair.left("UPDATE person SET city = 'Kiel'");
    let run = sync(&pair.bench);
    pair.left("UPDATE person SET city = 'Jena' WHERE id = 2");
    pair.bench.treaty(&["undo", &run, "--everywhere"]).expect(0);
    pair.bench.settle();
    pair.agree();
    // The edit that was made since met the value that came back, and the left
    // is preferred.
    assert_eq!(pair.right_rows(CITIES), ["1|Bonn", "2|Jena", "3|Bonn"]);
    let lost = "SELECT count(*) FROM entry WHERE kind = 'given-up' AND content LIKE '%Kiel%'";
    assert_eq!(pair.bench.journal(lost), ["2"]);
}

const ARCHIVING: &str = r#"
[treaty]
name = "archiving"
[systems.left]
connector = "sqlite"
path = "left.db"
[systems.right]
connector = "sqlite"
path = "right.db"
[entities.person]
table = "person.csv"
[entities.person.match]
matcher = "match-keys"
[rules.match-keys.configuration]
keys = [["email"]]
[entities.person.systems.left]
source = "person"
[entities.person.systems.right]
source = "human"
archived = "gone"
creates-from = ["left"]
"#;

#[test]
fn what_a_run_made_is_archived_unless_somebody_has_worked_on_it() {
    let bench = Bench::with(&[
        ("treaty.toml", ARCHIVING),
        (
            "person.csv",
            "field,type,owner,rule,left,right\nemail,email,shared,prefer(left),mail,email\n\
             city,city,shared,prefer(left),city,ort\n",
        ),
    ]);
    let (left, right) = (bench.path().join("left.db"), bench.path().join("right.db"));
    crate::database::execute(
        &left,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, mail TEXT, city TEXT);
         INSERT INTO person VALUES (1, 'a@x.example', 'Bonn'), (2, 'b@x.example', 'Bonn')",
    );
    crate::database::execute(
        &right,
        "CREATE TABLE human (nr INTEGER PRIMARY KEY, email TEXT, ort TEXT, gone BOOLEAN)",
    );
    let run = sync(&bench);
    crate::database::execute(
        &right,
        "UPDATE human SET ort = 'Ulm' WHERE email = 'b@x.example'",
    );
    let undone = bench.treaty(&["undo", &run]).expect(0);
    assert!(
        undone
            .stdout
            .contains("not put back: it was made by the run and changed since"),
        "{undone:?}"
    );
    bench.settle();
    let people = "SELECT email, ort, gone IS TRUE FROM human ORDER BY email";
    assert_eq!(
        crate::database::rows(&right, people),
        ["a@x.example|Bonn|1", "b@x.example|Ulm|0"],
        "and nobody is made again"
    );
}

#[test]
fn a_run_that_never_was_is_no_run() {
    let pair = Pair::with_loose_guards(1);
    pair.bench
        .treaty(&["undo", "77"])
        .expect(1)
        .says("there was no run 77");
}

#[test]
fn a_bad_mapping_of_5000_records_is_undone_while_people_go_on() {
    let pair = Pair::with_loose_guards(5_000);
    // Somebody takes the last name for the city.
    let table = pair.bench.read("person.csv");
    pair.bench.write(
        "person.csv",
        table
            .replace("left,right", "left,right,left.transform")
            .replace("city,ort", "last,ort,read-only"),
    );
    let run = sync(&pair.bench);
    let wrong = "SELECT count(*) FROM human WHERE ort = nachname";
    assert_eq!(pair.right_rows(wrong), ["5000"]);
    // Meanwhile people go on.
    pair.right("UPDATE human SET ort = 'Ulm' WHERE nr % 100 = 0");
    pair.right("UPDATE human SET vorname = 'Eva' WHERE nr % 100 = 1");
    pair.left("UPDATE person SET first = 'Ada' WHERE id % 100 = 2");

    let undone = pair.bench.treaty(&["undo", &run]).expect(0);
    assert!(
        undone
            .stdout
            .contains("50 values not put back: it was changed since"),
        "{undone:?}"
    );
    let cities = "SELECT ort, count(*) FROM human GROUP BY ort ORDER BY ort";
    assert_eq!(pair.right_rows(cities), ["Bonn|4950", "Ulm|50"]);
    assert_eq!(
        pair.right_rows("SELECT count(*) FROM human WHERE vorname = 'Eva'"),
        ["50"],
        "a name that somebody has changed stays"
    );
    // With the table as it was, everybody's edits arrive.
    pair.bench.write("person.csv", table);
    pair.bench.settle();
    // A city that nobody had agreed on when the table changed is a contest, and
    // the left is preferred: the other one stands in the journal.
    assert_eq!(pair.right_rows(cities), ["Bonn|5000"]);
    let lost = "SELECT count(*) FROM entry WHERE kind = 'given-up' AND content LIKE '%Ulm%'";
    assert_eq!(pair.bench.journal(lost), ["50"]);
    let names = "SELECT count(*) FROM human WHERE vorname = 'Ada'";
    assert_eq!(pair.right_rows(names), ["50"]);
    let names = "SELECT count(*) FROM person WHERE first = 'Eva'";
    assert_eq!(pair.left_rows(names), ["50"]);
}
