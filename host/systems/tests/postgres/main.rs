//! What only PostgreSQL has: rich types, roles, sessions that end.

mod batches;
mod decoding;
mod feed;
mod sessions;
mod tls;
mod types;
mod vitals;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use treaty_model::{Clock, Timestamp, Value};
use treaty_postgres_server::PostgresServer;
use treaty_systems::{
    Action, Connector, Cursor, Outcome, Page, Source, SystemError, SystemSettings, SystemWrite,
    open,
};

/// One server for all tests of this file; it ends with their process.
static SERVER: LazyLock<PostgresServer> =
    LazyLock::new(|| PostgresServer::start().expect("a server starts"));

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-06-01T12:00:00Z").expect("a time")
    }
}

struct Database {
    name: String,
    url: String,
    connector: Box<dyn Connector>,
}

async fn connect(url: &str, options: &[(&str, &str)]) -> Result<Box<dyn Connector>, SystemError> {
    let settings = SystemSettings {
        name: "test".into(),
        path: None,
        url: Some(url.to_owned()),
        options: options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
    };
    open("postgres", &settings, Arc::new(Noon)).await
}

impl Database {
    async fn new(schema: &str, options: &[(&str, &str)]) -> Self {
        Self::on(&SERVER, schema, options).await
    }

    async fn on(server: &PostgresServer, schema: &str, options: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        let url = server.create_database(&name).expect("it is made");
        server.execute(&name, schema).expect("the schema is right");
        let connector = connect(&url, options).await.expect("it opens");
        Self {
            name,
            url,
            connector,
        }
    }

    fn run(&self, sql: &str) -> String {
        SERVER.execute(&self.name, sql).expect("the program runs")
    }

    async fn page(&self, source: &str, cursor: Option<&Cursor>, records_max: usize) -> Page {
        let source = Source::named(source);
        let page = self.connector.changes(&source, cursor, records_max).await;
        page.expect("the changes are read")
    }

    async fn write(&self, source: &str, actions: Vec<Action>) -> Vec<Outcome> {
        let writes: Vec<_> = (actions.into_iter().enumerate())
            .map(|(place, action)| SystemWrite {
                intent: format!("w-{place}").into(),
                action,
            })
            .collect();
        let outcomes = self.connector.write(&Source::named(source), &writes).await;
        outcomes.expect("the writes are sent")
    }
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().expect("a decimal"))
}
