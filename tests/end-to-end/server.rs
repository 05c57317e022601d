//! PostgreSQL databases as their owner's programs see them, beside Treaty.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use treaty_postgres_server::PostgresServer;

/// One server for all tests; it ends with their process.
static SERVER: LazyLock<PostgresServer> =
    LazyLock::new(|| PostgresServer::start().expect("a PostgreSQL server starts"));

/// A database of one test.
pub struct Database {
    name: String,
    /// Its address.
    pub url: String,
}

impl Database {
    /// A new database with these tables in it.
    pub fn with(sql: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("bench_{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        let url = SERVER.create_database(&name).expect("a database is made");
        let database = Self { name, url };
        database.execute(sql);
        database
    }

    /// Runs statements, all or none of them, and gives what they print: a line
    /// for each row, with `|` between columns. As any program must, it tries
    /// again where somebody else's transaction crossed its own.
    pub fn execute(&self, sql: &str) -> Vec<String> {
        loop {
            match SERVER.execute(&self.name, sql) {
                Ok(printed) => return printed.lines().map(str::to_owned).collect(),
                Err(error) if error.to_string().contains("deadlock detected") => {}
                Err(error) => panic!("{error}: {sql}"),
            }
        }
    }
}
