//! What a system says of its sources.

use treaty_model::OwnKind;
use treaty_systems::Source;

use crate::world::World;

pub async fn fields_have_kinds(world: &dyn World) {
    let schema = world
        .connector()
        .describe(&world.source())
        .await
        .expect("the source can be described");
    let names: Vec<_> = schema
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["id", "name", "email", "score", "archived", "updated"]
    );
    let keys: Vec<_> = schema.fields.iter().map(|field| field.key).collect();
    assert_eq!(keys, [true, false, false, false, false, false]);
    if world.traits().typed {
        let kinds: Vec<_> = schema.fields.iter().map(|field| field.kind).collect();
        assert_eq!(
            kinds,
            [
                OwnKind::Integer,
                OwnKind::Text,
                OwnKind::Text,
                OwnKind::Decimal,
                OwnKind::Boolean,
                OwnKind::Instant
            ]
        );
    } else {
        assert!(
            schema
                .fields
                .iter()
                .all(|field| field.kind == OwnKind::Text)
        );
    }
}

pub async fn a_missing_source_lists_what_there_is(world: &dyn World) {
    let error = world
        .connector()
        .describe(&Source::named("persn"))
        .await
        .expect_err("there is no such source");
    let message = error.to_string();
    assert!(message.starts_with("persn: "), "{message}");
    assert!(message.contains("person"), "{message}");
}

pub async fn a_missing_key_field_lists_what_there_is(world: &dyn World) {
    let mut source = world.source();
    source.key = vec!["number".to_owned()];
    let error = world
        .connector()
        .describe(&source)
        .await
        .expect_err("there is no such field");
    let message = error.to_string();
    assert!(message.contains("\"number\""), "{message}");
    assert!(message.contains("id, name, email"), "{message}");
}
