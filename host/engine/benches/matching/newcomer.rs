//! One new record against all that a ledger keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use anyhow::{Context as _, Result};
use treaty_ledger::{
    Commit, EntityShape, Ledger, MatchKey, PreparedRecord, RecordKey, StoredRecord, Whose,
};
use treaty_model::{
    Digest, EntityName, MatchCandidate, Pair, Population, Prepared, Row, Setup, SystemName,
};
use treaty_sandbox::{Detail, Rule};

use crate::people;

/// How many records are kept in one commit.
const BATCH_RECORDS: u64 = 10_000;
/// How many new records are looked for.
const NEWCOMERS: u64 = 2_000;
/// As in identify.
const BLOCK_RECORDS_MAX: usize = 200;
const VERSION: &str = "bench";

/// Fills a ledger, then looks for new records one by one. Nothing is written
/// meanwhile: what it takes to keep a record is the commit's.
pub fn measure(matcher: &Rule, records: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let ledger = Ledger::open(folder.path())?;
    let systems = people::SYSTEMS.map(|system| (SystemName::from(system), people::field_names()));
    ledger.use_shapes(vec![EntityShape {
        entity: "contact".into(),
        fields: people::field_names(),
        systems: systems.into(),
    }]);
    let desk = Desk {
        matcher,
        setup: people::setup(),
        entity: "contact".into(),
        population: people::population(records),
        ledger,
    };
    // Every fiftieth person's second record is left out: these are the new ones.
    let every = (records / 3 / NEWCOMERS).max(1);
    let is_new = |record: u64| record % 3 == 1 && (record / 3).is_multiple_of(every);
    let start = Instant::now();
    for first in (0..records).step_by(BATCH_RECORDS as usize) {
        let batch = first..records.min(first + BATCH_RECORDS);
        let batch: Vec<u64> = batch.filter(|record| !is_new(*record)).collect();
        desk.keep(&batch, records)?;
    }
    let kept = start.elapsed();
    let mut times = Vec::new();
    let (mut found, mut compared) = (0, 0);
    for record in (0..records).filter(|record| is_new(*record)) {
        let row = people::row(record, records);
        let start = Instant::now();
        let scores = desk.look_for(&row)?;
        times.push(start.elapsed());
        compared += scores.len();
        found += usize::from(scores.iter().any(|probability| *probability >= 0.5));
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!(
        "one new record against {records}: p50 {:.2?}, p99 {:.2?}, longest {:.2?}; {:.1} compared, {:.1} % found; \
         keeping took {kept:.0?}",
        at(50),
        at(99),
        at(100),
        compared as f64 / times.len() as f64,
        found as f64 * 100.0 / times.len() as f64,
    );
    Ok(())
}

struct Desk<'a> {
    matcher: &'a Rule,
    setup: Setup,
    entity: EntityName,
    population: Population,
    ledger: Ledger,
}

impl Desk<'_> {
    fn prepare(&self, rows: &[Row]) -> Result<Vec<Prepared>> {
        let answers = self.matcher.prepare(&self.setup, rows).answers;
        let prepared: Result<Vec<_>, _> = answers.into_iter().collect();
        prepared.map_err(|setback| anyhow::anyhow!("a record is not prepared: {setback}"))
    }

    /// As the engine makes the treaty's own keys.
    fn keys(prepared: &Prepared) -> Vec<MatchKey> {
        let keys = prepared.keys.iter().map(|key| {
            let digest = Digest::of(format!("bench {} {:016x}", key.kind, key.hash).as_bytes());
            MatchKey(u64::from_str_radix(&digest.hex()[..16], 16).unwrap_or(key.hash))
        });
        keys.collect()
    }

    fn keep(&self, batch: &[u64], records: u64) -> Result<()> {
        let rows: Vec<Row> = batch
            .iter()
            .map(|record| people::row(*record, records))
            .collect();
        let mut commit = Commit::default();
        let mut prepared = Vec::with_capacity(rows.len());
        for rows in rows.chunks(1_000) {
            prepared.extend(self.prepare(rows)?);
        }
        for (place, ((record, row), prepared)) in batch.iter().zip(rows).zip(prepared).enumerate() {
            let (_, system) = people::who(*record);
            let key = RecordKey {
                entity: self.entity.clone(),
                system: people::SYSTEMS[system].into(),
                remote: record.to_string().into(),
            };
            let mut stored = StoredRecord::new(key, row.clone(), row.len());
            stored.observed = row;
            stored.waiting = false;
            commit.records.push(stored);
            commit.prepared.push(PreparedRecord {
                record: Whose::InCommit(place),
                entity: self.entity.clone(),
                version: VERSION.to_owned(),
                keys: Self::keys(&prepared),
                terms: prepared.terms,
                features: prepared.features,
            });
        }
        self.ledger.commit(&commit)?;
        Ok(())
    }

    /// The probabilities of all that share a key with a record.
    fn look_for(&self, row: &Row) -> Result<Vec<f64>> {
        let mut prepared = self.prepare(std::slice::from_ref(row))?;
        let new = prepared.pop().context("one answer")?;
        let keys = Self::keys(&new);
        let blocks = self.ledger.blocks(&self.entity, &keys, BLOCK_RECORDS_MAX)?;
        let narrow = blocks
            .iter()
            .filter(|block| block.records.len() <= BLOCK_RECORDS_MAX);
        let others: BTreeSet<i64> = narrow.flat_map(|block| block.records.clone()).collect();
        let others: Vec<i64> = others.into_iter().collect();
        let heads = self.ledger.heads(&others)?;
        let alike: Vec<_> = heads.iter().map(|head| (0, head.number)).collect();
        self.ledger.are_distinct(&alike)?;
        let numbers: Vec<i64> = heads.iter().map(|head| head.number).collect();
        let kept = self.ledger.prepared(&numbers, VERSION)?;
        let candidates: Vec<Prepared> = std::iter::once(Some(new)).chain(kept).flatten().collect();
        let terms = candidates.iter().flat_map(|record| &record.terms);
        let values: BTreeSet<u64> = terms.map(|term| term.value).collect();
        let values: Vec<u64> = values.into_iter().collect();
        let counts = self.ledger.term_counts(&self.entity, &values)?;
        let counts: BTreeMap<_, _> = values.into_iter().zip(counts).collect();
        let candidates: Vec<MatchCandidate> = candidates
            .into_iter()
            .map(|record| MatchCandidate {
                counts: record
                    .terms
                    .iter()
                    .map(|term| counts[&term.value])
                    .collect(),
                features: record.features,
            })
            .collect();
        let pairs: Vec<Pair> = (1..candidates.len() as u32)
            .map(|second| Pair { first: 0, second })
            .collect();
        let answers = self.matcher.compare(
            &self.setup,
            &self.population,
            &candidates,
            &pairs,
            Detail::Score,
        );
        let scores = answers
            .answers
            .into_iter()
            .map(|answer| answer.map(|compared| compared.probability));
        let scores: Result<Vec<f64>, _> = scores.collect();
        scores.map_err(|setback| anyhow::anyhow!("a pair is not compared: {setback}"))
    }
}
