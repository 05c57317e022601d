//! What became of writes whose answer never came.

use treaty_model::Value;
use treaty_systems::{Action, Found, Record, Sought};

use crate::world::{
    Person, REMOVALS, World, done, get, place, remove_from_now, row, update_from_now, write,
};

pub async fn landed_and_not_landed(world: &dyn World) {
    world
        .put(&[
            Person::new(1, "Anna"),
            Person::new(2, "Berta"),
            Person::new(3, "Clara"),
        ])
        .await;
    let update = update_from_now(world, "1", &[("name", Value::text("Dora"))]).await;
    let other = update_from_now(world, "2", &[("name", Value::text("Emma"))]).await;
    let create = |values| Action::Create { values };
    let [_, delete] = REMOVALS;
    let unsent = remove_from_now(world, "2", delete).await;
    let delete = remove_from_now(world, "3", delete).await;
    let made = create(row(world, &[("name", Value::text("Frieda"))]).await);

    done(write(world, "u-1", update.clone()).await);
    let frieda = done(write(world, "c-1", made.clone()).await);
    write(world, "d-1", delete.clone()).await;

    let sought = |intent: &str, action: &Action| Sought {
        intent: intent.into(),
        action: action.clone(),
    };
    let found = world
        .connector()
        .find(
            &world.source(),
            &[
                sought("u-1", &update),
                sought("u-2", &other),
                sought("c-1", &made),
                sought("c-2", &made),
                sought("d-1", &delete),
                sought("d-2", &unsent),
            ],
        )
        .await
        .expect("intents can be looked up");
    let anna = get(world, "1").await;
    let berta = get(world, "2").await;
    let expected = [
        Told::Landed(anna),
        Told::NotLanded(berta.clone()),
        Told::Landed(Some(frieda)),
        Told::NotLanded(None),
        Told::Landed(None),
        Told::NotLanded(berta),
    ];
    assert_eq!(
        found.into_iter().map(Told::from).collect::<Vec<_>>(),
        expected
    );
}

/// What [`Found`] says of a record as it stands.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Landed(Option<Record>),
    NotLanded(Option<Record>),
}

impl From<Found> for Told {
    fn from(found: Found) -> Self {
        match found {
            Found::Landed { now, .. } => Self::Landed(now),
            Found::NotLanded(now) => Self::NotLanded(now),
        }
    }
}

/// An edit that somebody makes after a write has landed, and before anybody
/// asks, is told apart from what the write left.
pub async fn an_edit_on_top_of_a_landed_write_is_told_apart(world: &dyn World) {
    world.put(&[Person::new(1, "Anna")]).await;
    let update = update_from_now(world, "1", &[("name", Value::text("Dora"))]).await;
    let create = Action::Create {
        values: row(
            world,
            &[("id", Value::Integer(2)), ("name", Value::text("Frieda"))],
        )
        .await,
    };
    done(write(world, "u-1", update.clone()).await);
    done(write(world, "c-1", create.clone()).await);
    world
        .put(&[Person::new(1, "Emma"), Person::new(2, "Greta")])
        .await;

    let sought = [("u-1", update), ("c-1", create)].map(|(intent, action)| Sought {
        intent: intent.into(),
        action,
    });
    let found = world.connector().find(&world.source(), &sought).await;
    let found = found.expect("intents can be looked up");
    let name = place(world, "name").await;
    for (found, wrote, stands) in [(&found[0], "Dora", "Emma"), (&found[1], "Frieda", "Greta")] {
        let (now, left) = match found {
            Found::Landed { now, left } => (now, left.as_ref()),
            // What was written stands there no more.
            Found::NotLanded(now) => (now, None),
        };
        let now = now.as_ref().map(|record| &record.own[name]);
        assert_eq!(now, Some(&Some(Value::text(stands))));
        let left = left.map(|left| &left[name]);
        let landed = matches!(found, Found::Landed { .. });
        assert_eq!(left, landed.then_some(&Some(Value::text(wrote))));
    }
}

/// For a removal it counts that the record is gone, whoever removed it.
pub async fn a_removed_record_is_gone(world: &dyn World) {
    for (id, removal) in [1, 2].into_iter().zip(REMOVALS) {
        let text = id.to_string();
        world.put(&[Person::new(id, "Anna")]).await;
        let sought = [Sought {
            intent: format!("r-{id}").as_str().into(),
            action: remove_from_now(world, &text, removal).await,
        }];
        let find = async || {
            let found = world.connector().find(&world.source(), &sought).await;
            found.expect("intents can be looked up")
        };
        world.put(&[Person::new(id, "Clara")]).await;
        let stands = get(world, &text).await;
        assert!(stands.is_some());
        assert_eq!(find().await, [Found::NotLanded(stands)]);
        world.remove(id).await;
        assert_eq!(find().await, [Found::GONE]);
    }
}
