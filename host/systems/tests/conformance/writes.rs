//! Writes and their outcomes.

use treaty_model::{IntentId, RemoteId, Value};
use treaty_systems::{Action, Change, Outcome, SystemWrite};

use crate::world::{
    Person, REMOVALS, World, cell, done, drain, get, place, remove_from_now, row, update_from_now,
    write,
};

pub async fn an_update_sets_only_its_fields(world: &dyn World) {
    world.put(&[Person::new(1, "Anna")]).await;
    let action = update_from_now(world, "1", &[("name", Value::text("Berta"))]).await;
    let before = get(world, "1").await.expect("it is there");
    let record = done(write(world, "w-1", action).await);
    let name = place(world, "name").await;
    for (position, value) in record.own.iter().enumerate() {
        if position == name {
            assert_eq!(*value, Some(Value::text("Berta")));
        } else {
            assert_eq!(*value, before.own[position]);
        }
    }
    assert_eq!(get(world, "1").await.expect("it is there").own, record.own);
}

pub async fn a_stale_update_is_not_made(world: &dyn World) {
    world.put(&[Person::new(1, "Anna")]).await;
    let action = update_from_now(world, "1", &[("name", Value::text("Berta"))]).await;
    world.put(&[Person::new(1, "Clara")]).await;
    match write(world, "w-1", action).await {
        Outcome::Stale(Some(record)) => {
            assert_eq!(
                cell(world, &record, "name").await,
                Some(Value::text("Clara"))
            );
        }
        other => panic!("not stale: {other:?}"),
    }
    // Another field may have changed: the update does not set it.
    let action = update_from_now(world, "1", &[("name", Value::text("Dora"))]).await;
    let mut changed = Person::new(1, "Clara");
    changed.email = "new@example.org".to_owned();
    world.put(&[changed]).await;
    let record = done(write(world, "w-2", action).await);
    assert_eq!(
        cell(world, &record, "email").await,
        Some(Value::text("new@example.org"))
    );
}

pub async fn an_update_of_a_missing_record_is_stale(world: &dyn World) {
    world.put(&[Person::new(1, "Anna")]).await;
    let action = update_from_now(world, "1", &[("name", Value::text("Berta"))]).await;
    world.remove(1).await;
    assert_eq!(write(world, "w-1", action).await, Outcome::Stale(None));
}

pub async fn an_update_that_already_holds_is_done(world: &dyn World) {
    world.put(&[Person::new(1, "Anna")]).await;
    let action = update_from_now(world, "1", &[("name", Value::text("Berta"))]).await;
    world.put(&[Person::new(1, "Berta")]).await;
    let record = done(write(world, "w-1", action).await);
    assert_eq!(
        cell(world, &record, "name").await,
        Some(Value::text("Berta"))
    );
}

pub async fn absent_null_and_empty_are_three_things(world: &dyn World) {
    world.put(&[Person::new(1, "Anna")]).await;
    let action = update_from_now(world, "1", &[("name", Value::Null)]).await;
    let record = done(write(world, "w-1", action).await);
    assert_eq!(cell(world, &record, "name").await, Some(Value::Null));
    assert_eq!(
        cell(world, &record, "email").await,
        Some(Value::text("p1@example.org"))
    );
    let action = update_from_now(world, "1", &[("name", Value::text(""))]).await;
    let record = done(write(world, "w-2", action).await);
    let expected = if world.traits().empty_is_not_null {
        Value::text("")
    } else {
        Value::Null
    };
    assert_eq!(cell(world, &record, "name").await, Some(expected));
}

pub async fn a_create_with_a_key(world: &dyn World) {
    let values = row(
        world,
        &[("id", Value::Integer(7)), ("name", Value::text("Greta"))],
    )
    .await;
    let create = |values| Action::Create { values };
    let record = done(write(world, "c-1", create(values.clone())).await);
    assert_eq!(record.id, RemoteId::from("7"));
    assert_eq!(cell(world, &record, "email").await, Some(Value::Null));
    // Another intent with the same key is refused, the same one is done.
    let again = write(world, "c-2", create(values.clone())).await;
    assert!(matches!(again, Outcome::Refused { .. }), "{again:?}");
    let same = done(write(world, "c-1", create(values)).await);
    assert_eq!(same.id, record.id);
}

pub async fn a_create_without_a_key(world: &dyn World) {
    world.put(&[Person::new(1, "Anna")]).await;
    let values = row(world, &[("name", Value::text("Greta"))]).await;
    let record = done(write(world, "c-1", Action::Create { values }).await);
    let found = get(world, record.id.as_str()).await.expect("it is there");
    assert_eq!(
        cell(world, &found, "name").await,
        Some(Value::text("Greta"))
    );
    assert_ne!(record.id, RemoteId::from("1"));
}

pub async fn the_same_create_twice_makes_one_record(world: &dyn World) {
    let values = row(world, &[("name", Value::text("Greta"))]).await;
    let create = Action::Create { values };
    let first = done(write(world, "c-1", create.clone()).await);
    let second = done(write(world, "c-1", create.clone()).await);
    assert_eq!(first.id, second.id);
    // And another intent makes another one.
    let other = done(write(world, "c-2", create).await);
    assert_ne!(other.id, first.id);
    let listed = drain(world, None, 100).await;
    assert_eq!(listed.changes().count(), 2);
}

pub async fn archive_and_delete(world: &dyn World) {
    world
        .put(&[Person::new(1, "Anna"), Person::new(2, "Berta")])
        .await;
    let [archive, delete] = REMOVALS;
    let archive = remove_from_now(world, "1", archive).await;
    assert_eq!(
        write(world, "a-1", archive.clone()).await,
        Outcome::Done(None)
    );
    assert_eq!(get(world, "1").await, None);
    let delete = remove_from_now(world, "2", delete).await;
    assert_eq!(
        write(world, "d-1", delete.clone()).await,
        Outcome::Done(None)
    );
    // What is gone already is done again, for the same intent and for others.
    for intent in ["a-1", "a-2"] {
        let again = write(world, intent, archive.clone()).await;
        assert_eq!(again, Outcome::Done(None), "{intent}");
    }
    for intent in ["d-1", "d-2"] {
        let again = write(world, intent, delete.clone()).await;
        assert_eq!(again, Outcome::Done(None), "{intent}");
    }
    let listed = drain(world, None, 100).await;
    assert_eq!(listed.ids(), Vec::<i64>::new());
    assert_eq!(listed.deleted(), [1], "the archived one is still there");
}

pub async fn a_stale_removal_is_not_made(world: &dyn World) {
    for (id, removal) in [1, 2].into_iter().zip(REMOVALS) {
        let text = id.to_string();
        world.put(&[Person::new(id, "Anna")]).await;
        let action = remove_from_now(world, &text, removal).await;
        world.put(&[Person::new(id, "Clara")]).await;
        let stands = get(world, &text).await;
        match write(world, &format!("r-{id}"), action).await {
            Outcome::Stale(Some(record)) => {
                let name = cell(world, &record, "name").await;
                assert_eq!(name, Some(Value::text("Clara")));
            }
            other => panic!("not stale: {other:?}"),
        }
        assert_eq!(get(world, &text).await, stands, "it stands untouched");
        // Whoever has seen the edit may remove the record.
        let action = remove_from_now(world, &text, removal).await;
        let outcome = write(world, &format!("s-{id}"), action).await;
        assert_eq!(outcome, Outcome::Done(None));
        assert_eq!(get(world, &text).await, None);
    }
}

pub async fn a_removal_asks_only_what_the_caller_knows(world: &dyn World) {
    for (id, removal) in [1, 2].into_iter().zip(REMOVALS) {
        let text = id.to_string();
        let mut person = Person::new(id, "Anna");
        world.put(&[person.clone()]).await;
        let expected = row(world, &[("name", Value::text("Anna"))]).await;
        person.email = format!("new{id}@example.org");
        world.put(&[person]).await;
        let action = removal(RemoteId::from(text.as_str()), expected);
        let outcome = write(world, &format!("r-{id}"), action).await;
        assert_eq!(outcome, Outcome::Done(None));
        assert_eq!(get(world, &text).await, None);
    }
}

pub async fn a_refused_write_leaves_the_others(world: &dyn World) {
    world
        .put(&[
            Person::new(1, "Anna"),
            Person::new(2, "Berta"),
            Person::new(3, "Clara"),
        ])
        .await;
    // A set fits no field of any of these systems.
    let set = Value::choices(["a".to_owned(), "b".to_owned()]);
    let mut writes = Vec::new();
    for (id, value) in [("1", Value::text("x")), ("2", set), ("3", Value::text("z"))] {
        writes.push(SystemWrite {
            intent: format!("w-{id}").into(),
            action: update_from_now(world, id, &[("name", value)]).await,
        });
    }
    if world.traits().unique_email {
        writes.push(SystemWrite {
            intent: "w-4".into(),
            action: update_from_now(world, "3", &[("email", Value::text("p1@example.org"))]).await,
        });
    }
    let outcomes = world
        .connector()
        .write(&world.source(), &writes)
        .await
        .expect("the writes are sent");
    assert!(matches!(&outcomes[0], Outcome::Done(Some(_))));
    assert!(
        matches!(&outcomes[1], Outcome::Refused { field: Some(field), .. } if field == "name"),
        "{outcomes:?}"
    );
    assert!(matches!(&outcomes[2], Outcome::Done(Some(_))));
    if world.traits().unique_email {
        assert!(
            matches!(&outcomes[3], Outcome::Refused { field: Some(field), .. } if field == "email"),
            "{outcomes:?}"
        );
    }
    let clara = get(world, "3").await.expect("it is there");
    assert_eq!(cell(world, &clara, "name").await, Some(Value::text("z")));
}

pub async fn own_writes_are_marked(world: &dyn World) {
    if !world.connector().capabilities().marks_own_writes {
        return;
    }
    world
        .put(&[Person::new(1, "Anna"), Person::new(2, "Berta")])
        .await;
    let first = drain(world, None, 100).await;
    let action = update_from_now(world, "1", &[("name", Value::text("Clara"))]).await;
    done(write(world, "w-1", action).await);
    world.put(&[Person::new(2, "Dora")]).await;
    let then = drain(world, first.cursor, 100).await;
    let marks: Vec<_> = then
        .changes()
        .map(|change| match change {
            Change::Record(record) => (record.id.as_str(), record.mark.clone()),
            Change::Deleted { id, .. } => panic!("{id} is not deleted"),
        })
        .collect();
    assert_eq!(marks, [("1", Some(IntentId::from("w-1"))), ("2", None)]);
    // Somebody else's change after ours takes the mark away.
    let action = update_from_now(world, "1", &[("name", Value::text("Emma"))]).await;
    done(write(world, "w-2", action).await);
    world.put(&[Person::new(1, "Frieda")]).await;
    let last = drain(world, then.cursor, 100).await;
    assert_eq!(last.record(1).expect("it is shown").mark, None);
}

pub async fn the_key_cannot_be_changed(world: &dyn World) {
    world.put(&[Person::new(1, "Anna")]).await;
    let action = update_from_now(world, "1", &[("id", Value::Integer(2))]).await;
    let outcome = write(world, "w-1", action).await;
    assert!(
        matches!(&outcome, Outcome::Refused { field: Some(field), .. } if field == "id"),
        "{outcome:?}"
    );
    // The key as it is may come along.
    let action = update_from_now(
        world,
        "1",
        &[("id", Value::Integer(1)), ("name", Value::text("Berta"))],
    )
    .await;
    done(write(world, "w-2", action).await);
}
