//! Attempts to make Treaty break a promise: edits at the worst moment, values
//! and keys that nobody expects, tables that change shape.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::Bench;
use crate::csv::{acquainted, line};
use crate::database;
use crate::sqlite::Pair;

#[test]
fn an_edit_between_plan_and_sync_is_not_overwritten() {
    let pair = Pair::with_people(2);
    pair.left("UPDATE person SET city = 'Kiel' WHERE id = 1");
    pair.bench.treaty(&["plan"]).expect(2).says("\"Kiel\"");
    pair.left("UPDATE person SET city = 'Jena' WHERE id = 1");
    pair.right("UPDATE human SET nachname = 'Lundgren' WHERE nr = 1");
    pair.bench.settle();
    let all = "SELECT first, last, city FROM person WHERE id = 1";
    assert_eq!(pair.left_rows(all), ["Ida1|Lundgren|Jena"]);
    pair.agree();
}

#[test]
fn edits_while_a_sync_is_writing_are_all_kept() {
    let pair = Pair::with_people(PEOPLE);
    let over = AtomicBool::new(false);
    let rounds = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let everybody_edited = || {
        rounds
            .iter()
            .all(|rounds| rounds.load(Ordering::Relaxed) >= PEOPLE)
    };
    // A program on each side edits its own fields of every record, while the
    // sync carries the other side's edits to the same records.
    let edit_left = |id: usize, round: usize| {
        pair.left(&format!(
            "UPDATE person SET city = 'city {round}' WHERE id = {id}"
        ));
    };
    let edit_right = |id: usize, round: usize| {
        let set = format!("nachname = 'Lund {round}', memo = 'memo {round}'");
        pair.right(&format!(
            "UPDATE human SET {set} WHERE email = 'p{id}@x.example'"
        ));
    };
    let [left, right] = thread::scope(|scope| {
        let left = scope.spawn(|| keep_editing(&over, &rounds[0], edit_left));
        let right = scope.spawn(|| keep_editing(&over, &rounds[1], edit_right));
        // However fast the passes and however slow the programs are.
        let passes: Vec<_> = (0..PASSES_MAX)
            .take_while(|pass| *pass < PASSES_MIN || !everybody_edited())
            .map(|_| pair.bench.treaty(&["sync"]))
            .collect();
        // The programs end before anything is looked at, or a failure would
        // wait for them for ever.
        over.store(true, Ordering::Relaxed);
        for pass in passes {
            pass.expect(0);
        }
        [left.join(), right.join()].map(|last| last.expect("the program went on"))
    });
    assert!(
        left.len() == PEOPLE && right.len() == PEOPLE,
        "everybody was edited"
    );
    pair.bench.settle();
    pair.agree();
    for (id, round) in left {
        let city = pair.left_rows(&format!("SELECT city FROM person WHERE id = {id}"));
        assert_eq!(city, [format!("city {round}")], "city of {id}");
    }
    for (id, round) in right {
        let sql = format!("SELECT nachname, memo FROM human WHERE email = 'p{id}@x.example'");
        let expected = format!("Lund {round}|memo {round}");
        assert_eq!(pair.right_rows(&sql), [expected], "name of {id}");
    }
}

const PEOPLE: usize = 100;
/// How many passes are made while the programs edit.
const PASSES_MIN: usize = 6;
/// How many are made before the programs are thought to hang.
const PASSES_MAX: usize = 300;
/// How long a program waits between two edits.
const PACE: Duration = Duration::from_millis(5);

/// Edits one record after the other until it is over; which edit was the last
/// of each.
fn keep_editing(
    over: &AtomicBool,
    rounds: &AtomicUsize,
    edit: impl Fn(usize, usize),
) -> BTreeMap<usize, usize> {
    let mut last = BTreeMap::new();
    for round in (1..).take_while(|_| !over.load(Ordering::Relaxed)) {
        let id = round % PEOPLE + 1;
        edit(id, round);
        last.insert(id, round);
        rounds.store(round, Ordering::Relaxed);
        // SQLite is not fair: a program that writes without a pause keeps
        // everybody else out.
        thread::park_timeout(PACE);
    }
    last
}

#[test]
fn a_file_edited_while_a_sync_is_writing_keeps_the_edits() {
    let bench = acquainted();
    // The save comes at some moment of the pass: none of them may lose it.
    for number in 0..12 {
        bench.edit("shop/people.csv", "\"x1\";\"A", "\"x1\";\"AA");
        let mut child = bench
            .command(&["sync"])
            .stdout(std::process::Stdio::null())
            .spawn();
        let child = child.as_mut().expect("it starts");
        for step in 0..8 {
            let text = bench.read("crm/contacts.csv");
            let bert = line(&bench, "crm/contacts.csv", "bert@klein.example");
            let secret = bert.rsplit(',').next().expect("it has cells").to_owned();
            let edited = bert.replace(&secret, &format!("s{number}-{step}"));
            let beside = bench.write("crm/.save", text.replace(&bert, &edited));
            std::fs::rename(beside, bench.path().join("crm/contacts.csv")).expect("it is saved");
        }
        assert!(child.wait().expect("it ends").success());
        let bert = line(&bench, "crm/contacts.csv", "bert@klein.example");
        assert!(bert.ends_with(&format!("s{number}-7")), "{bert}");
    }
}

#[test]
fn a_huge_value_goes_through_unharmed() {
    let pair = Pair::with_people(1);
    let huge = "ä🙂 \"x\";\n".repeat(60_000);
    pair.left(&format!("UPDATE person SET city = '{huge}'"));
    pair.bench.settle();
    // Text is kept without spaces around it.
    let arrived = pair.right_rows("SELECT ort FROM human").concat();
    assert!(
        arrived.trim() == huge.trim(),
        "{} of {} bytes",
        arrived.len(),
        huge.len()
    );
}

/// Two files whose keys are as odd as keys can be, matched by e-mail address.
#[test]
fn keys_may_hold_anything() {
    const KEYS: [&str; 7] = [
        "ключ-🙂",
        "é",
        "e\u{301}",
        "a,b",
        "say \"hi\"",
        "0012",
        "12",
    ];
    let mut left = "id,mail,city\n".to_owned();
    let mut right = "Nr;Email;Ort\n".to_owned();
    for (number, key) in KEYS.iter().enumerate() {
        let quoted = key.replace('"', "\"\"");
        left += &format!("\"{quoted}\",k{number}@x.example,\n");
        right += &format!("\"{quoted}\";k{number}@x.example;\n");
    }
    let bench = Bench::with(&[
        (
            "treaty.toml",
            "[treaty]\nname = \"keys\"\n\
             [systems.left]\nconnector = \"csv\"\npath = \"left\"\n\
             [systems.right]\nconnector = \"csv\"\npath = \"right\"\n\
             [entities.thing]\ntable = \"thing.csv\"\n\
             [entities.thing.match]\nmatcher = \"match-keys\"\n\
             [rules.match-keys.configuration]\nkeys = [[\"email\"]]\n\
             [entities.thing.systems.left]\nsource = \"things\"\n\
             [entities.thing.systems.right]\nsource = \"dinge\"\nkey = [\"Nr\"]\n",
        ),
        (
            "thing.csv",
            "field,type,owner,rule,left,right\n\
             email,email,shared,prefer(left),mail,Email\n\
             city,city,shared,prefer(left),city,Ort\n",
        ),
        ("left/things.csv", &left),
        ("right/dinge.csv", &right),
    ]);
    bench.settle();
    let cities = |text: &str, end: &str| {
        let with_city = |line: (usize, &str)| match line.0 {
            0 => line.1.to_owned(),
            number => format!("{}{end}{number}", line.1),
        };
        let lines: Vec<_> = text.lines().enumerate().map(with_city).collect();
        lines.join("\n") + "\n"
    };
    bench.write("left/things.csv", cities(&left, "Stadt "));
    bench.settle();
    assert_eq!(bench.read("right/dinge.csv"), cities(&right, "Stadt "));
}

#[test]
fn a_key_of_two_columns_is_one_key() {
    let pair = composite();
    let (left, right) = (pair.path().join("left.db"), pair.path().join("right.db"));
    database::execute(
        &left,
        "UPDATE branch SET name = 'Bonn' WHERE land = 'de' AND nr = 1",
    );
    database::execute(
        &right,
        "UPDATE filiale SET chef = 'Cleo' WHERE land = 'at' AND nr = 1",
    );
    pair.settle();
    let all = ["at|1|Wien|Cleo", "de|1|Bonn|Anna", "de|2|Ulm|Bert"];
    assert_eq!(
        database::rows(&left, "SELECT * FROM branch ORDER BY land, nr"),
        all
    );
    assert_eq!(
        database::rows(&right, "SELECT * FROM filiale ORDER BY land, nr"),
        all
    );
    // A new one is made under its own key.
    database::execute(&left, "INSERT INTO branch VALUES ('at', 2, 'Graz', 'Dora')");
    pair.settle();
    let graz = "SELECT * FROM filiale WHERE land = 'at' AND nr = 2";
    assert_eq!(database::rows(&right, graz), ["at|2|Graz|Dora"]);
}

/// Two databases whose rows have keys of two columns.
fn composite() -> Bench {
    let bench = Bench::with(&[
        (
            "treaty.toml",
            "[treaty]\nname = \"branches\"\n\
             [systems.left]\nconnector = \"sqlite\"\npath = \"left.db\"\n\
             [systems.right]\nconnector = \"sqlite\"\npath = \"right.db\"\n\
             [entities.branch]\ntable = \"branch.csv\"\n\
             [entities.branch.match]\nmatcher = \"match-keys\"\n\
             [rules.match-keys.configuration]\nkeys = [[\"land\", \"number\"]]\n\
             [entities.branch.systems.left]\nsource = \"branch\"\n\
             [entities.branch.systems.right]\nsource = \"filiale\"\ncreates-from = [\"left\"]\n",
        ),
        (
            "branch.csv",
            "field,type,owner,rule,left,right\n\
             land,country,shared,prefer(left),land,land\n\
             number,number,shared,prefer(left),nr,nr\n\
             name,text,shared,prefer(left),name,name\n\
             boss,text,shared,prefer(left),boss,chef\n",
        ),
    ]);
    let rows =
        "VALUES ('de', 1, 'Berlin', 'Anna'), ('de', 2, 'Ulm', 'Bert'), ('at', 1, 'Wien', '')";
    for (file, table, boss) in [
        ("left.db", "branch", "boss"),
        ("right.db", "filiale", "chef"),
    ] {
        let sql = format!(
            "CREATE TABLE {table} (land TEXT, nr INTEGER, name TEXT, {boss} TEXT,
                PRIMARY KEY (land, nr)) WITHOUT ROWID;
             INSERT INTO {table} {rows}"
        );
        database::execute(&bench.path().join(file), &sql);
    }
    bench.settle();
    bench
}

#[test]
fn a_column_that_is_dropped_is_told_and_blanks_nothing() {
    let pair = Pair::with_people(3);
    let before = pair.left_rows("SELECT * FROM person ORDER BY id");
    pair.right("ALTER TABLE human DROP COLUMN ort");
    let ended = pair.bench.treaty(&["sync"]).says("ort");
    assert_ne!(ended.code, 0, "{ended:#?}");
    pair.bench
        .treaty(&["check"])
        .expect(4)
        .says("unknown own field of right \"ort\"");
    assert_eq!(pair.left_rows("SELECT * FROM person ORDER BY id"), before);
    // Back again and empty, as after an unlucky migration: that is an edit, and
    // what it clears stands in the journal.
    pair.right("ALTER TABLE human ADD COLUMN ort TEXT; UPDATE human SET ort = 'Bonn'");
    pair.bench.settle();
    assert_eq!(pair.left_rows("SELECT * FROM person ORDER BY id"), before);
}

#[test]
fn a_column_that_is_renamed_is_told_and_blanks_nothing() {
    let bench = acquainted();
    bench.edit("crm/contacts.csv", "Email", "E-Mail");
    let before = bench.read("shop/people.csv");
    let ended = bench.treaty(&["sync"]).says("Email");
    assert_ne!(ended.code, 0, "{ended:#?}");
    assert_eq!(bench.read("shop/people.csv"), before);
    bench.edit("contact.csv", "Email,mail", "E-Mail,mail");
    bench.settle();
    assert_eq!(bench.read("shop/people.csv"), before);
}

#[test]
fn a_row_added_to_the_table_overwrites_nothing_unasked() {
    let pair = Pair::with_people(3);
    pair.left("ALTER TABLE person ADD COLUMN memo TEXT");
    pair.left("UPDATE person SET memo = 'left memo' WHERE id IN (1, 2)");
    pair.right("UPDATE human SET memo = 'right memo' WHERE nr IN (2, 3)");
    let table = pair.bench.read("person.csv");
    pair.bench.write(
        "person.csv",
        format!("{table}memo,text,shared,,memo,memo\n"),
    );
    pair.bench
        .treaty(&["sync"])
        .expect(0)
        .says("1 question waits for a person");
    pair.bench.settle();
    let left = pair.left_rows("SELECT memo FROM person ORDER BY id");
    let right = pair.right_rows("SELECT memo FROM human ORDER BY nr");
    assert_eq!(
        (left[1].as_str(), right[1].as_str()),
        ("left memo", "right memo"),
        "contested"
    );
    for (number, memo) in [(0, "left memo"), (2, "right memo")] {
        let held = [left[number].as_str(), right[number].as_str()];
        assert!(held.contains(&memo), "{held:?} lost {memo}");
    }
}

#[test]
fn very_different_counts_are_said() {
    let pair = Pair::with_people(3);
    pair.bench
        .edit("treaty.toml", "creates-from = [\"right\"]\n", "");
    for id in 10..30 {
        pair.right(&format!(
            "INSERT INTO human (nr, vorname, email) VALUES ({id}, 'Eva', 'e{id}@x.example')"
        ));
    }
    let said = "right has 23 records, left 3: they differ by more than count-difference-max = 0.02";
    pair.bench.treaty(&["sync"]).expect(0).says(said);
    pair.bench.treaty(&["sync"]).expect(0).says(said);
    let treaty = pair.bench.read("treaty.toml");
    let guards = "[guards]\ncount-difference-max = 0.9\n";
    pair.bench.write("treaty.toml", treaty + guards);
    let ended = pair.bench.treaty(&["sync"]).expect(0);
    assert!(!ended.stdout.contains("differ"), "{}", ended.stdout);
}
