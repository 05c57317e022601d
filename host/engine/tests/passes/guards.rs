//! The guards: each trips, says so, outlives a restart, and lets through once what
//! a person approves.

mod columns;

use crate::pair::{Pair, query, run};

/// A pair with these guards set.
async fn guarded(guards: &str) -> Pair {
    let mut pair = Pair::new("archive").await;
    pair.edit_treaty(
        "[guards]\n",
        &format!("[guards]\ncreates-max = 1000\n{guards}\n"),
    );
    pair.restart().await;
    pair
}

const PEOPLE: &str = "SELECT count(*) || '' FROM person WHERE gone IS NOT TRUE";
const NOTE: &str = "SELECT note FROM person WHERE id = 1";

/// So many new people in the left database.
fn newcomers(pair: &Pair, count: u64) {
    run(
        &pair.left_db(),
        &format!(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
             INSERT INTO person (email, phone, note)
             SELECT 'p' || n || '@new.example', '+4930' || (500000 + n), 'n' FROM n"
        ),
    );
}

#[tokio::test]
async fn a_value_that_is_set_back_each_time_is_held_and_the_rest_goes_on() {
    let mut pair = guarded("flips-max = 2\nwindow-minutes = 60").await;
    // Two automations, each sure of its own value.
    let left = |note: &str| {
        run(
            &pair.left_db(),
            &format!("UPDATE person SET note = '{note}' WHERE id = 1"),
        )
    };
    let right = |note: &str| {
        run(
            &pair.right_db(),
            &format!("UPDATE person SET note = '{note}' WHERE id = 1"),
        )
    };
    for _ in 0..2 {
        left("L");
        assert!(pair.guarded().await.is_empty());
        assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("L"));
        right("R");
        assert!(pair.guarded().await.is_empty());
        assert_eq!(query(&pair.left_db(), NOTE).as_deref(), Some("R"));
    }
    left("L");
    run(&pair.left_db(), "UPDATE person SET note = 'M' WHERE id = 2");
    assert_eq!(pair.guarded().await, ["flip-flop"]);
    assert_eq!(
        query(&pair.right_db(), NOTE).as_deref(),
        Some("R"),
        "it is held"
    );
    let max = "SELECT note FROM person WHERE id = 2";
    assert_eq!(
        query(&pair.right_db(), max).as_deref(),
        Some("M"),
        "the rest goes on"
    );

    pair.restart().await;
    assert_eq!(pair.guarded().await, ["flip-flop"]);
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("L"));
    pair.settle().await;
}

#[tokio::test]
async fn a_record_that_is_written_too_often_rests_until_the_window_has_passed() {
    let pair = guarded("record-writes-max = 3\nwindow-minutes = 10").await;
    let note = |number: u32| {
        let sql = format!("UPDATE person SET note = 'n{number}' WHERE id = 1");
        run(&pair.left_db(), &sql);
    };
    for number in 0..3 {
        note(number);
        assert!(pair.guarded().await.is_empty());
    }
    note(3);
    assert_eq!(pair.guarded().await, ["record-writes"]);
    pair.wait_seconds(11 * 60);
    assert!(pair.guarded().await.is_empty());
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("n3"));
    assert!(pair.reader().trips().expect("they load").is_empty());
}

#[tokio::test]
async fn a_system_that_shows_nothing_stops_the_plan() {
    let pair = guarded("empty-from = 2").await;
    run(&pair.left_db(), "DELETE FROM person");
    assert_eq!(pair.guarded().await, ["side-empty"]);
    assert_eq!(query(&pair.right_db(), PEOPLE).as_deref(), Some("2"));
    assert_eq!(pair.guarded().await, ["side-empty"], "it stays");
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    assert_eq!(query(&pair.right_db(), PEOPLE).as_deref(), Some("0"));
    pair.settle().await;
}

#[tokio::test]
async fn a_system_that_was_let_be_empty_is_news_again_once_it_was_not() {
    let pair = guarded("empty-from = 2").await;
    // Nothing tells of these deletes: the records are missing, which proves nothing.
    let emptied = "DELETE FROM person; DROP TABLE treaty_changes";
    run(&pair.left_db(), emptied);
    assert_eq!(pair.guarded().await, ["side-empty"]);
    pair.approve_all();
    for _ in 0..3 {
        assert!(pair.guarded().await.is_empty());
    }
    assert_eq!(query(&pair.right_db(), PEOPLE).as_deref(), Some("2"));
    newcomers(&pair, 1);
    assert!(pair.guarded().await.is_empty());
    run(&pair.left_db(), emptied);
    assert_eq!(pair.guarded().await, ["side-empty"]);
}

#[tokio::test]
async fn a_canary_that_is_not_seen_stops_the_plan_until_it_is() {
    let mut pair = Pair::new("archive").await;
    pair.edit_treaty(
        "[entities.person.systems.right]\n",
        "[entities.person.systems.right]\ncanaries = [\"2\"]\n",
    );
    pair.restart().await;
    assert!(pair.guarded().await.is_empty());
    run(&pair.right_db(), "UPDATE person SET id = 7 WHERE id = 2");
    run(
        &pair.left_db(),
        "UPDATE person SET note = 'new' WHERE id = 1",
    );
    assert_eq!(pair.guarded().await, ["canary"]);
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("n"));
    run(&pair.right_db(), "UPDATE person SET id = 2 WHERE id = 7");
    assert!(pair.guarded().await.is_empty());
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("new"));
}

#[tokio::test]
async fn too_many_questions_at_once_are_not_asked() {
    let pair = guarded("questions-max = 1").await;
    for (side, phone) in [(pair.left_db(), 1), (pair.right_db(), 2)] {
        run(
            &side,
            &format!("UPDATE person SET phone = '+4930111111' || {phone}"),
        );
    }
    assert_eq!(pair.guarded().await, ["question-flood"]);
    assert!(pair.engine().questions().expect("they load").is_empty());
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    assert_eq!(pair.engine().questions().expect("they load").len(), 2);
    // They are open: nobody is asked anew.
    assert!(pair.guarded().await.is_empty());
}

#[tokio::test]
async fn who_approves_one_guard_after_the_other_comes_to_the_end() {
    let mut pair = guarded("questions-max = 1\nwrites-per-minute-max = 1").await;
    for (side, phone) in [(pair.left_db(), 1), (pair.right_db(), 2)] {
        run(
            &side,
            &format!("UPDATE person SET phone = '+4930111111' || {phone}"),
        );
    }
    run(&pair.left_db(), "UPDATE person SET note = 'new'");
    assert_eq!(pair.guarded().await, ["write-cap", "question-flood"]);
    pair.approve(|guard| guard == "question-flood");
    assert_eq!(pair.guarded().await, ["write-cap"]);
    pair.restart().await;
    assert_eq!(
        pair.guarded().await,
        ["write-cap"],
        "the first stays approved"
    );
    pair.approve(|guard| guard == "write-cap");
    assert!(pair.guarded().await.is_empty());
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("new"));
    // It let one plan through, and no other.
    run(&pair.left_db(), "UPDATE person SET note = 'newer'");
    let stopped = pair.guarded().await;
    assert!(stopped.iter().any(|guard| guard == "write-cap"));
}

#[tokio::test]
async fn too_many_records_that_cannot_be_read_stop_the_plan_until_approved() {
    let mut pair = guarded("faults-max = 1").await;
    run(
        &pair.left_db(),
        "UPDATE person SET since = 'soon', note = 'new'",
    );
    assert_eq!(pair.guarded().await, ["fault-flood"]);
    // They are no news any more, and still nobody has looked.
    assert_eq!(pair.guarded().await, ["fault-flood"]);
    pair.restart().await;
    assert_eq!(pair.guarded().await, ["fault-flood"]);
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("n"));
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("new"));
}

#[tokio::test]
async fn a_system_that_refuses_too_much_is_left_alone_until_approved() {
    let pair = guarded("errors-max = 3").await;
    newcomers(&pair, 5);
    run(
        &pair.right_db(),
        "CREATE TRIGGER closed BEFORE INSERT ON person BEGIN SELECT RAISE(ABORT, 'closed'); END",
    );
    assert_eq!(pair.guarded().await, ["error-flood"]);
    run(&pair.right_db(), "DROP TRIGGER closed");
    run(
        &pair.left_db(),
        "UPDATE person SET note = 'new' WHERE id = 1",
    );
    assert_eq!(pair.guarded().await, ["error-flood"]);
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("n"));
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("new"));
}

/// A name as long as a book is more than a matcher may hand back.
const EVA: &str = "INSERT INTO person (id, email, note) VALUES
    (30, 'eva' || replace(hex(zeroblob(100000)), '0', 'a') || '@lund.example', 'n')";

#[tokio::test]
async fn a_rule_that_faults_too_often_is_switched_off_and_what_it_decides_waits() {
    let mut pair = guarded("rule-faults-max = 0").await;
    run(&pair.right_db(), EVA);
    assert_eq!(pair.guarded().await, ["rule-off"]);
    newcomers(&pair, 1);
    run(
        &pair.left_db(),
        "UPDATE person SET note = 'new' WHERE id = 1",
    );
    assert_eq!(pair.guarded().await, ["rule-off"]);
    assert_eq!(
        query(&pair.right_db(), PEOPLE).as_deref(),
        Some("3"),
        "nobody is made"
    );
    pair.restart().await;
    assert_eq!(pair.guarded().await, ["rule-off"]);
    run(&pair.right_db(), "DELETE FROM person WHERE id = 30");
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    pair.settle().await;
    assert_eq!(
        query(&pair.right_db(), PEOPLE).as_deref(),
        Some("3"),
        "the newcomer"
    );
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("new"));
}

#[tokio::test]
async fn what_is_still_being_typed_stays_at_home() {
    let pair = guarded("settle-seconds = 60").await;
    // The databases' own clock says when a new record was made.
    pair.tell_the_time();
    let edit = |note: &str| {
        run(
            &pair.left_db(),
            &format!("UPDATE person SET note = '{note}' WHERE id = 1"),
        );
    };
    edit("ne");
    newcomers(&pair, 1);
    pair.pass().await;
    pair.wait_seconds(40);
    edit("new");
    pair.pass().await;
    pair.wait_seconds(40);
    pair.pass().await;
    assert_eq!(
        query(&pair.right_db(), NOTE).as_deref(),
        Some("n"),
        "it was edited since"
    );
    assert_eq!(
        query(&pair.right_db(), PEOPLE).as_deref(),
        Some("3"),
        "the newcomer was not"
    );
    pair.wait_seconds(40);
    pair.pass().await;
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("new"));
    pair.settle().await;
}
