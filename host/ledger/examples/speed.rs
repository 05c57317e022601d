//! How fast the ledger is, against SQLite alone with the same bytes.
//!
//! `cargo run --release -p treaty-ledger --example speed`
//!
//! Prints ratios: what the ledger takes, over what plain inserts and selects of
//! the very same rows take, in the same process and the same minute.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};
use treaty_ledger::{Commit, EntityShape, Ledger, LinkChange, RecordKey, StoredRecord};
use treaty_model::{
    BaseField, Digest, Life, LinkId, Origin, Provenance, Revision, Row, RuleId, RunId, Settled,
    SystemName, Timestamp, Value,
};

const FIELDS: usize = 10;
const LINKS: u64 = 500;
const BATCHES: u64 = 20;
const SYSTEMS: [&str; 2] = ["crm", "shop"];

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let ledger = Ledger::open(folder.path())?;
    ledger.use_shapes(vec![shape()]);

    let mut committing = Duration::ZERO;
    for batch in 0..BATCHES {
        let commit = batch_of(batch, 1);
        let start = Instant::now();
        ledger.commit(&commit)?;
        committing += start.elapsed();
    }
    let mut updating = Duration::ZERO;
    for batch in 0..BATCHES {
        let commit = batch_of(batch, 2);
        let start = Instant::now();
        ledger.commit(&commit)?;
        updating += start.elapsed();
    }
    let mut loading = Duration::ZERO;
    for batch in 0..BATCHES {
        let ids: Vec<_> = ids(batch).map(LinkId).collect();
        let start = Instant::now();
        let links = ledger.links(&ids)?;
        loading += start.elapsed();
        assert_eq!(links.len(), ids.len());
    }
    let start = Instant::now();
    for _ in 0..100 {
        ledger.totals()?;
        ledger.attention(&"contact".into(), LinkId(0), 1)?;
    }
    let idle = start.elapsed() / 100;
    drop(ledger);

    let (inserting, upserting, selecting) = plain(folder.path())?;
    let size = folder.path().join("ledger.db").metadata()?.len();
    println!(
        "{BATCHES} batches of {LINKS} links and {} records, {FIELDS} fields",
        LINKS * 2
    );
    tell("commit, new", committing, inserting);
    tell("commit, changed", updating, upserting);
    tell("load links", loading, selecting);
    println!("totals and attention of an idle pass: {idle:?}");
    println!(
        "bytes for each link with its records: {}",
        size / (LINKS * BATCHES)
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn tell(what: &str, ours: Duration, plain: Duration) {
    let batch = ours / u32::try_from(BATCHES).unwrap_or(1);
    let ratio = ours.as_micros() as f64 / plain.as_micros() as f64;
    println!("{what}: {batch:.2?} a batch, {ratio:.2} times plain SQLite");
}

/// The same rows of links and records by plain SQLite: inserted, inserted over
/// themselves, and selected by link.
fn plain(state: &Path) -> Result<(Duration, Duration, Duration), Failed> {
    let source = Connection::open(state.join("ledger.db"))?;
    let schema: Vec<String> = source
        .prepare(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
               AND tbl_name IN ('shape', 'link', 'record') AND type IN ('table', 'index')",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut target = Connection::open(state.join("plain.db"))?;
    target.execute_batch("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;")?;
    target.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA cache_size = -32000;")?;
    target.execute_batch(&schema.join(";"))?;
    let mut times = [Duration::ZERO; 2];
    for time in &mut times {
        for batch in 0..BATCHES {
            let range = format!("BETWEEN {} AND {}", batch * LINKS + 1, (batch + 1) * LINKS);
            let links = rows(&source, &format!("SELECT * FROM link WHERE id {range}"))?;
            let records = rows(&source, &format!("SELECT * FROM record WHERE link {range}"))?;
            let start = Instant::now();
            let transaction = target.transaction()?;
            insert(&transaction, "link", &links)?;
            insert(&transaction, "record", &records)?;
            transaction.commit()?;
            *time += start.elapsed();
        }
    }
    let start = Instant::now();
    for batch in 0..BATCHES {
        let transaction = target.transaction()?;
        let mut link = transaction.prepare("SELECT * FROM link WHERE id = ?1")?;
        let mut record = transaction.prepare("SELECT * FROM record WHERE link = ?1")?;
        for id in ids(batch) {
            for sql in [&mut link, &mut record] {
                let width = sql.column_count();
                let mut found = sql.query([i64::try_from(id)?])?;
                while let Some(row) = found.next()? {
                    for at in 0..width {
                        std::hint::black_box(row.get::<_, SqlValue>(at)?);
                    }
                }
            }
        }
    }
    let [inserting, upserting] = times;
    Ok((inserting, upserting, start.elapsed()))
}

fn rows(source: &Connection, sql: &str) -> Result<Vec<Vec<SqlValue>>, Failed> {
    let mut statement = source.prepare(sql)?;
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|at| row.get(at)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn insert(target: &Connection, table: &str, rows: &[Vec<SqlValue>]) -> Result<(), Failed> {
    let width = rows.first().map_or(0, Vec::len);
    let marks = vec!["?"; width].join(", ");
    let mut sql = target.prepare(&format!("INSERT OR REPLACE INTO {table} VALUES ({marks})"))?;
    for row in rows {
        sql.execute(params_from_iter(row))?;
    }
    Ok(())
}

fn ids(batch: u64) -> impl Iterator<Item = u64> {
    batch * LINKS + 1..=(batch + 1) * LINKS
}

fn shape() -> EntityShape {
    let fields: Vec<_> = (0..FIELDS).map(|field| format!("field_{field}")).collect();
    let systems = SYSTEMS.map(|system| (SystemName::from(system), fields.clone()));
    EntityShape {
        entity: "contact".into(),
        fields,
        systems: systems.to_vec(),
    }
}

fn row(id: u64, revision: u64) -> Row {
    let value = |field| {
        Some(Value::text(format!(
            "value {field} of {id}, time {revision}"
        )))
    };
    (0..FIELDS).map(value).collect()
}

fn batch_of(batch: u64, revision: u64) -> Commit {
    let mut commit = Commit::default();
    for id in ids(batch) {
        let provenance = Provenance {
            system: Some("crm".into()),
            origin: Origin::default(),
            at: Some(Timestamp::from_micros(1_763_632_800_000_000)),
            rule: Some(RuleId {
                name: "keep-newest".to_owned(),
                digest: Digest::of(b"rule"),
            }),
            run: RunId(revision),
        };
        let base = |value| BaseField {
            value,
            revision: Revision(revision),
            provenance: Some(provenance.clone()),
        };
        commit.links.push(LinkChange {
            id: LinkId(id),
            entity: "contact".into(),
            life: Life::Alive,
            base: row(id, revision).into_iter().map(base).collect(),
            attention: false,
        });
        for system in SYSTEMS {
            let key = RecordKey {
                entity: "contact".into(),
                system: system.into(),
                remote: format!("{system}-{id}").into(),
            };
            let mut record = StoredRecord::new(key, row(id, revision), FIELDS);
            record.link = Some(LinkId(id));
            record.waiting = false;
            record.observed = row(id, revision);
            let settled = |value: &_| {
                Some(Settled {
                    value: Clone::clone(value),
                    revision: Revision(revision),
                })
            };
            record.settled = record.observed.iter().map(settled).collect();
            commit.records.push(record);
        }
    }
    commit
}
