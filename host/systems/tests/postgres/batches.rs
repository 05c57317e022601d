//! Many writes in one call: they come to what the same writes come to in a call
//! each, and leave the same rows, log and intents.

mod model;
mod others;

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use treaty_model::{RemoteId, Value};
use treaty_systems::{Action, Outcome, Source, SystemWrite};

use crate::Database;
use model::{Dice, Model};

/// Two copies of a database: one gets batches, the other a call for each write.
struct Twins {
    together: Database,
    apart: Database,
    source: Source,
    /// A session with each, to look at what is there.
    looking: [Client; 2],
}

/// What writes leave in a database: rows, log, intents.
const LEFT: &str = "
SELECT 1, row_number() OVER (ORDER BY r::text), r::text FROM t AS r
UNION ALL SELECT 2, row_number() OVER (ORDER BY seq), concat_ws(' ', key, op, intent)
FROM treaty.changes
UNION ALL SELECT 3, row_number() OVER (ORDER BY intent),
    concat_ws(' ', intent, source, record, wrote) FROM treaty.intents
ORDER BY 1, 2";

/// A session of somebody else.
async fn session(database: &Database) -> Client {
    let (client, connection) = tokio_postgres::connect(&database.url, NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    client
}

async fn look(client: &Client) -> Vec<String> {
    let rows = client.simple_query(LEFT).await.expect("it is read");
    let line = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some(format!("{:?} {:?}", row.get(0), row.get(2))),
        _ => None,
    };
    rows.iter().filter_map(line).collect()
}

impl Twins {
    async fn new(model: &Model) -> Self {
        let source = Source {
            archived: Some("gone".to_owned()),
            ..Source::named("t")
        };
        let together = Database::new(model.schema, &[]).await;
        let apart = Database::new(model.schema, &[]).await;
        let twins = Self {
            looking: [session(&together).await, session(&apart).await],
            together,
            apart,
            source,
        };
        for database in [&twins.together, &twins.apart] {
            // The log is kept from here on.
            database.page("t", None, 1_000).await;
        }
        twins
    }

    async fn check(&self, writes: &[SystemWrite], context: &str) -> Vec<Outcome> {
        let connector = &self.together.connector;
        let together = connector.write(&self.source, writes).await;
        let together = together.expect("the writes are sent");
        let mut apart = Vec::with_capacity(writes.len());
        for write in writes.chunks(1) {
            let outcomes = self.apart.connector.write(&self.source, write).await;
            apart.extend(outcomes.expect("the write is sent"));
        }
        for (write, (together, apart)) in writes.iter().zip(together.iter().zip(&apart)) {
            assert_eq!(together, apart, "{context}: {write:?}\nof {writes:?}");
        }
        let [one, other] = &self.looking;
        let left = [look(one).await, look(other).await];
        assert_eq!(left[0], left[1], "{context}: {writes:?}");
        together
    }

    async fn standing(&self, ids: &[RemoteId]) -> Vec<Option<treaty_systems::Record>> {
        let found = self.apart.connector.get(&self.source, ids).await;
        found.expect("they are read")
    }
}

/// Batches of many sizes from small pools, so that their writes meet.
async fn agree(model: &Model, rounds: u64, writes_max: usize) {
    let twins = Twins::new(model).await;
    let mut seen = [0; 5];
    for round in 0..rounds {
        let mut dice = Dice::new(round);
        let ids = model.ids();
        let standing = twins.standing(&ids).await;
        let count = 2 + dice.below(writes_max - 1);
        let writes = model.writes(&mut dice, round, count, &ids, &standing);
        let outcomes = twins.check(&writes, &format!("round {round}")).await;
        for outcome in outcomes {
            seen[match outcome {
                Outcome::Done(Some(_)) => 0,
                Outcome::Done(None) => 1,
                Outcome::Stale(_) => 2,
                Outcome::Refused { .. } => 3,
                Outcome::Ambiguous { .. } | Outcome::NotSent { .. } => 4,
            }] += 1;
        }
    }
    assert!(seen[..4].iter().all(|&times| times > 5), "{seen:?}");
    assert_eq!(seen[4], 0);
}

#[tokio::test]
async fn a_batch_comes_to_what_its_writes_come_to() {
    agree(&model::SIMPLE, 120, 7).await;
}

#[tokio::test]
async fn so_it_does_where_triggers_reach_into_other_rows() {
    agree(&model::TIED, 100, 5).await;
}

#[tokio::test]
async fn a_trigger_that_reaches_into_a_row_of_the_batch() {
    let row = |id: i64, name: Option<&str>, note: Option<&str>| {
        vec![
            Some(Value::Integer(id)),
            name.map(Value::text),
            None,
            note.map(Value::text),
        ]
    };
    let update = |id: i64, name, note, expected| Action::Update {
        id: RemoteId(id.to_string()),
        values: row(id, name, note),
        expected,
    };
    let reach = || update(1, Some("reach"), None, row(1, Some("Anna"), None));
    let rename = update(2, Some("Berta"), None, row(2, Some("Anna"), None));
    let note = update(2, None, Some("fine"), row(2, None, Some("ok")));
    let holds = update(2, Some("Anna"), None, Vec::new());
    let delete = Action::Delete {
        id: RemoteId::from("2"),
        expected: row(2, None, Some("ok")),
    };
    // What the first one leaves is told without what the second one does to it,
    // and what the second one finds is what the first one left.
    let other = || update(5, Some("Clara"), None, Vec::new());
    for actions in [
        [rename, reach(), other()],
        [holds.clone(), reach(), other()],
        [reach(), holds, other()],
        [reach(), note, other()],
        [reach(), delete, other()],
    ] {
        let writes: Vec<_> = actions
            .into_iter()
            .zip(1..)
            .map(|(action, number)| SystemWrite {
                intent: format!("w-{number}").into(),
                action,
            })
            .collect();
        let twins = Twins::new(&model::SIMPLE).await;
        let outcomes = twins.check(&writes, "a trigger").await;
        assert!(
            matches!(outcomes[2], Outcome::Done(Some(_))),
            "{outcomes:?}"
        );
    }
}

#[tokio::test]
async fn so_it_does_with_a_key_of_two_columns() {
    agree(&model::COMPOSITE, 60, 9).await;
}

#[tokio::test]
async fn a_large_batch_with_every_outcome() {
    let twins = Twins::new(&model::SIMPLE).await;
    for database in [&twins.together, &twins.apart] {
        database.run(
            "INSERT INTO t SELECT n, 'Anna', 'p' || n, 'ok', n % 50 = 0
             FROM generate_series(100, 499) AS n",
        );
    }
    let text = |text: &str| Some(Value::text(text));
    let update = |id: i64, name: &str, seen: &str| Action::Update {
        id: RemoteId(id.to_string()),
        values: vec![None, text(name), None, None, None],
        expected: vec![None, text(seen), None, None, None],
    };
    let write = |id: i64| SystemWrite {
        intent: format!("large-{id}").into(),
        action: match id % 40 {
            3 => update(id, "Berta", "Clara"),
            5 => update(id, "Anna", "Clara"),
            7 => update(id + 1_000, "Berta", "Anna"),
            9 => Action::Create {
                values: vec![None, text("Dora"), Some(Value::Text(format!("new-{id}")))],
            },
            11 => Action::Delete {
                id: RemoteId(id.to_string()),
                expected: vec![None, text("Anna")],
            },
            13 => Action::Archive {
                id: RemoteId(id.to_string()),
                expected: Vec::new(),
            },
            15 if id > 300 => update(id, "object", "Anna"),
            17 if id > 300 => update(id, "silent", "Anna"),
            19 if id == 219 => Action::Create {
                values: vec![None, text("Emma"), text("p100")],
            },
            _ => update(id, "Berta", "Anna"),
        },
    };
    let writes: Vec<_> = (100..500).map(write).collect();
    let outcomes = twins.check(&writes, "a large batch").await;
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|one| is(one)).count();
    assert_eq!(count(|one| matches!(one, Outcome::Refused { .. })), 11);
    assert_eq!(count(|one| matches!(one, Outcome::Stale(None))), 18);
    assert_eq!(count(|one| matches!(one, Outcome::Stale(Some(_)))), 10);
    let own = "SELECT count(*) FROM treaty.changes
               WHERE op = 'put' AND intent = 'large-' || key AND key::integer < 500";
    let done = count(|one| matches!(one, Outcome::Done(Some(_)))) - 10 - 10 + 10;
    assert_eq!(twins.together.run(own).trim(), done.to_string());
}

#[tokio::test]
async fn a_batch_that_is_refused_throughout() {
    let twins = Twins::new(&model::SIMPLE).await;
    let write = |number: usize| SystemWrite {
        intent: format!("no-{number}").into(),
        action: Action::Create {
            values: vec![None, Some(Value::text("object"))],
        },
    };
    let writes: Vec<_> = (0..60).map(write).collect();
    let outcomes = twins.check(&writes, "refused").await;
    let is_refused = |outcome: &Outcome| matches!(outcome, Outcome::Refused { .. });
    assert!(outcomes.iter().all(is_refused));
}
