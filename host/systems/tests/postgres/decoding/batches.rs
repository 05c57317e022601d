//! Marks of many writes in one transaction.

use treaty_model::Value;
use treaty_systems::{Action, Change, Outcome};

use super::{begin, database, drain, run};

/// The database makes part of the key, so that only it knows which row was made.
async fn every_row_has_its_mark(schema: &str, first: Option<Value>) {
    let database = database(schema).await;
    let cursor = begin(&database).await;
    let actions: Vec<Action> = (0..60)
        .map(|number| {
            // A refused write in the middle leaves the marks of the others.
            let name = if number == 20 {
                "no".to_owned()
            } else {
                format!("n{number}")
            };
            let values = vec![first.clone(), None, Some(Value::Text(name))];
            Action::Create { values }
        })
        .collect();
    let outcomes = database.write("t", actions).await;
    assert!(matches!(outcomes[20], Outcome::Refused { .. }));
    run(&database, "UPDATE t SET name = 'theirs' WHERE name = 'n7'");
    // Pages that end within the transaction.
    let (pages, _) = drain(&database, &cursor, 7).await;
    let mut marked = 0;
    for change in pages.iter().flat_map(|page| &page.changes) {
        let Change::Record(record) = change else {
            panic!("nothing is gone: {change:?}");
        };
        let Some(Some(Value::Text(name))) = record.own.last() else {
            panic!("it has a name: {record:?}");
        };
        let mark = record.mark.as_ref().map(|mark| mark.0.replace("w-", "n"));
        if name == "theirs" {
            assert_eq!(mark, None, "{record:?}");
        } else {
            assert_eq!(mark.as_ref(), Some(name));
            marked += 1;
        }
    }
    assert_eq!(marked, 58);
}

#[tokio::test]
async fn a_key_of_the_database_s_own() {
    let schema = "CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x text,
                      name text CHECK (name <> 'no'))";
    every_row_has_its_mark(schema, None).await;
}

#[tokio::test]
async fn a_key_of_two_columns() {
    let schema = "CREATE TABLE t (country text, number serial, name text CHECK (name <> 'no'),
                      PRIMARY KEY (country, number))";
    every_row_has_its_mark(schema, Some(Value::text("\"é\\\n\u{1}"))).await;
}
