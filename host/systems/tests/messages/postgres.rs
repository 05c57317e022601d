//! A database of a server.

mod addresses;
mod decoding;
mod tables;
mod writes;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use treaty_postgres_server::PostgresServer;
use treaty_systems::{Action, Connector, Outcome, Source, SystemError, open};

use crate::told::Told;
use crate::{Far, settings, write};

/// One server for all tests of this folder; it ends with their process.
static SERVER: LazyLock<PostgresServer> =
    LazyLock::new(|| PostgresServer::start().expect("a server starts"));

/// Nobody waits for a lock that is never given up.
const AT_ONCE: (&str, &str) = ("lock-timeout-ms", "20");

/// Opens the system at an address.
async fn at(url: &str, options: &[(&str, &str)]) -> Result<Box<dyn Connector>, SystemError> {
    open(
        "postgres",
        &settings(None, Some(url), options),
        Arc::new(Far),
    )
    .await
}

/// A database and its owner's connector.
struct Database {
    server: &'static PostgresServer,
    name: String,
    url: String,
    connector: Box<dyn Connector>,
    source: Source,
}

impl Database {
    async fn new(schema: &str, options: &[(&str, &str)]) -> Self {
        Self::on(&SERVER, schema, options).await
    }

    async fn on(server: &'static PostgresServer, schema: &str, options: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("crm_{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        let url = server.create_database(&name).expect("it is made");
        server.execute(&name, schema).expect("the schema is right");
        let options = [&[AT_ONCE], options].concat();
        let connector = at(&url, &options).await.expect("it opens");
        Self {
            server,
            name,
            url,
            connector,
            source: Source::named("person"),
        }
    }

    fn told(&self, told: &mut Told) {
        told.hide(
            format!("127.0.0.1:{}/{}", self.server.port(), self.name),
            "<server>",
        );
    }

    /// What an administrator runs.
    fn run(&self, sql: &str) -> String {
        self.server.execute(&self.name, sql).expect("it is run")
    }

    /// A role with these rights, and its connector.
    async fn role(&self, name: &str, rights: &str, options: &[(&str, &str)]) -> Box<dyn Connector> {
        self.run(&format!(
            "CREATE ROLE {name} LOGIN PASSWORD 'secret'; {rights}"
        ));
        let url = self
            .url
            .replace("postgres:for-tests-only", &format!("{name}:secret"));
        at(&url, options).await.expect("it opens")
    }

    /// A program that works with the database too.
    async fn program(&self) -> tokio_postgres::Client {
        let connected = tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await;
        let (client, connection) = connected.expect("the server answers");
        tokio::spawn(connection);
        client
    }

    async fn write(&self, action: Action) -> Result<Vec<Outcome>, SystemError> {
        write(&*self.connector, &self.source, action).await
    }
}
