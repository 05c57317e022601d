//! Two databases with the same people in them, and the copy by SQL that a pass
//! is measured against.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;
use treaty_postgres_server::PostgresServer;

/// As many rows as the engine keeps in one transaction.
const TRANSACTION_ROWS: usize = 4_000;

/// Which databases.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Two files.
    Sqlite,
    /// Two databases of one server.
    Postgres,
}

impl Kind {
    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Two databases, `one` and `two`, with a table `person` each.
pub enum Databases {
    Sqlite(PathBuf),
    Postgres(Box<PostgresServer>),
}

impl Databases {
    /// Makes and fills them. One record in four differs in one field.
    pub fn make(kind: Kind, folder: &Path, pairs: usize) -> Result<Self> {
        match kind {
            Kind::Sqlite => {
                for side in ["one", "two"] {
                    fill_sqlite(&folder.join(side).with_extension("db"), pairs, side)?;
                }
                Ok(Self::Sqlite(folder.to_owned()))
            }
            Kind::Postgres => {
                let server = PostgresServer::start()?;
                for side in ["one", "two"] {
                    let url = server.create_database(side)?;
                    std::fs::write(folder.join(side).with_extension("url"), url)?;
                    fill_postgres(&server, pairs, side)?;
                }
                Ok(Self::Postgres(Box::new(server)))
            }
        }
    }

    /// The treaty's lines about them.
    pub fn systems(&self) -> String {
        let lines = |side: &str| match self {
            Self::Sqlite(_) => {
                format!("[systems.{side}]\nconnector = \"sqlite\"\npath = \"{side}.db\"\n")
            }
            Self::Postgres(_) => {
                format!("[systems.{side}]\nconnector = \"postgres\"\nurl = \"file:{side}.url\"\n")
            }
        };
        lines("one") + &lines("two")
    }

    /// Copies the rows of one table by SQL, a transaction for every so many.
    pub fn copy(&self, rows: usize) -> Result<Duration> {
        match self {
            Self::Sqlite(folder) => copy_sqlite(folder, rows),
            Self::Postgres(server) => copy_postgres(server, rows),
        }
    }

    /// Reads every row of both tables.
    pub fn read_both(&self, rows: usize) -> Result<Duration> {
        let start = Instant::now();
        match self {
            Self::Sqlite(folder) => {
                for side in ["one.db", "two.db"] {
                    let db = Connection::open(folder.join(side))?;
                    let mut statement = db.prepare("SELECT * FROM person")?;
                    let mut read = statement.query([])?;
                    let mut count = 0;
                    while let Some(row) = read.next()? {
                        for column in 1..=8 {
                            row.get::<_, Option<String>>(column)?;
                        }
                        count += 1;
                    }
                    anyhow::ensure!(count == rows, "{count} rows");
                }
            }
            Self::Postgres(server) => {
                for side in ["one", "two"] {
                    let told = server.execute(side, "SELECT * FROM person")?;
                    anyhow::ensure!(told.lines().count() >= rows, "{rows} rows");
                }
            }
        }
        Ok(start.elapsed())
    }

    /// Edits one record.
    pub fn edit(&self) -> Result<()> {
        self.execute("UPDATE person SET city = 'Oslo' WHERE id = 7")
    }

    /// Edits so many records.
    pub fn edit_many(&self, count: usize) -> Result<()> {
        self.execute(&format!(
            "UPDATE person SET city = 'Bergen' WHERE id < {count}"
        ))
    }

    fn execute(&self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(folder) => {
                Connection::open(folder.join("one.db"))?.execute(sql, [])?;
            }
            Self::Postgres(server) => {
                server.execute("one", sql)?;
            }
        }
        Ok(())
    }
}

/// A table of people.
const TABLE: &str = "CREATE TABLE person (id INTEGER PRIMARY KEY, first TEXT, last TEXT,
     email TEXT, phone TEXT, street TEXT, city TEXT, postcode TEXT, note TEXT)";

/// The columns of the person with number `n`.
fn columns(side: &str) -> String {
    format!(
        "n, 'First' || (n % 997), 'Last' || (n % 4999),
         'person' || n || '@example' || (n % 1009) || '.com', '+4930' || (1000000 + n),
         'Street ' || (n % 313), 'City' || (n % 101), 10000 + n % 80000,
         CASE n % 4 WHEN 0 THEN 'said by {side}' ELSE 'same' END"
    )
}

fn fill_sqlite(path: &Path, rows: usize, side: &str) -> Result<()> {
    let db = Connection::open(path)?;
    db.execute_batch(TABLE)?;
    let numbers = "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number)";
    let columns = columns(side);
    let sql = format!("{numbers} INSERT INTO person SELECT {columns} FROM number LIMIT {rows}");
    db.execute(&sql, [])?;
    Ok(())
}

fn fill_postgres(server: &PostgresServer, rows: usize, side: &str) -> Result<()> {
    server.execute(side, TABLE)?;
    let columns = columns(side);
    let numbers = format!("generate_series(0, {}) AS number (n)", rows - 1);
    let sql = format!("INSERT INTO person SELECT {columns} FROM {numbers}; ANALYZE person");
    server.execute(side, &sql)?;
    Ok(())
}

fn copy_sqlite(folder: &Path, rows: usize) -> Result<Duration> {
    let start = Instant::now();
    let mut db = Connection::open(folder.join("copy.db"))?;
    let source = folder.join("one.db");
    db.execute("ATTACH DATABASE ?1 AS source", [source.to_string_lossy()])?;
    db.execute_batch(TABLE)?;
    for first in (0..rows).step_by(TRANSACTION_ROWS) {
        let transaction = db.transaction()?;
        let end = first + TRANSACTION_ROWS;
        let range = format!("id >= {first} AND id < {end}");
        let sql = format!("INSERT INTO person SELECT * FROM source.person WHERE {range}");
        transaction.execute(&sql, [])?;
        transaction.commit()?;
    }
    Ok(start.elapsed())
}

/// Within one database of the server, which is the fastest that it can. What a
/// client takes to connect is not counted.
fn copy_postgres(server: &PostgresServer, rows: usize) -> Result<Duration> {
    let time = |sql: &str| -> Result<Duration> {
        let start = Instant::now();
        server.execute("one", sql)?;
        Ok(start.elapsed())
    };
    let mut sql = String::from("CREATE TABLE copy (LIKE person INCLUDING ALL);");
    for first in (0..rows).step_by(TRANSACTION_ROWS) {
        let end = first + TRANSACTION_ROWS;
        sql += &format!(
            "BEGIN; INSERT INTO copy SELECT * FROM person WHERE id >= {first} AND id < {end}; \
             COMMIT;"
        );
    }
    let connecting = time("SELECT 1")?;
    Ok(time(&sql)?.saturating_sub(connecting))
}
