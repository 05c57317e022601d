//! A new field table, or a new version of a rule, is not an edit.

use treaty_engine::Mode;
use treaty_model::{Cell, Value};

use crate::pair::{Pair, query, run, table_with_note};

const NOTE: &str = "SELECT note FROM person WHERE id = 1";

/// The left system writes `n` for what is called `en` from now on.
const CODED: &str = "map(n = en; * = *)";

impl Pair {
    /// Both sides write another note.
    fn contest_note(&self) {
        for (side, note) in [(self.left_db(), "left"), (self.right_db(), "right")] {
            run(
                &side,
                &format!("UPDATE person SET note = '{note}' WHERE id = 1"),
            );
        }
    }

    /// The user saves a field table in which the left note is read like this.
    async fn change_table(&mut self, transform: &str) {
        self.write_table(&table_with_note(transform));
        self.restart().await;
    }

    /// What a plan would write, as field texts by system index.
    async fn planned(&self) -> Vec<Cell> {
        let plan = self.pass_in(Mode::Plan).await.plan;
        let operations = plan.links.iter().flat_map(|link| &link.operations);
        operations
            .filter_map(|operation| match operation {
                treaty_model::Operation::Write(write) => Some(write.values.clone()),
                _ => None,
            })
            .flatten()
            .filter(Option::is_some)
            .collect()
    }
}

#[tokio::test]
async fn what_a_new_table_would_write_shows_in_the_plan_and_no_edit_is_made_of_it() {
    let mut pair = Pair::new("archive").await;
    pair.change_table(CODED).await;
    // The left note now reads `en`. Nobody wrote it: base takes its new form, and
    // the right system, which spells it as it did, is told so in the plan first.
    let planned = pair.planned().await;
    assert!(!planned.is_empty());
    assert!(
        planned.iter().all(|cell| *cell == Some(Value::text("en"))),
        "{planned:?}"
    );
    let report = pair.pass().await;
    assert_eq!(report.entities[0].asked, 0, "nobody is asked about it");
    assert_eq!(report.entities[0].given_up, 0);
    assert!(pair.pass().await.is_quiet());
    let left = query(&pair.left_db(), NOTE);
    assert_eq!(
        left.as_deref(),
        Some("n"),
        "what stands there already reads so"
    );
}

#[tokio::test]
async fn an_edit_that_nobody_had_seen_meets_the_new_form_and_is_not_lost() {
    let mut pair = Pair::new("archive").await;
    run(
        &pair.right_db(),
        "UPDATE person SET note = 'new' WHERE id = 1",
    );
    pair.change_table(CODED).await;
    // Who wrote `new` thought of `n`, not of `en`: both stand, and the rule
    // decides; here it asks.
    let report = pair.pass().await;
    assert_eq!(report.entities[0].asked, 1);
    assert!(pair.pass().await.is_quiet());
    assert_eq!(query(&pair.right_db(), NOTE).as_deref(), Some("new"));
    // An edit of a field whose form is the same goes on as ever.
    run(
        &pair.right_db(),
        "UPDATE person SET phone = '+49309999999' WHERE id = 1",
    );
    pair.settle().await;
    let phone = "SELECT phone FROM person WHERE id = 1";
    let left = query(&pair.left_db(), phone);
    assert_eq!(left.as_deref(), Some("+49309999999"));
}

#[tokio::test]
async fn a_contest_stays_one_under_the_new_table() {
    let mut pair = Pair::new("archive").await;
    pair.contest_note();
    let report = pair.pass().await;
    assert_eq!(report.entities[0].asked, 1);
    pair.change_table(CODED).await;
    pair.pass().await;
    let (left, right) = (query(&pair.left_db(), NOTE), query(&pair.right_db(), NOTE));
    assert_eq!(left.as_deref(), Some("left"), "nobody has decided");
    assert_eq!(right.as_deref(), Some("right"));
}

#[tokio::test]
async fn what_waits_for_a_person_is_put_to_the_new_rule() {
    let mut pair = Pair::new("archive").await;
    pair.contest_note();
    assert_eq!(pair.pass().await.entities[0].asked, 1);
    assert!(pair.pass().await.is_quiet());
    pair.edit_treaty("default = \"escalate\"", "default = \"prefer(right)\"");
    pair.restart().await;
    pair.settle().await;
    assert_eq!(query(&pair.left_db(), NOTE).as_deref(), Some("right"));
    let questions = pair.engine().questions().expect("they load");
    assert!(questions.is_empty(), "{questions:?}");
}
