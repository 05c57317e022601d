//! Doctor, on treaties that are well and on some that are not.

use std::process::Stdio;

use crate::database;
use crate::golden::Transcript;
use crate::sqlite::Pair;

/// The journal of a pair, in which its owner may plant what he likes.
fn plant(pair: &Pair, sql: &str) {
    database::execute(&pair.bench.path().join(".treaty/journal.db"), sql);
}

/// So many days ago, in the journal's own time.
fn days_ago(days: u32) -> String {
    format!("(CAST(strftime('%s', 'now') AS INTEGER) - {days} * 86400) * 1000000")
}

/// The symptoms that show.
fn symptoms(pair: &Pair, code: i32) -> Vec<String> {
    let found = pair.bench.treaty(&["doctor", "--format", "json"]);
    let found = found.expect(code).json();
    let symptoms = found["symptoms"].as_array().expect("a list").iter();
    let wrong = symptoms.filter(|symptom| symptom["is_wrong"] == true);
    let names = wrong.map(|symptom| symptom["name"].as_str().expect("a name").to_owned());
    names.collect()
}

#[test]
fn a_treaty_that_is_well() {
    let pair = Pair::with_people(3);
    let ended = pair.bench.treaty(&["doctor"]).expect(0);
    let ended = ended.says("  system left (sqlite): can be used");
    let ended = ended.says("    person: read ").says("all is well");
    let ended = ended.says("    left: ").says(" MiB of disk in use");
    let ended = ended.says("    Treaty's own state: ");
    assert!(!ended.stdout.contains('!'), "{}", ended.stdout);
    assert_eq!(symptoms(&pair, 0), [""; 0]);
    // Looking changes nothing.
    pair.bench.settle();
}

#[test]
fn a_treaty_that_was_never_synced_gets_no_ledger_from_a_look() {
    let pair = Pair::with_people(1);
    std::fs::remove_dir_all(pair.bench.path().join(".treaty")).expect("it is removed");
    let ended = pair.bench.treaty(&["doctor"]).expect(0);
    ended
        .says("nothing was synced yet")
        .says("person: never read");
    assert!(!pair.bench.path().join(".treaty/ledger.db").exists());
}

#[test]
fn a_table_that_changed_and_a_file_that_is_gone() {
    let pair = Pair::with_people(2);
    pair.left("ALTER TABLE person ADD COLUMN nick TEXT");
    pair.bench
        .treaty(&["doctor"])
        .expect(5)
        .says("!   person: since it was last seen, nick is new");
    pair.right("ALTER TABLE human DROP COLUMN ort");
    pair.bench
        .treaty(&["doctor"])
        .expect(5)
        .says("!   person: since it was last seen, ort is gone")
        .says("!   person: person.csv:");
    std::fs::remove_file(pair.bench.path().join("left.db")).expect("it is removed");
    pair.bench
        .treaty(&["doctor"])
        .expect(5)
        .says("! system left (sqlite): ");
}

#[test]
fn a_guard_that_stops_something_is_not_well() {
    let pair = Pair::with_people(30);
    pair.left("DELETE FROM person WHERE id <= 12");
    pair.bench.treaty(&["sync"]).expect(3);
    pair.bench
        .treaty(&["doctor"])
        .expect(5)
        .says("! a guard stops something: treaty approve delete-guard-");
}

#[test]
fn a_treaty_that_another_process_holds_is_told_by_its_ledger_alone() {
    let pair = Pair::with_people(2);
    let mut child = pair
        .bench
        .command(&["sync", "--watch", "--interval", "600"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    // It holds the treaty from its start on, which takes a moment.
    let held = (0..600).any(|_| {
        std::thread::park_timeout(std::time::Duration::from_millis(50));
        let ended = pair.bench.treaty(&["doctor"]).expect(0);
        ended
            .stdout
            .contains("another process works on this treaty")
            && !ended.stdout.contains("system left")
            && ended.stdout.contains("questions-grow")
    });
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
    assert!(held, "it says who holds the treaty");
}

#[test]
fn values_that_change_back_are_found() {
    let pair = Pair::with_people(1);
    for city in ["Kiel", "Bonn", "Kiel", "Bonn"] {
        pair.left(&format!("UPDATE person SET city = '{city}'"));
        pair.bench.sync();
    }
    // Kiel over Bonn, Bonn over Kiel: each write but the first sets one back.
    assert_eq!(symptoms(&pair, 5), ["values-change-back"]);
    pair.bench
        .treaty(&["doctor"])
        .expect(5)
        .says("values set back within a day: 3 (0)")
        .says("person 1 ort in right: 3 times")
        .says("hint: two automations disagree");
}

#[test]
fn planted_symptoms_are_found_in_the_week_in_which_they_are() {
    let pair = Pair::with_people(1);
    let verdict = |days: u32, reason: &str| {
        let at = days_ago(days);
        format!(
            "INSERT INTO entry (at, run, kind, entity, link, field, content) VALUES ({at}, 1,
             'verdict', 'person', 1, 'city', '{{\"decided\": {{\"reason\": \"{reason}\",
             \"sides\": [{{\"origin\": {{\"kind\": \"person\", \"actor\": \"anna\"}}}}]}}}}');"
        )
    };
    plant(&pair, &verdict(3, "newest").repeat(30));
    plant(&pair, &verdict(9, "").repeat(30));
    assert_eq!(symptoms(&pair, 0), [""; 0], "the older week is over");
    plant(&pair, &verdict(1, ""));
    assert_eq!(symptoms(&pair, 5), ["conflicts-nobody-can-trace"]);
    let given_up = format!(
        "INSERT INTO entry (at, run, kind, entity, link, system, field, content) VALUES ({}, 1,
         'given-up', 'person', 1, 'left', 'city',
         '{{\"candidate\": {{\"origin\": {{\"kind\": \"person\", \"actor\": \"anna\"}},
         \"standing\": \"edited\"}}}}');",
        days_ago(2)
    );
    plant(&pair, &given_up.repeat(10));
    assert_eq!(symptoms(&pair, 5).len(), 1, "ten times are no habit");
    plant(&pair, &given_up);
    assert_eq!(
        symptoms(&pair, 5),
        ["conflicts-nobody-can-trace", "people-work-around-it"]
    );
    pair.bench
        .treaty(&["doctor"])
        .expect(5)
        .says("person city by anna in left: 11 times")
        .says("hint: the table says otherwise than people work: `treaty advise` shows who really");
}

#[test]
fn each_of_the_six_symptoms_has_figures_a_trend_and_what_to_do() {
    let pair = Pair::with_people(1);
    let found = pair.bench.treaty(&["doctor", "--format", "json"]);
    let found = found.expect(0).json();
    let symptoms = found["symptoms"].as_array().expect("a list");
    let names: Vec<_> = symptoms.iter().map(|symptom| &symptom["name"]).collect();
    let expected = [
        "questions-grow",
        "quality-swings",
        "values-change-back",
        "conflicts-nobody-can-trace",
        "cost-grows-without-volume",
        "people-work-around-it",
    ];
    assert_eq!(names, expected);
    for symptom in symptoms {
        let figures = symptom["figures"].as_array().expect("a list");
        assert!(!figures.is_empty(), "{symptom}");
        for figure in figures {
            assert!(figure["what"].as_str().is_some_and(|what| !what.is_empty()));
            assert!(figure["now"].is_number() && figure["before"].is_number());
        }
        assert!(
            symptom["advice"]
                .as_str()
                .is_some_and(|advice| !advice.is_empty())
        );
    }
}

#[test]
fn planted_runs_and_questions_are_found() {
    let pair = Pair::with_people(1);
    let ledger = pair.bench.path().join(".treaty/ledger.db");
    let run = |days: u32, changed: u32, writes: u32, unread: u32| {
        let at = days_ago(days);
        format!(
            "INSERT INTO run (started_at, ended_at, summary) VALUES ({at}, {at},
             '{{\"entities\": [{{\"entity\": \"person\", \"systems\": {{\"left\": {{\"changed\":
             {changed}, \"writes\": {writes}, \"unread\": {unread}}}}}, \"linked\": 0,
             \"matched\": 0, \"held\": 0, \"duplicates\": 0, \"stopped\": false, \"decided\": 0,
             \"asked\": 0, \"changed\": 0, \"given_up\": 0, \"alerts\": [], \"dangling\": 0,
             \"setbacks\": []}}]}}');"
        )
    };
    database::execute(&ledger, &run(9, 100, 100, 1));
    database::execute(&ledger, &run(2, 100, 140, 5));
    assert_eq!(symptoms(&pair, 0), [""; 0]);
    database::execute(&ledger, &run(1, 100, 300, 60));
    assert_eq!(
        symptoms(&pair, 5),
        ["quality-swings", "cost-grows-without-volume"]
    );
    let question = format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10)
         INSERT INTO question (entity, subject, content, opened_at, state)
         SELECT 'person', '{{\"same\": [' || n || ', 999]}}', '{{}}', {}, 'open' FROM n",
        days_ago(1)
    );
    database::execute(&ledger, &question);
    assert_eq!(
        symptoms(&pair, 5),
        [
            "questions-grow",
            "quality-swings",
            "cost-grows-without-volume"
        ]
    );
}

#[test]
fn what_doctor_says_in_words() {
    let pair = Pair::with_people(30);
    let mut transcript = Transcript::of(&pair.bench);
    transcript.run(&["doctor"]).expect(0);
    for city in ["Kiel", "Bonn", "Kiel", "Bonn"] {
        pair.left(&format!("UPDATE person SET city = '{city}' WHERE id = 30"));
        pair.bench.sync();
    }
    pair.left("DELETE FROM person WHERE id <= 12");
    pair.bench.treaty(&["sync"]).expect(3);
    pair.left("ALTER TABLE person ADD COLUMN nick TEXT");
    pair.right("ALTER TABLE human RENAME TO people");
    transcript.run(&["doctor"]).expect(5);
    transcript.check("doctor");
}
