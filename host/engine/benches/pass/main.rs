//! How long a pass takes: first sync and idle pass between two databases, beside
//! copying the same rows by SQL in transactions of the same size. And how long it
//! takes to audit all of it, and to undo a run.
//!
//! `cargo bench -p treaty-engine --bench pass -- [sqlite|postgres] [pairs…]`
//! prints a line for each size. Each size runs in a process of its own, so that
//! the peak memory is its own; what a database server takes is not in it. All
//! figures of a line come from one run, so that the ratios hold where the
//! seconds do not.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod corrections;
mod databases;
mod stopwatch;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use treaty_engine::{
    Engine, KeptRules, Mode, Opening, RealAlerts, RealSystems, Report, ShippedRule, known,
};
use treaty_ledger::LedgerOptions;
use treaty_model::{Clock, Timestamp};

use databases::{Databases, Kind};
use stopwatch::Stopwatch;

/// How many idle passes are made; the median counts.
const IDLE_PASSES: usize = 9;
/// Says that the process is to measure one size itself.
const ALONE: &str = "--alone";

/// The same as the command's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_micros(since.map_or(0, |since| since.as_micros() as i64))
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let kind = if arguments.iter().any(|word| word == "postgres") {
        Kind::Postgres
    } else {
        Kind::Sqlite
    };
    let mut sizes: Vec<usize> = arguments
        .iter()
        .filter_map(|word| word.parse().ok())
        .collect();
    if arguments.iter().any(|word| word == ALONE) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let pairs = sizes.first().copied().context("no size")?;
        let folder = tempfile::tempdir()?;
        return runtime.block_on(measure(folder.path(), kind, pairs));
    }
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000, 100_000];
    }
    println!("two databases, {}, one field in four differs", kind.name());
    println!(
        "pairs, copy by SQL, first sync (ratio, processor time), idle pass, one edit, peak memory"
    );
    for pairs in sizes {
        let status = Command::new(std::env::current_exe()?)
            .args([ALONE, kind.name(), &pairs.to_string()])
            .status()?;
        ensure!(status.success(), "{pairs} pairs: {status}");
    }
    Ok(())
}

async fn measure(folder: &Path, kind: Kind, pairs: usize) -> Result<()> {
    let databases = Databases::make(kind, folder, pairs)?;
    let copied = databases.copy(pairs)?;
    write_treaty(folder, &databases.systems())?;
    let stopwatch = Arc::new(Stopwatch::default());
    let engine = open(folder, &stopwatch).await?;

    let before = processor_time()?;
    stopwatch.start();
    let (first, report) = timed(&engine).await?;
    let phases = stopwatch.stop();
    let worked = processor_time()?.saturating_sub(before);
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
    let mut idle = Vec::with_capacity(IDLE_PASSES);
    for _ in 0..IDLE_PASSES {
        let (time, report) = timed(&engine).await?;
        ensure!(report.is_quiet(), "{report:?}");
        idle.push(time);
    }
    idle.sort();
    databases.edit()?;
    let (edit, report) = timed(&engine).await?;
    ensure!(!report.is_quiet(), "the edit was not seen");
    println!(
        "{pairs}, {copied:.2?}, {first:.2?} ({:.1}x, {worked:.1?}), {:.2?}, {edit:.2?}, {} MB",
        first.as_secs_f64() / copied.as_secs_f64(),
        idle[IDLE_PASSES / 2],
        peak_memory_kib()? / 1024
    );
    println!("    {phases}");
    timed(&engine).await?;
    corrections::audit(&engine, &databases, pairs).await?;
    corrections::undo(&engine, &databases, pairs).await
}

async fn timed(engine: &Engine) -> Result<(Duration, Report)> {
    let start = Instant::now();
    let report = engine.pass(Mode::Sync, &BTreeSet::new()).await?;
    Ok((start.elapsed(), report))
}

fn write_treaty(folder: &Path, systems: &str) -> Result<()> {
    let treaty = format!(
        r#"
[treaty]
name = "bench"
{systems}
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
"#
    );
    std::fs::write(folder.join("treaty.toml"), treaty)?;
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

async fn open(folder: &Path, stopwatch: &Arc<Stopwatch>) -> Result<Engine> {
    let shipped: Vec<_> = treaty_shipped::all()
        .iter()
        .map(|rule| ShippedRule {
            name: rule.name,
            component: rule.component,
        })
        .collect();
    let read = treaty_folder::read(folder, &known(&shipped));
    let treaty = read.map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let stopwatch = Arc::clone(stopwatch);
    let opening = Opening {
        systems: Arc::new(RealSystems),
        alerts: Arc::new(RealAlerts),
        shipped,
        clock: Arc::new(MachineClock),
        env: Arc::new(|_| None),
        compiler: None,
        cache: Some(folder.join("cache")),
        kept: KeptRules::default(),
        ledger: LedgerOptions::default(),
        progress: Arc::new(move |event| stopwatch.note(event)),
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

/// What the processors have worked for this process, as the kernel counts it: on
/// a machine with other work it says more than the time that went by.
fn processor_time() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("no name")?;
    // User and system time are the twelfth and thirteenth field after the name,
    // in hundredths of a second.
    let times = fields.split_whitespace().skip(11).take(2);
    let hundredths: u64 = times.map(str::parse::<u64>).sum::<Result<_, _>>()?;
    Ok(Duration::from_millis(10 * hundredths))
}
