//! Removals and what happens between observing and applying: an edit that comes
//! in between must not go with the record.
//!
//! Two databases hold the same person; one deletes it. While the pass that
//! carries the delete over is deciding, somebody writes to the other database.

use treaty_engine::{Mode, Reply};
use treaty_model::SystemName;

use crate::pair::{IDA, Pair, query, run};

impl Pair {
    /// The left database deletes Ida; while the pass that carries this over is
    /// deciding, somebody does this to the right one. How many writes were
    /// found stale.
    async fn delete_and_meanwhile(&self, sql: &'static str) -> u64 {
        run(&self.left_db(), "DELETE FROM person WHERE id = 1");
        self.meanwhile(sql);
        let report = self.pass().await;
        assert!(self.has_happened());
        report.entities[0].systems[&SystemName::from("right")].stale
    }
}

#[tokio::test]
async fn an_edit_of_what_is_to_be_removed_wins() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        let edit = "UPDATE person SET phone = '+49309999999' WHERE id = 1";
        assert_eq!(pair.delete_and_meanwhile(edit).await, 1, "{deletes}");
        assert_eq!(pair.right().as_deref(), Some("+49309999999 a"));
        // The next pass decides afresh: the record lives, and goes back to
        // where it was deleted.
        pair.pass().await;
        let left = "SELECT phone FROM person WHERE email = 'ida@lund.example'";
        assert_eq!(
            query(&pair.left_db(), left).as_deref(),
            Some("+49309999999")
        );
        assert_eq!(pair.right().as_deref(), Some("+49309999999 a"));
        assert!(pair.pass().await.is_quiet(), "{deletes}");
    }
}

#[tokio::test]
async fn an_edit_that_changes_no_value_only_delays_the_removal() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        let edit = "UPDATE person SET phone = '+49 30 1234567' WHERE id = 1";
        assert_eq!(pair.delete_and_meanwhile(edit).await, 1, "{deletes}");
        assert_eq!(pair.right().as_deref(), Some("+49 30 1234567 a"));
        pair.pass().await;
        assert_eq!(pair.right(), None, "{deletes}");
        assert!(pair.pass().await.is_quiet(), "{deletes}");
    }
}

#[tokio::test]
async fn an_edit_of_what_no_table_mentions_changes_nothing() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        let edit = "UPDATE person SET memo = 'new' WHERE id = 1";
        assert_eq!(pair.delete_and_meanwhile(edit).await, 0, "{deletes}");
        assert_eq!(pair.right(), None, "{deletes}");
        assert!(pair.pass().await.is_quiet(), "{deletes}");
    }
}

#[tokio::test]
async fn what_is_brought_back_lives_however_often_it_is_read() {
    let pair = Pair::new("archive").await;
    let left = |sql| run(&pair.left_db(), sql);
    left("UPDATE person SET gone = true WHERE id = 1");
    pair.pass().await;
    assert_eq!(pair.right(), None);
    left("UPDATE person SET gone = false WHERE id = 1");
    // A pass that only plans reads it too, and decides nothing.
    pair.pass_in(Mode::Plan).await;
    left("UPDATE person SET memo = 'back' WHERE id = 1");
    pair.pass().await;
    assert_eq!(
        query(&pair.left_db(), IDA).as_deref(),
        Some("+49301234567 back")
    );
    let right = "SELECT phone FROM person
        WHERE email = 'ida@lund.example' AND gone IS NOT TRUE";
    let right = query(&pair.right_db(), right);
    assert_eq!(right.as_deref(), Some("+49301234567"));
    assert!(pair.pass().await.is_quiet());
}

#[tokio::test]
async fn what_somebody_else_removed_meanwhile_is_gone() {
    for deletes in ["archive", "delete"] {
        let pair = Pair::new(deletes).await;
        let edit = "DELETE FROM person WHERE id = 1";
        assert_eq!(pair.delete_and_meanwhile(edit).await, 0, "{deletes}");
        assert!(pair.pass().await.is_quiet(), "{deletes}");
        assert!(pair.problems("right").is_empty(), "{deletes}");
    }
}

#[tokio::test]
async fn who_lets_a_record_go_has_seen_it_as_it_is() {
    let pair = Pair::new("ask").await;
    run(&pair.left_db(), "DELETE FROM person WHERE id = 1");
    pair.pass().await;
    let question = || {
        pair.engine()
            .questions()
            .expect("they load")
            .remove(0)
            .number
    };
    let let_go = |number| {
        let answered = pair.reader().answer(number, &Reply::Delete, "berta");
        answered.expect("it is answered");
    };
    let first = question();
    let edit = "UPDATE person SET phone = '+49309999999' WHERE id = 1";
    run(&pair.right_db(), edit);
    let_go(first);
    pair.pass().await;
    assert_eq!(pair.right().as_deref(), Some("+49309999999 a"));
    let second = question();
    assert_ne!(first, second, "it is asked again");
    let_go(second);
    pair.pass().await;
    assert_eq!(pair.right(), None);
    pair.settle().await;
}
