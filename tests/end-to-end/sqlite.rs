//! Two SQLite files, edited by their owners' programs.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::Bench;
use crate::database;

const TREATY: &str = r#"
[treaty]
name = "two-databases"
[systems.left]
connector = "sqlite"
path = "left.db"
[systems.right]
connector = "sqlite"
path = "right.db"
[entities.person]
table = "person.csv"
deletes = "delete"
[entities.person.match]
matcher = "match-keys"
[rules.match-keys.configuration]
keys = [["email"]]
[entities.person.systems.left]
source = "person"
deletes-count = true
creates-from = ["right"]
[entities.person.systems.right]
source = "human"
creates-from = ["left"]
"#;

const TABLE: &str = "\
field,type,owner,rule,left,right
first,first-name,shared,prefer(left),first,vorname
last,last-name,shared,prefer(left),last,nachname
email,email,shared,prefer(left),mail,email
city,city,shared,prefer(left),city,ort
score,number,shared,max,score,punkte
";

const LEFT: &str = "CREATE TABLE person (id INTEGER PRIMARY KEY, first TEXT, last TEXT, mail TEXT,
    city TEXT, score INTEGER)";
const RIGHT: &str = "CREATE TABLE human (nr INTEGER PRIMARY KEY, vorname TEXT, nachname TEXT,
    email TEXT, ort TEXT, punkte INTEGER, memo TEXT)";

/// Two databases and their treaty.
pub struct Pair {
    pub bench: Bench,
    left: PathBuf,
    right: PathBuf,
}

impl Pair {
    /// So many people on the left, in agreement with the right.
    pub fn with_people(count: usize) -> Self {
        Self::with(TREATY, count)
    }

    /// The same, with guards that let everything through that comes at once.
    pub fn with_loose_guards(count: usize) -> Self {
        let guards = "[guards]\nwrites-per-minute-max = 100000\ncreates-max = 100000\n";
        Self::with(&format!("{TREATY}{guards}"), count)
    }

    fn with(treaty: &str, count: usize) -> Self {
        let bench = Bench::with(&[("treaty.toml", treaty), ("person.csv", TABLE)]);
        let (left, right) = (bench.path().join("left.db"), bench.path().join("right.db"));
        database::execute(&left, LEFT);
        database::execute(&right, RIGHT);
        let mut people = String::new();
        for id in 1..=count {
            writeln!(
                people,
                "INSERT INTO person VALUES ({id}, 'Ida{id}', 'Lund{id}', 'p{id}@x.example', 'Bonn', 1);"
            )
            .expect("a string takes everything");
        }
        let pair = Self { bench, left, right };
        pair.left(&people);
        pair.bench.settle();
        assert_eq!(
            pair.right_rows("SELECT count(*) FROM human"),
            [count.to_string()]
        );
        pair
    }

    pub fn left(&self, sql: &str) {
        database::execute(&self.left, sql);
    }

    pub fn right(&self, sql: &str) {
        database::execute(&self.right, sql);
    }

    pub fn left_rows(&self, sql: &str) -> Vec<String> {
        database::rows(&self.left, sql)
    }

    pub fn right_rows(&self, sql: &str) -> Vec<String> {
        database::rows(&self.right, sql)
    }

    /// Checks that both sides hold the same people.
    pub fn agree(&self) {
        let left = "SELECT first, last, mail, city, score FROM person ORDER BY mail, id";
        let right = "SELECT vorname, nachname, email, ort, punkte FROM human ORDER BY email, nr";
        assert_eq!(self.left_rows(left), self.right_rows(right));
    }
}

#[test]
fn a_value_goes_from_a_to_b_and_back_three_times() {
    let pair = Pair::with_people(1);
    let writes = "SELECT count(*) FROM entry WHERE kind = 'write' AND system = 'right'";
    assert_eq!(pair.bench.journal(writes), ["0"]);
    for city in ["Kiel", "Bonn", "Kiel", "Bonn", "Kiel", "Bonn"] {
        pair.left(&format!("UPDATE person SET city = '{city}'"));
        pair.bench.sync();
        assert_eq!(pair.right_rows("SELECT ort FROM human"), [city]);
    }
    assert_eq!(
        pair.bench.journal(writes),
        ["6"],
        "each time it was written"
    );
    pair.bench
        .treaty(&["sync"])
        .expect(0)
        .says("two-databases is in agreement.");
}

#[test]
fn a_cleared_field_is_cleared_everywhere() {
    let pair = Pair::with_people(2);
    pair.right("UPDATE human SET ort = NULL, punkte = NULL WHERE nr = 1");
    pair.bench.settle();
    assert_eq!(
        pair.left_rows("SELECT id, city, score FROM person ORDER BY id"),
        ["1|NULL|NULL", "2|Bonn|1"]
    );
}

#[test]
fn two_edits_in_one_second_both_survive() {
    let pair = Pair::with_people(1);
    pair.left("UPDATE person SET city = 'Kiel'");
    pair.right("UPDATE human SET nachname = 'Lundgren'");
    pair.bench.sync();
    pair.left("UPDATE person SET city = 'Jena'");
    pair.left("UPDATE person SET first = 'Idalia'");
    pair.right("UPDATE human SET punkte = 7");
    pair.bench.settle();
    let all = ["Idalia|Lundgren|p1@x.example|Jena|7"];
    assert_eq!(
        pair.left_rows("SELECT first, last, mail, city, score FROM person"),
        all
    );
    pair.agree();
}

#[test]
fn edits_with_the_same_time_of_change_are_all_seen() {
    let treaty = TREATY
        .replace(
            "path = \"left.db\"\n",
            "path = \"left.db\"\noptions = { changes = \"watermark\" }\n",
        )
        .replace(
            "source = \"person\"\ndeletes-count = true\n",
            "source = \"person\"\nupdated = \"at\"\n",
        );
    let bench = Bench::with(&[("treaty.toml", &treaty), ("person.csv", TABLE)]);
    let (left, right) = (bench.path().join("left.db"), bench.path().join("right.db"));
    database::execute(&left, LEFT);
    database::execute(&right, RIGHT);
    let pair = Pair { bench, left, right };
    let second = "strftime('%Y-%m-%d %H:%M:%S', 'now')";
    pair.left("ALTER TABLE person ADD COLUMN at TEXT");
    pair.left("CREATE TABLE clock AS SELECT strftime('%Y-%m-%d %H:%M:%S', 'now') AS now");
    for id in 1..=5 {
        pair.left(&format!(
            "INSERT INTO person SELECT {id}, 'Ida', 'Lund{id}', 'p{id}@x.example', 'Bonn', 1, now
             FROM clock"
        ));
        pair.bench.sync();
    }
    for city in ["Kiel", "Jena"] {
        let edit = format!("UPDATE person SET city = '{city}', at = {second} WHERE id = 3");
        pair.left(&edit);
        pair.bench.sync();
    }
    pair.bench.settle();
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["5"]);
    assert_eq!(
        pair.right_rows("SELECT ort FROM human WHERE email = 'p3@x.example'"),
        ["Jena"]
    );
    pair.agree();
}

#[test]
fn a_deletion_that_counts_is_carried_out() {
    let pair = Pair::with_people(30);
    pair.left("DELETE FROM person WHERE id = 4");
    pair.bench.treaty(&["plan"]).expect(2);
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["30"]);
    pair.bench.settle();
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["29"]);
    pair.agree();
}

#[test]
fn a_deletion_that_does_not_count_means_nothing_elsewhere() {
    let pair = Pair::with_people(3);
    pair.right("DELETE FROM human WHERE nr = 2");
    pair.bench.settle();
    assert_eq!(
        pair.left_rows("SELECT id FROM person ORDER BY id"),
        ["1", "2", "3"]
    );
    assert_eq!(
        pair.right_rows("SELECT nr FROM human ORDER BY nr"),
        ["1", "3"]
    );
}

#[test]
fn an_edit_elsewhere_wins_over_a_deletion() {
    let pair = Pair::with_people(30);
    pair.left("DELETE FROM person WHERE id = 4");
    pair.right("UPDATE human SET ort = 'Kiel' WHERE nr = 4");
    pair.bench.settle();
    assert_eq!(
        pair.right_rows("SELECT ort FROM human WHERE nr = 4"),
        ["Kiel"]
    );
    assert_eq!(
        pair.left_rows("SELECT count(*) FROM person WHERE city = 'Kiel'"),
        ["1"]
    );
    pair.agree();
}

#[test]
fn the_delete_guard_trips_and_is_approved_by_name() {
    let pair = Pair::with_people(30);
    pair.left("DELETE FROM person WHERE id <= 12");
    let stopped = pair
        .bench
        .treaty(&["sync"])
        .expect(3)
        .says("deletes-count-max = 10");
    assert_eq!(
        pair.right_rows("SELECT count(*) FROM human"),
        ["30"],
        "nothing is deleted"
    );
    let name = approval(&stopped.stdout);
    pair.bench
        .treaty(&["sync", "--approve", "delete-guard-000000000000"])
        .expect(3);
    pair.bench.treaty(&["plan"]).expect(3).says(&name);

    // Another plan is another name.
    pair.left("DELETE FROM person WHERE id = 13");
    let stopped = pair.bench.treaty(&["sync", "--approve", &name]).expect(3);
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["30"]);
    pair.bench
        .treaty(&["approve", &name])
        .expect(1)
        .says("no guard has stopped");
    let name = approval(&stopped.stdout);
    pair.bench.treaty(&["status"]).expect(0).says(&name);
    pair.bench.treaty(&["approve", &name]).expect(0);
    pair.bench
        .treaty(&["status"])
        .expect(0)
        .says("approved by tester, for the next pass");
    pair.bench.treaty(&["sync"]).expect(0);
    assert!(
        !pair
            .bench
            .treaty(&["status"])
            .expect(0)
            .stdout
            .contains(&name)
    );
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["17"]);
    pair.bench.settle();
    pair.agree();
}

/// The name by which a message says that a plan can be approved.
fn approval(message: &str) -> String {
    let (_, rest) = message
        .split_once("treaty approve ")
        .expect("the message names it");
    rest.split('`')
        .next()
        .expect("it ends with a backtick")
        .to_owned()
}

#[test]
fn a_record_that_is_deleted_and_made_again_under_its_id_is_there_once() {
    let pair = Pair::with_people(30);
    let again = "INSERT INTO person VALUES (4, 'Ida4', 'Lund4', 'p4@x.example', 'Kiel', 9)";
    // Within one pass.
    pair.left(&format!("DELETE FROM person WHERE id = 4; {again}"));
    pair.bench.settle();
    pair.agree();
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["30"]);
    // With a pass between, which carries the deletion out.
    pair.left("DELETE FROM person WHERE id = 4");
    pair.bench.settle();
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["29"]);
    pair.left(again);
    pair.bench.settle();
    assert_eq!(
        pair.right_rows("SELECT ort FROM human WHERE email = 'p4@x.example'"),
        ["Kiel"]
    );
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["30"]);
    pair.agree();
}
