//! How long a pass takes: first sync and idle pass between two databases, beside
//! copying the same rows by SQL in transactions of the same size.
//!
//! `cargo bench -p treaty-engine --bench pass -- [pairs…]` prints a line for each
//! size. All figures of a line come from one run in one process, so that the
//! ratios hold where the seconds do not.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use treaty_engine::{Engine, Mode, Opening, Report, ShippedRule, known};
use treaty_model::{Clock, Timestamp};

/// As many rows as the engine keeps in one transaction.
const TRANSACTION_ROWS: usize = 500;

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_micros(since.map_or(0, |since| since.as_micros() as i64))
    }
}

fn main() -> Result<()> {
    let sizes: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|size| size.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![1_000, 10_000, 100_000]
    } else {
        sizes
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    println!("pairs, copy by SQL, first sync (ratio), idle pass, one edit, peak memory");
    for pairs in sizes {
        let folder = tempfile::tempdir()?;
        runtime.block_on(measure(folder.path(), pairs))?;
    }
    Ok(())
}

async fn measure(folder: &Path, pairs: usize) -> Result<()> {
    fill(&folder.join("one.db"), pairs, "one")?;
    fill(&folder.join("two.db"), pairs, "two")?;
    let copied = copy(&folder.join("one.db"), &folder.join("copy.db"), pairs)?;
    write_treaty(folder)?;
    let engine = open(folder).await?;

    let (first, report) = timed(&engine).await?;
    ensure!(
        report.trips.is_empty() && report.failures.is_empty(),
        "{report:?}"
    );
    let linked: u64 = report.entities.iter().map(|entity| entity.matched).sum();
    ensure!(
        linked == pairs as u64,
        "{linked} of {pairs} pairs were linked"
    );
    timed(&engine).await?;
    let (idle, report) = timed(&engine).await?;
    ensure!(report.is_quiet(), "{report:?}");
    let one = Connection::open(folder.join("one.db"))?;
    one.execute("UPDATE person SET city = 'Oslo' WHERE id = 7", [])?;
    let (edit, _) = timed(&engine).await?;
    println!(
        "{pairs}, {copied:.2?}, {first:.2?} ({:.1}x), {idle:.2?}, {edit:.2?}, {} MB",
        first.as_secs_f64() / copied.as_secs_f64(),
        peak_memory_kib()? / 1024
    );
    Ok(())
}

async fn timed(engine: &Engine) -> Result<(Duration, Report)> {
    let start = Instant::now();
    let report = engine.pass(Mode::Sync, &BTreeSet::new()).await?;
    Ok((start.elapsed(), report))
}

/// A table of people. One field in four differs between the two sides.
fn fill(path: &Path, rows: usize, side: &str) -> Result<()> {
    let mut db = Connection::open(path)?;
    db.execute_batch(
        "CREATE TABLE person (id INTEGER PRIMARY KEY, first TEXT, last TEXT, email TEXT,
             phone TEXT, street TEXT, city TEXT, postcode TEXT, note TEXT)",
    )?;
    let transaction = db.transaction()?;
    {
        let mut insert = transaction
            .prepare("INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        for row in 0..rows {
            let note = if row % 4 == 0 {
                format!("said by {side}")
            } else {
                "same".to_owned()
            };
            insert.execute(rusqlite::params![
                row,
                format!("First{}", row % 997),
                format!("Last{}", row % 4_999),
                format!("person{row}@example{}.com", row % 1_009),
                format!("+4930{:07}", row),
                format!("Street {}", row % 313),
                format!("City{}", row % 101),
                format!("{:05}", row % 90_000),
                note,
            ])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Copies the rows by SQL, a transaction for every so many.
fn copy(from: &Path, to: &Path, rows: usize) -> Result<Duration> {
    let start = Instant::now();
    let mut db = Connection::open(to)?;
    db.execute("ATTACH DATABASE ?1 AS source", [from.to_string_lossy()])?;
    db.execute_batch("CREATE TABLE person AS SELECT * FROM source.person LIMIT 0")?;
    for first in (0..rows).step_by(TRANSACTION_ROWS) {
        let transaction = db.transaction()?;
        transaction.execute(
            "INSERT INTO person SELECT * FROM source.person WHERE id >= ?1 AND id < ?2",
            [first, first + TRANSACTION_ROWS],
        )?;
        transaction.commit()?;
    }
    Ok(start.elapsed())
}

fn write_treaty(folder: &Path) -> Result<()> {
    std::fs::write(
        folder.join("treaty.toml"),
        r#"
[treaty]
name = "bench"
[systems.one]
connector = "sqlite"
path = "one.db"
[systems.two]
connector = "sqlite"
path = "two.db"
[entities.person]
table = "person.csv"
[entities.person.match]
matcher = "match-keys"
[entities.person.systems.one]
source = "person"
[entities.person.systems.two]
source = "person"
[rules.match-keys.configuration]
keys = [["email"]]
[guards]
writes-per-minute-max = 1000000
"#,
    )?;
    let mut table = "field,type,one,two,owner,rule\n".to_owned();
    let kinds = [
        ("first", "first-name"),
        ("last", "last-name"),
        ("email", "email"),
        ("phone", "phone"),
        ("street", "street"),
        ("city", "city"),
        ("postcode", "postcode"),
    ];
    for (field, kind) in kinds {
        table += &format!("{field},{kind},{field},{field},shared,escalate\n");
    }
    table += "note,text,note,note,one,\n";
    std::fs::write(folder.join("person.csv"), table)?;
    Ok(())
}

async fn open(folder: &Path) -> Result<Engine> {
    let shipped: Vec<_> = treaty_shipped::all()
        .iter()
        .map(|rule| ShippedRule {
            name: rule.name,
            component: rule.component,
        })
        .collect();
    let read = treaty_folder::read(folder, &known(&shipped));
    let treaty = read.map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let opening = Opening {
        shipped,
        clock: Arc::new(MachineClock),
        env: Arc::new(|_| None),
        cache: Some(folder.join("cache")),
        progress: Arc::new(|_| {}),
    };
    Ok(Engine::open(&treaty, &opening).await?)
}

/// The most memory that this process has had, as the kernel counts it.
fn peak_memory_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .context("no VmHWM")?;
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}
