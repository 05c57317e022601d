//! A look at a system before there is a treaty with it.

use treaty_model::Value;

use crate::world::{Person, World};

pub async fn sources_are_listed(world: &dyn World) {
    let names = world.connector().sources().await.expect("they are listed");
    let name = world.source().name;
    let known = |listed: &&String| **listed == name || listed.ends_with(&format!(".{name}"));
    assert_eq!(names.iter().filter(known).count(), 1, "{name} in {names:?}");
    // Before and after Treaty has begun to work there.
    world
        .connector()
        .changes(&world.source(), None, 10)
        .await
        .expect("the changes can be read");
    let after = world.connector().sources().await.expect("they are listed");
    assert_eq!(names, after);
}

pub async fn a_sample_is_bounded_and_leaves_no_trace(world: &dyn World) {
    let people: Vec<_> = (1..=5)
        .map(|id| Person::new(id, &format!("P{id}")))
        .collect();
    world.put(&people).await;
    let traces = world.traces().await;
    let connector = world.connector();
    let sample = connector.sample(&world.source(), 3).await;
    let sample = sample.expect("a sample is read");
    let described = connector.describe(&world.source()).await;
    assert_eq!(sample.schema, described.expect("the source is described"));
    assert!(sample.more);
    assert_eq!(sample.rows.len(), 3);
    let at = sample.schema.position("name").expect("the field is there");
    for row in &sample.rows {
        let Some(Value::Text(name)) = &row[at] else {
            panic!("a name is a text: {row:?}");
        };
        assert!(people.iter().any(|person| person.name == *name), "{name}");
    }
    let all = connector.sample(&world.source(), 5).await;
    let all = all.expect("a sample is read");
    assert!(!all.more);
    assert_eq!(all.rows.len(), 5);
    assert_eq!(world.traces().await, traces, "nothing was left behind");
}
