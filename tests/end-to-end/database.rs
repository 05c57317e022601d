//! SQLite files as their owner's programs see them, beside Treaty.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// Runs statements in a database, which is made where there is none.
pub fn execute(path: &Path, sql: &str) {
    open(path)
        .execute_batch(sql)
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// What a query gives: a line for each row, with `|` between columns.
pub fn rows(path: &Path, sql: &str) -> Vec<String> {
    let connection = open(path);
    let mut statement = connection.prepare(sql).expect("the query is sound");
    let columns = statement.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let cells = (0..columns).map(|column| Ok(shown(row.get_ref(column)?)));
        Ok(cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
    };
    let lines = statement.query_map([], line).expect("the query runs");
    lines.map(|line| line.expect("a row can be read")).collect()
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("the database opens");
    // Treaty may be writing at this moment.
    connection
        .busy_timeout(Duration::from_secs(20))
        .expect("a timeout can be set");
    connection
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}
