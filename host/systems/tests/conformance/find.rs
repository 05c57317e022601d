//! What became of writes whose answer never came.

use treaty_model::Value;
use treaty_systems::{Action, Found, Sought};

use crate::world::{Person, World, done, get, row, update_from_now, write};

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
    let made = create(row(world, &[("name", Value::text("Frieda"))]).await);
    let delete = Action::Delete { id: "3".into() };

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
                sought("d-2", &Action::Delete { id: "2".into() }),
            ],
        )
        .await
        .expect("intents can be looked up");
    let anna = get(world, "1").await;
    let berta = get(world, "2").await;
    let expected = [
        Found::Landed(anna),
        Found::NotLanded(berta.clone()),
        Found::Landed(Some(frieda)),
        Found::NotLanded(None),
        Found::Landed(None),
        Found::NotLanded(berta),
    ];
    assert_eq!(found, expected);
}
