//! How long writes to PostgreSQL take: a call of as many as a call may have,
//! beside plain SQL for the same rows in one transaction, and beside a call for
//! each write.
//!
//! `cargo bench -p treaty-systems --bench postgres_write -- [log|decoding]` prints a
//! line for updates and one for creates. All figures of a line come from one run,
//! so that the ratios hold where the seconds do not. The plain SQL goes to the
//! same table, so that the triggers of the log are paid for by all.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod people;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use treaty_model::{Clock, Timestamp};
use treaty_postgres_server::{PostgresServer, Setup};
use treaty_systems::{Connector, Outcome, Source, SystemSettings, SystemWrite, open};

use people::{Kind, People};

/// How often a batch is measured; the median counts.
const BATCHES: usize = 15;
/// How often a call for each write is measured; the median counts.
const SINGLES: usize = 3;

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_micros(since.map_or(0, |since| since.as_micros() as i64))
    }
}

fn main() -> Result<()> {
    let decoding = std::env::args().any(|word| word == "decoding");
    let changes = if decoding { "decoding" } else { "log" };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(measure(changes))
}

async fn measure(changes: &str) -> Result<()> {
    let setup = Setup::default().setting("wal_level", "logical");
    let server = PostgresServer::start_with(&setup)?;
    let url = server.create_database("bench")?;
    server.execute("bench", people::TABLE)?;
    let settings = SystemSettings {
        name: "bench".into(),
        path: None,
        url: Some(url.clone()),
        options: BTreeMap::from([("changes".to_owned(), changes.to_owned())]),
    };
    let connector = open("postgres", &settings, Arc::new(MachineClock)).await?;
    let batch = connector.capabilities().writes_max;
    // Whatever finds the changes is there before anything is measured.
    let source = Source::named("person");
    connector.changes(&source, None, 10).await?;
    let (plain, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);

    println!("{batch} writes, changes = {changes}");
    println!("what, plain SQL, one call (ratio), a call for each (ratio to one call)");
    let mut people = People::new(batch);
    for kind in [Kind::Updates, Kind::Creates] {
        let (mut sql, mut one, mut each) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..BATCHES {
            let statement = people.plain(kind);
            let start = Instant::now();
            plain.batch_execute(&statement).await?;
            sql.push(start.elapsed());
            one.push(timed(&*connector, &people.writes(kind), batch).await?);
            if number < SINGLES {
                each.push(timed(&*connector, &people.writes(kind), 1).await?);
            }
        }
        let [sql, one, each] = [sql, one, each].map(median);
        println!(
            "{kind:?}, {sql:.2?}, {one:.2?} ({:.1}x), {each:.2?} ({:.1}x)",
            one.as_secs_f64() / sql.as_secs_f64(),
            each.as_secs_f64() / one.as_secs_f64()
        );
    }
    Ok(())
}

/// Carries out writes, so many in one call.
async fn timed(
    connector: &dyn Connector,
    writes: &[SystemWrite],
    in_one_call: usize,
) -> Result<Duration> {
    let source = Source::named("person");
    let start = Instant::now();
    let mut outcomes = Vec::with_capacity(writes.len());
    for call in writes.chunks(in_one_call) {
        outcomes.extend(connector.write(&source, call).await?);
    }
    let took = start.elapsed();
    let done = |outcome: &Outcome| matches!(outcome, Outcome::Done(Some(_)));
    ensure!(outcomes.iter().all(done), "not all were made: {outcomes:?}");
    Ok(took)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
