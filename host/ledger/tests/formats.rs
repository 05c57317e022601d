//! Every format that was ever released opens and reads.
//!
//! `tests/formats/N/` holds the sample ledger as format N kept it, as SQL. How
//! to add a format stands in `src/schema.rs`.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use treaty_ledger::Ledger;

use crate::sample::{everything, open, raw, reopen};

const FILES: [&str; 2] = ["ledger.db", "journal.db"];

/// All that a database holds, as SQL, in an order that does not change.
pub fn dump(db: &Connection) -> Vec<String> {
    let setting = |name: &str| -> String {
        let sql = format!("PRAGMA {name}");
        let value: i64 = db
            .query_row(&sql, [], |row| row.get(0))
            .expect("SQLite knows it");
        format!("PRAGMA {name} = {value};")
    };
    let mut lines = vec![setting("application_id"), setting("user_version")];
    let schema: Vec<(String, String, String)> = db
        .prepare(
            "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL
             ORDER BY type != 'table', name",
        )
        .and_then(|mut sql| {
            let rows = sql.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        })
        .expect("there is a schema");
    let (tables, others): (Vec<_>, Vec<_>) = schema.iter().partition(|(kind, ..)| kind == "table");
    let made = tables
        .iter()
        .filter(|(_, name, _)| name != "sqlite_sequence");
    lines.extend(made.map(|(.., sql)| format!("{sql};")));
    for (_, table, _) in tables {
        if table == "sqlite_sequence" {
            lines.push("DELETE FROM sqlite_sequence;".to_owned());
        }
        lines.extend(rows(db, table));
    }
    lines.extend(others.iter().map(|(.., sql)| format!("{sql};")));
    lines
}

fn rows(db: &Connection, table: &str) -> Vec<String> {
    let mut statement = db
        .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))
        .expect("the table is there");
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells: Result<Vec<_>, _> = (0..width).map(|at| row.get_ref(at).map(literal)).collect();
        Ok(format!(
            "INSERT INTO {table} VALUES ({});",
            cells?.join(", ")
        ))
    });
    rows.and_then(Iterator::collect)
        .expect("its rows are there")
}

fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text).replace('\'', "''")),
        ValueRef::Blob(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'")
        }
    }
}

fn formats() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/formats")
}

/// The dumps of a ledger with everything in it, as this version makes it.
fn dumps_now() -> [String; 2] {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    drop(ledger);
    FILES.map(|file| dump(&raw(&folder, file)).join("\n") + "\n")
}

/// The name of the newest format: `ledger version-journal version`.
fn newest() -> String {
    let (folder, _ledger) = open();
    let version = |file| -> i64 {
        let found = raw(&folder, file).query_row("PRAGMA user_version", [], |row| row.get(0));
        found.expect("it has a version")
    };
    FILES.map(|file| version(file).to_string()).join("-")
}

#[test]
fn every_format_opens_and_reads() {
    let kept = fs::read_dir(formats()).expect("formats are kept");
    let mut seen = 0;
    for format in kept {
        let format = format.expect("it can be read").path();
        let folder = tempfile::tempdir().expect("there is a folder");
        for file in FILES {
            let dump = fs::read_to_string(format.join(file).with_extension("sql"));
            // Tables are filled in the order of their names, not of what refers to what.
            let dump = format!(
                "PRAGMA foreign_keys = OFF; {}",
                dump.expect("both are kept")
            );
            let made = raw(&folder, file).execute_batch(&dump);
            made.unwrap_or_else(|error| panic!("{}: {error}", format.display()));
        }
        let ledger = reopen(&folder);
        crate::round_trips::check_everything(&ledger);
        // A ledger that grew and one that was made new have the same tables.
        let schema = |folder: &tempfile::TempDir| -> Vec<_> {
            let lines = FILES.iter().flat_map(|file| dump(&raw(folder, file)));
            lines.filter(|line| !line.starts_with("INSERT ")).collect()
        };
        let (new, _ledger) = open();
        assert_eq!(schema(&folder), schema(&new), "{}", format.display());
        seen += 1;
    }
    assert!(seen > 0, "format 1 is kept");
}

#[test]
fn the_newest_format_is_kept_as_it_is() {
    let folder = formats().join(newest());
    let dumps = dumps_now();
    for (file, dump) in FILES.iter().zip(dumps) {
        let path = folder.join(file).with_extension("sql");
        if std::env::var_os("KEEP_FORMAT").is_some() && !path.exists() {
            fs::create_dir_all(&folder).expect("the folder can be made");
            fs::write(&path, &dump).expect("the dump can be kept");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == dump,
            "{} is not what this version writes. A released format never changes: add the next \
             one, as src/schema.rs says",
            path.display()
        );
    }
}

#[test]
fn a_reader_takes_the_newest_format_only_when_it_is_there() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    drop(ledger);
    let reader = Ledger::open_to_read(folder.path()).expect("it opens");
    reader.use_shapes(crate::sample::shapes());
    crate::round_trips::check_everything(&reader);
}
