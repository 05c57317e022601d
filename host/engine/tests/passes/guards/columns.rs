//! Columns that change: their fields stand still, and nothing is removed there.

use std::collections::BTreeSet;

use treaty_engine::Mode;

use super::{NOTE, PEOPLE};
use crate::pair::{Pair, query, run};

/// Starts Treaty again after the columns of a database have changed: a pass under
/// way would end for that system.
async fn altered(pair: &mut Pair, sql: &str) {
    run(&pair.right_db(), sql);
    pair.restart().await;
}

#[tokio::test]
async fn a_column_that_is_renamed_pauses_its_field_and_nothing_else() {
    let mut pair = Pair::new("archive").await;
    altered(&mut pair, "ALTER TABLE person RENAME COLUMN note TO remark").await;
    run(
        &pair.left_db(),
        "UPDATE person SET note = 'new', phone = '+49301111111' WHERE id = 1;
         UPDATE person SET note = 'newer' WHERE id = 2",
    );
    run(
        &pair.right_db(),
        "UPDATE person SET remark = 'edited' WHERE id = 2",
    );
    for _ in 0..2 {
        assert_eq!(pair.guarded().await, ["schema-drift"]);
    }
    let trip = &pair.reader().trips().expect("they load")[0].trip;
    assert_eq!(
        trip.message,
        "in right, note is gone, and new are: remark: note of person is neither read nor written there, \
         and no person that has a record there is removed anywhere"
    );
    let phone = "SELECT phone FROM person WHERE id = 1";
    assert_eq!(
        query(&pair.right_db(), phone).as_deref(),
        Some("+49301111111")
    );
    let remark = "SELECT remark FROM person WHERE id = 1";
    assert_eq!(query(&pair.right_db(), remark).as_deref(), Some("n"));

    altered(&mut pair, "ALTER TABLE person RENAME COLUMN remark TO note").await;
    pair.pass().await;
    assert_eq!(
        query(&pair.right_db(), NOTE).as_deref(),
        Some("new"),
        "it is owed"
    );
    // What was edited there meanwhile is an edit, and the two are contested.
    assert_eq!(pair.engine().questions().expect("they load").len(), 1);
    assert!(pair.reader().trips().expect("they load").is_empty());
}

#[tokio::test]
async fn nothing_is_removed_where_a_field_stands_still() {
    let mut pair = Pair::new("archive").await;
    altered(&mut pair, "ALTER TABLE person RENAME COLUMN note TO remark").await;
    // Nobody can see that one of them was edited.
    let edit = "UPDATE person SET remark = 'edited' WHERE id = 1";
    run(&pair.right_db(), edit);
    run(&pair.left_db(), "DELETE FROM person");
    for _ in 0..2 {
        let report = pair.engine().pass(Mode::Sync, &BTreeSet::new()).await;
        let report = report.expect("the pass is made");
        assert_eq!(report.entities[0].systems[&"right".into()].deletes, 0);
        assert!(report.trips[0].message.ends_with("is removed anywhere"));
    }
    assert_eq!(query(&pair.right_db(), PEOPLE).as_deref(), Some("2"));

    altered(&mut pair, "ALTER TABLE person RENAME COLUMN remark TO note").await;
    pair.pass().await;
    // The edit wins over the delete, and what nobody edited goes.
    let notes = "SELECT group_concat(note) FROM person WHERE gone IS NOT TRUE";
    assert_eq!(query(&pair.right_db(), notes).as_deref(), Some("edited"));
    assert_eq!(query(&pair.left_db(), notes).as_deref(), Some("edited"));
    pair.settle().await;
}

#[tokio::test]
async fn a_delete_where_a_field_stands_still_waits_too() {
    let mut pair = Pair::new("archive").await;
    altered(&mut pair, "ALTER TABLE person RENAME COLUMN note TO remark").await;
    run(
        &pair.right_db(),
        "UPDATE person SET gone = true WHERE id = 1",
    );
    assert_eq!(pair.guarded().await, ["schema-drift"]);
    assert_eq!(query(&pair.left_db(), PEOPLE).as_deref(), Some("2"));
    altered(&mut pair, "ALTER TABLE person RENAME COLUMN remark TO note").await;
    pair.pass().await;
    assert_eq!(query(&pair.left_db(), PEOPLE).as_deref(), Some("1"));
    pair.settle().await;
}

#[tokio::test]
async fn a_column_that_is_retyped_pauses_its_field_until_a_person_approves() {
    let mut pair = Pair::new("archive").await;
    let retype = "ALTER TABLE person RENAME COLUMN note TO note_text;
        ALTER TABLE person ADD COLUMN note INTEGER;
        UPDATE person SET note = 7";
    altered(&mut pair, retype).await;
    run(
        &pair.left_db(),
        "UPDATE person SET phone = '+49301111111' WHERE id = 1",
    );
    assert_eq!(pair.guarded().await, ["schema-drift"]);
    let note = "SELECT note || '' FROM person WHERE id = 1";
    assert_eq!(query(&pair.right_db(), note).as_deref(), Some("7"));
    assert_eq!(
        query(&pair.left_db(), note).as_deref(),
        Some("n"),
        "nothing spreads"
    );

    pair.approve_all();
    // A process at work has to open the treaty again, and then it does not ask.
    assert!(pair.guarded().await.is_empty());
    assert_eq!(query(&pair.left_db(), note).as_deref(), Some("n"));
    pair.restart().await;
    assert!(pair.guarded().await.is_empty());
    // The numbers are edits now, as the treaty decides.
    assert_eq!(query(&pair.left_db(), note).as_deref(), Some("7"));
    pair.settle().await;
}
