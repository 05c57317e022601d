//! What a treaty does from time to time: its journal forgets what is too old.

use std::collections::BTreeSet;

use treaty_engine::{Explained, Happening, Mode, Told, UndoWish};
use treaty_model::RunId;

use crate::pair::{IDA, Pair, query, run};

const DAY_SECONDS: i64 = 86_400;

/// How many events of Ida's are told, and of how many only the skeleton.
fn told(pair: &Pair) -> (usize, usize) {
    let explained = pair.reader().explain("person", "ida@lund.example", None);
    let Explained::One(account) = explained.expect("it is told") else {
        panic!("Ida is one person");
    };
    let skeleton = |event: &&Told| match &event.what {
        Happening::Other { content, .. } => content["forgotten"] == true,
        _ => false,
    };
    let skeletons = account.events.iter().filter(skeleton).count();
    (account.events.len(), skeletons)
}

/// Edits Ida's note; gives the run that carries it over.
async fn edited(pair: &Pair, note: &str) -> RunId {
    let sql = format!("UPDATE person SET note = '{note}' WHERE id = 1");
    run(&pair.left_db(), &sql);
    pair.pass().await.run.expect("something was done")
}

/// Undoes a run: how many writes that takes, and why others are left.
async fn undone(pair: &Pair, run: RunId) -> (u64, Vec<String>) {
    let wish = UndoWish {
        run,
        everywhere: false,
        by: "olga".to_owned(),
    };
    let engine = pair.engine();
    let undone = engine.undo(&wish, Mode::Plan, &BTreeSet::new()).await;
    let undone = undone.expect("there was such a run");
    let systems = undone.report.entities.iter();
    let systems = systems.flat_map(|entity| entity.systems.values());
    let left = undone.left.into_iter().map(|left| left.why);
    (systems.map(|system| system.writes).sum(), left.collect())
}

#[tokio::test]
async fn what_is_older_than_the_treaty_keeps_is_a_skeleton() {
    let mut pair = Pair::new("archive").await;
    pair.edit_treaty("[guards]\n", "[journal]\nkeep-days = 30\n[guards]\n");
    pair.restart().await;
    let long_ago = edited(&pair, "old").await;
    let (old, skeletons) = told(&pair);
    assert!(old > 0 && skeletons == 0, "{old}, {skeletons}");

    pair.wait_seconds(29 * DAY_SECONDS);
    let lately = edited(&pair, "young").await;
    let (all, skeletons) = told(&pair);
    assert!(all > old && skeletons == 0, "{all}, {skeletons}");

    pair.wait_seconds(2 * DAY_SECONDS);
    pair.pass().await;
    // Of an entry about several fields one skeleton is left.
    let (left, skeletons) = told(&pair);
    assert_eq!(left - skeletons, all - old, "the young ones stay");
    assert!((1..=old).contains(&skeletons), "{skeletons} of {old}");
    let (writes, left) = undone(&pair, long_ago).await;
    assert_eq!((writes, left.len()), (0, 1), "{left:?}");
    assert!(left[0].contains("no longer tells"), "{left:?}");
    assert_eq!(undone(&pair, lately).await, (1, Vec::new()));
    // What stands is no part of what was told.
    assert!(pair.pass().await.is_quiet());
    edited(&pair, "new").await;
    let note = query(&pair.right_db(), "SELECT note FROM person WHERE id = 1");
    assert_eq!(note.as_deref(), Some("new"));
    assert!(query(&pair.right_db(), IDA).is_some());
}

#[tokio::test]
async fn a_clock_that_was_put_back_does_not_stop_it() {
    let mut pair = Pair::new("archive").await;
    pair.edit_treaty("[guards]\n", "[journal]\nkeep-days = 15\n[guards]\n");
    pair.wait_seconds(1_000 * DAY_SECONDS);
    pair.restart().await;
    pair.pass().await;
    pair.wait_seconds(-900 * DAY_SECONDS);
    edited(&pair, "in between").await;
    let (all, _) = told(&pair);
    pair.wait_seconds(20 * DAY_SECONDS);
    pair.pass().await;
    assert_eq!(told(&pair), (all, all));
}

#[tokio::test]
async fn without_the_setting_nothing_is_forgotten() {
    let pair = Pair::new("archive").await;
    edited(&pair, "old").await;
    let (all, _) = told(&pair);
    pair.wait_seconds(10_000 * DAY_SECONDS);
    pair.pass().await;
    assert_eq!(told(&pair), (all, 0));
}
