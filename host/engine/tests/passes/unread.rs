//! What cannot be read is told, waits, and is not written over.

use treaty_model::SystemName;

use crate::pair::{Pair, query, run, table_with_note};

const PHONE: &str = "SELECT phone FROM person WHERE id = 1";
const SINCE: &str = "SELECT since FROM person WHERE id = 1";
const NOTE: &str = "SELECT note FROM person WHERE id = 1";

/// A note that is longer than any text may be: the whole record cannot be read.
const TOO_LONG: &str = "UPDATE person SET note = replace(hex(zeroblob(1000000)), '0', 'n')
    WHERE id = 1";

impl Pair {
    /// Makes a pass that finds records in the right database which cannot be
    /// read, wholly or in part, and gives what it tells of them.
    async fn unread_pass(&self) -> (u64, u64, Vec<String>) {
        let report = self.pass().await;
        let right = &report.entities[0].systems[&SystemName::from("right")];
        (right.parked, right.unread, right.problems.clone())
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_told_and_not_written_over() {
    let pair = Pair::new("archive").await;
    run(
        &pair.right_db(),
        "UPDATE person SET since = 'soon', note = 'new' WHERE id = 1",
    );
    let (parked, unread, problems) = pair.unread_pass().await;
    assert_eq!((parked, unread), (0, 1));
    assert!(
        problems[0].starts_with("1, since: ") && problems.len() == 1,
        "{problems:?}"
    );
    // The other fields of the record go on.
    assert_eq!(query(&pair.left_db(), NOTE).as_deref(), Some("new"));

    run(
        &pair.left_db(),
        "UPDATE person SET since = '2021-01-01' WHERE id = 1",
    );
    pair.pass().await;
    let right = query(&pair.right_db(), SINCE);
    assert_eq!(right.as_deref(), Some("soon"));
    assert!(pair.pass().await.is_quiet(), "it waits");

    // Once it can be read it is an edit beside the other: a person decides.
    run(
        &pair.right_db(),
        "UPDATE person SET since = '2022-02-02' WHERE id = 1",
    );
    let report = pair.pass().await;
    assert_eq!(report.entities[0].asked, 1);
}

#[tokio::test]
async fn a_record_is_not_removed_over_an_edit_that_cannot_be_read() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        run(
            &pair.right_db(),
            "UPDATE person SET since = 'soon' WHERE id = 1",
        );
        pair.pass().await;
        run(&pair.left_db(), "DELETE FROM person WHERE id = 1");
        let report = pair.pass().await;
        let setbacks = &report.entities[0].setbacks;
        assert!(
            setbacks[0].starts_with("right 1, since: not removed"),
            "{setbacks:?}"
        );
        assert_eq!(query(&pair.right_db(), SINCE).as_deref(), Some("soon"));

        run(
            &pair.right_db(),
            "UPDATE person SET since = '2022-02-02' WHERE id = 1",
        );
        pair.pass().await;
        pair.pass().await;
        let left = "SELECT since FROM person WHERE email = 'ida@lund.example'";
        let left = query(&pair.left_db(), left);
        assert_eq!(left.as_deref(), Some("2022-02-02"), "{deletes}");
    }
}

#[tokio::test]
async fn a_removal_goes_on_where_the_unreadable_value_is_no_edit() {
    let pair = Pair::new("archive").await;
    for side in [pair.left_db(), pair.right_db()] {
        run(
            &side,
            "INSERT INTO person (id, email, since) VALUES (3, 'eva@lund.example', 'soon')",
        );
    }
    pair.pass().await;
    run(&pair.left_db(), "DELETE FROM person WHERE id = 3");
    pair.pass().await;
    let archived = query(
        &pair.right_db(),
        "SELECT gone || '' FROM person WHERE id = 3",
    );
    assert_eq!(archived.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_record_that_cannot_be_read_waits_as_a_whole() {
    let pair = Pair::new("archive").await;
    run(&pair.right_db(), TOO_LONG);
    run(
        &pair.right_db(),
        "INSERT INTO person (id, email, note) VALUES
            (7, 'eva@lund.example', replace(hex(zeroblob(1000000)), '0', 'n'))",
    );
    let (parked, unread, problems) = pair.unread_pass().await;
    assert_eq!((parked, unread), (2, 0), "{problems:?}");
    run(
        &pair.left_db(),
        "UPDATE person SET phone = '+49309999999', note = 'left' WHERE id = 1",
    );
    pair.pass().await;
    assert!(pair.pass().await.is_quiet(), "it waits");
    // Nobody knows who Eva is: nothing is made of her.
    let people = "SELECT count(*) || '' FROM person";
    assert_eq!(query(&pair.left_db(), people).as_deref(), Some("2"));
    let right = query(&pair.right_db(), PHONE);
    assert_eq!(right.as_deref(), Some("+49301234567"));

    run(
        &pair.right_db(),
        "UPDATE person SET note = 'short' WHERE id IN (1, 7)",
    );
    let report = pair.pass().await;
    assert_eq!(report.entities[0].asked, 1, "both sides wrote a note");
    assert_eq!(query(&pair.left_db(), people).as_deref(), Some("3"));
    let right = query(&pair.right_db(), PHONE);
    assert_eq!(right.as_deref(), Some("+49309999999"), "nobody contests it");
}

#[tokio::test]
async fn what_cannot_be_written_is_kept_with_its_record_until_it_can() {
    let mut pair = Pair::new("archive").await;
    // In capitals on the left: there `new` would come back as `NEW`.
    pair.write_table(&table_with_note("upper"));
    pair.restart().await;
    pair.settle().await;
    let in_trouble = |pair: &Pair| pair.engine().records_in_trouble().expect("it counts");
    assert_eq!(in_trouble(&pair), 0);
    run(
        &pair.right_db(),
        "UPDATE person SET note = 'new' WHERE id = 1",
    );
    pair.settle().await;
    assert_eq!(in_trouble(&pair), 1);
    // An edit of another field changes nothing about that.
    run(
        &pair.left_db(),
        "UPDATE person SET phone = '+49309999999' WHERE id = 1",
    );
    pair.settle().await;
    assert_eq!(in_trouble(&pair), 1);
    run(
        &pair.right_db(),
        "UPDATE person SET note = 'NEW' WHERE id = 1",
    );
    pair.settle().await;
    assert_eq!(in_trouble(&pair), 0);
    assert_eq!(query(&pair.left_db(), NOTE).as_deref(), Some("NEW"));
}

#[tokio::test]
async fn what_a_system_refuses_is_kept_with_its_record_until_it_takes_it() {
    let pair = Pair::new("archive").await;
    run(
        &pair.right_db(),
        "CREATE TRIGGER polite BEFORE UPDATE ON person WHEN new.note = 'rude'
         BEGIN SELECT RAISE(ABORT, 'not that word'); END",
    );
    run(
        &pair.left_db(),
        "UPDATE person SET note = 'rude' WHERE id = 1",
    );
    let report = pair.pass().await;
    let setbacks = &report.entities[0].setbacks;
    assert!(
        setbacks[0].starts_with("right 1: refused: ") && setbacks[0].contains("not that word"),
        "{setbacks:?}"
    );
    assert!(pair.pass().await.is_quiet(), "it is not sent again");
    let in_trouble = || pair.engine().records_in_trouble().expect("it counts");
    assert_eq!(in_trouble(), 1);
    run(
        &pair.left_db(),
        "UPDATE person SET note = 'kind' WHERE id = 1",
    );
    pair.settle().await;
    assert_eq!(in_trouble(), 0);
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("kind"));
}

#[tokio::test]
async fn a_new_record_that_a_system_refuses_is_kept_with_the_one_it_comes_from() {
    let mut pair = Pair::new("archive").await;
    run(
        &pair.right_db(),
        "CREATE TRIGGER polite BEFORE INSERT ON person WHEN new.note = 'rude'
         BEGIN SELECT RAISE(ABORT, 'not that word'); END",
    );
    run(
        &pair.left_db(),
        "INSERT INTO person (id, email, note) VALUES (3, 'eva@lund.example', 'rude')",
    );
    let report = pair.pass().await;
    let setbacks = &report.entities[0].setbacks;
    assert!(
        setbacks[0].starts_with("right, new record of link ")
            && setbacks[0].ends_with(": refused: not that word"),
        "{setbacks:?}"
    );
    let why = "3 record: as a new record in right: refused: not that word";
    assert_eq!(pair.problems("left"), [why]);
    assert!(pair.pass().await.is_quiet(), "it is not tried again");
    pair.restart().await;
    let report = pair.pass().await;
    let right = report.entities[0]
        .systems
        .values()
        .map(|system| system.refused);
    assert_eq!(right.sum::<u64>(), 1, "a start tries it once");
    assert!(pair.pass().await.is_quiet());
    assert_eq!(pair.problems("left"), [why]);

    run(
        &pair.left_db(),
        "UPDATE person SET note = 'kind' WHERE id = 3",
    );
    pair.settle().await;
    assert_eq!(pair.problems("left"), Vec::<String>::new());
    let note = "SELECT note FROM person WHERE email = 'eva@lund.example'";
    assert_eq!(query(&pair.right_db(), note).as_deref(), Some("kind"));
}

#[tokio::test]
async fn what_was_refused_is_made_once_the_system_takes_it() {
    let mut pair = Pair::new("archive").await;
    run(
        &pair.right_db(),
        "CREATE TRIGGER closed BEFORE INSERT ON person
         BEGIN SELECT RAISE(ABORT, 'closed for today'); END",
    );
    run(
        &pair.left_db(),
        "INSERT INTO person (id, email, note) VALUES (3, 'eva@lund.example', 'new')",
    );
    pair.pass().await;
    run(&pair.right_db(), "DROP TRIGGER closed");
    assert!(pair.pass().await.is_quiet(), "nothing tells that it opened");
    pair.restart().await;
    pair.settle().await;
    assert_eq!(pair.problems("left"), Vec::<String>::new());
    let note = "SELECT note FROM person WHERE email = 'eva@lund.example'";
    assert_eq!(query(&pair.right_db(), note).as_deref(), Some("new"));
}
