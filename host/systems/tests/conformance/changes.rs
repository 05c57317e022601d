//! Listings and changes.

use std::collections::BTreeSet;

use treaty_model::{Clock as _, Value};
use treaty_systems::{ChangeFeed, Listing};

use crate::world::{LONG_AGO_MICROS, Person, World, cell, drain, get, next};

/// A time after every person that was put long ago, and before the clock.
const LATER_MICROS: i64 = LONG_AGO_MICROS + 60_000_000;

fn people(ids: std::ops::RangeInclusive<i64>) -> Vec<Person> {
    ids.map(|id| Person::new(id, &format!("person {id}")))
        .collect()
}

pub async fn a_listing_and_then_changes(world: &dyn World) {
    world.put(&people(1..=3)).await;
    let first = drain(world, None, 100).await;
    assert!(first.has_listing());
    assert_eq!(first.ids(), [1, 2, 3]);
    world
        .put(&[
            Person::new(2, "Berta").at(LATER_MICROS),
            Person::new(4, "Dora").at(LATER_MICROS),
        ])
        .await;
    let then = drain(world, first.cursor, 100).await;
    let berta = then.record(2).expect("the change is shown");
    assert_eq!(cell(world, berta, "name").await, Some(Value::text("Berta")));
    assert!(then.record(4).is_some(), "the new record is shown");
    if world.connector().capabilities().changes != ChangeFeed::Listing {
        assert!(!then.has_listing());
        assert!(then.record(1).is_none(), "what did not change is not shown");
    }
}

pub async fn small_pages_show_everything_once(world: &dyn World) {
    world.put(&people(1..=25)).await;
    let listed = drain(world, None, 4).await;
    assert_eq!(listed.ids(), (1..=25).collect::<Vec<_>>());
    let endings: Vec<_> = listed
        .pages
        .iter()
        .filter(|page| page.listing == Listing::Ends)
        .collect();
    assert_eq!(endings.len(), 1);
}

pub async fn a_record_changed_while_listing_is_shown(world: &dyn World) {
    world.put(&people(1..=10)).await;
    let page = next(world, None, 4).await;
    assert_eq!(page.listing, Listing::Continues);
    world
        .put(&[
            Person::new(2, "changed").at(LATER_MICROS),
            Person::new(11, "added").at(LATER_MICROS),
        ])
        .await;
    let rest = drain(world, Some(page.next), 4).await;
    let changed = rest.record(2).expect("it is shown again");
    assert_eq!(
        cell(world, changed, "name").await,
        Some(Value::text("changed"))
    );
    assert!(rest.record(11).is_some());
}

pub async fn many_rows_of_one_moment_are_paged(world: &dyn World) {
    world.put(&people(1..=1)).await;
    let first = drain(world, None, 100).await;
    let crowd: Vec<Person> = (1..=3_000)
        .map(|id| Person::new(id, "crowd").at(LATER_MICROS))
        .collect();
    world.put(&crowd).await;
    let shown = drain(world, first.cursor, 100).await;
    assert_eq!(shown.ids(), (1..=3_000).collect::<Vec<_>>());
}

pub async fn a_late_commit_is_not_missed(world: &dyn World) {
    if !world.traits().late_commits {
        return;
    }
    world.put(&people(1..=2)).await;
    let first = drain(world, None, 100).await;
    let now = world.clock().now().as_micros();
    world
        .begin_late(&Person::new(3, "late").at(now - 2_000_000))
        .await;
    world
        .put(&[Person::new(4, "early").at(now - 1_000_000)])
        .await;
    let between = drain(world, first.cursor, 100).await;
    world.finish_late().await;
    let after = drain(world, between.cursor.clone(), 100).await;
    let shown: BTreeSet<i64> = between.ids().into_iter().chain(after.ids()).collect();
    assert!(shown.contains(&3), "the late commit is shown: {shown:?}");
    assert!(shown.contains(&4), "the early one is too: {shown:?}");
}

pub async fn a_deleted_row_is_reported(world: &dyn World) {
    world.put(&people(1..=3)).await;
    let first = drain(world, None, 100).await;
    world.remove(2).await;
    let then = drain(world, first.cursor, 100).await;
    assert_eq!(get(world, "2").await, None);
    if world.traits().shows_deletes {
        assert_eq!(then.deleted(), [2]);
    } else if then.has_listing() {
        assert_eq!(then.ids(), [1, 3]);
    } else {
        assert_eq!(then.ids(), Vec::<i64>::new());
    }
}

pub async fn an_archived_row_is_reported(world: &dyn World) {
    world.put(&people(1..=3)).await;
    let first = drain(world, None, 100).await;
    world
        .put(&[Person::new(2, "person 2").at(LATER_MICROS).archived()])
        .await;
    let then = drain(world, first.cursor, 100).await;
    assert_eq!(then.deleted(), [2]);
    assert_eq!(get(world, "2").await, None);
    let again = drain(world, None, 100).await;
    assert_eq!(again.deleted(), [2]);
    assert_eq!(again.ids(), [1, 3]);
}

pub async fn a_cursor_can_be_used_again(world: &dyn World) {
    world.put(&people(1..=3)).await;
    let first = drain(world, None, 100).await;
    world.put(&[Person::new(1, "again").at(LATER_MICROS)]).await;
    let one = drain(world, first.cursor.clone(), 100).await;
    world
        .put(&[Person::new(3, "again").at(LATER_MICROS + 1)])
        .await;
    let two = drain(world, first.cursor, 100).await;
    assert!(one.record(1).is_some());
    assert!(two.record(1).is_some() && two.record(3).is_some());
}

pub async fn quiet_when_nothing_changed(world: &dyn World) {
    world.put(&people(1..=3)).await;
    let first = drain(world, None, 2).await;
    let then = drain(world, first.cursor, 2).await;
    assert_eq!(then.changes().count(), 0);
    assert!(!then.has_listing());
    let still = drain(world, then.cursor, 2).await;
    assert_eq!(still.changes().count(), 0);
    assert_eq!(still.pages.len(), 1);
}

pub async fn another_setup_lists_again(world: &dyn World) {
    world.put(&people(1..=3)).await;
    let first = drain(world, None, 100).await;
    let mut source = world.source();
    source.archived = None;
    let page = world
        .connector()
        .changes(&source, first.cursor.as_ref(), 100)
        .await
        .expect("the changes can be read");
    assert_eq!(page.listing, Listing::Ends);
    assert_eq!(page.changes.len(), 3);
}
