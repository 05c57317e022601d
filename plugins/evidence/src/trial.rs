//! Plays the host natively, to measure a matcher on labelled records: counts
//! terms, builds blocks from keys, compares, assigns, joins, and says how good
//! the answers were. Never part of a component.

mod blocks;
mod cluster;
mod measure;
mod report;
mod written;

pub use blocks::{BLOCK_RECORDS_MAX, Candidates};
pub use cluster::{assign_one_to_one, close};
pub use measure::{Quality, quality};
pub use report::{Aim, Report, lost, report, wrong};
pub use written::Written;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::record::{Count, Matcher, Prepared, Score, Seen};
use crate::weight::Population;

/// Labelled records.
#[derive(Debug, Default)]
pub struct DataSet {
    /// What it is called.
    pub name: String,
    /// The canonical rows.
    pub rows: Vec<Vec<Option<String>>>,
    /// What each row is: two rows of one label are the same thing.
    pub labels: Vec<u64>,
    /// Where the second system's rows start, if there are two systems.
    pub second_from: Option<usize>,
}

impl DataSet {
    /// How many pairs could match.
    #[must_use]
    pub fn pairs_possible(&self) -> u64 {
        let all = self.rows.len() as u64;
        match self.second_from {
            Some(first) => first as u64 * (all - first as u64),
            None => all * all.saturating_sub(1) / 2,
        }
    }

    /// Whether a pair may be compared: across systems where there are two.
    #[must_use]
    pub fn is_pair(&self, first: usize, second: usize) -> bool {
        first != second
            && self
                .second_from
                .is_none_or(|from| (first < from) != (second < from))
    }

    /// How many pairs are the same thing.
    #[must_use]
    pub fn pairs_true(&self) -> u64 {
        let mut sizes: HashMap<u64, (u64, u64)> = HashMap::new();
        for (at, label) in self.labels.iter().enumerate() {
            let size = sizes.entry(*label).or_default();
            if self.second_from.is_some_and(|from| at >= from) {
                size.1 += 1
            } else {
                size.0 += 1
            }
        }
        let pairs = |(first, second): &(u64, u64)| match self.second_from {
            Some(_) => first * second,
            None => first * (first - 1) / 2,
        };
        sizes.values().map(pairs).sum()
    }
}

/// A compared pair, the smaller index first.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// The first row.
    pub first: u32,
    /// The second row.
    pub second: u32,
    /// What it came to.
    pub score: Score,
}

/// Everything a run found.
pub struct Run<M: Matcher> {
    /// The records, ready for comparing.
    pub records: Vec<(M::Record, Vec<Count>)>,
    /// The population.
    pub population: Population,
    /// The candidate pairs and what they overflowed.
    pub candidates: Candidates,
    /// All candidate pairs with their scores.
    pub compared: Vec<Compared>,
    /// How long preparing took.
    pub prepare_time: Duration,
    /// How long comparing took, all threads together.
    pub compare_time: Duration,
}

/// Prepares, counts, blocks and compares.
///
/// # Panics
/// Where the matcher refuses its own features.
pub fn run<M: Matcher>(matcher: &M, set: &DataSet) -> Run<M> {
    let started = Instant::now();
    let prepared = in_threads(&set.rows, |row| matcher.prepare_row(row));
    let prepare_time = started.elapsed();
    let records = counted(matcher, &prepared);
    let candidates = Candidates::find(set, &prepared);
    drop(prepared);
    let population = Population::new(set.rows.len() as u64, set.pairs_possible());
    let started = Instant::now();
    let compared = in_threads(&candidates.pairs, |&(first, second)| Compared {
        first,
        second,
        score: matcher.compare(&population, seen(&records, first), seen(&records, second)),
    });
    let compare_time = started.elapsed();
    Run {
        records,
        population,
        candidates,
        compared,
        prepare_time,
        compare_time,
    }
}

/// Reads features back, with the counts of the records' terms.
///
/// # Panics
/// Where the matcher refuses its own features.
pub fn counted<M: Matcher>(matcher: &M, prepared: &[Prepared]) -> Vec<(M::Record, Vec<Count>)> {
    let counts = count_terms(prepared);
    let read = |one: &Prepared| {
        let of = one.terms.iter().map(|term| counts[&term.value]).collect();
        (
            matcher
                .read(&one.features)
                .expect("a matcher reads its own features"),
            of,
        )
    };
    prepared.iter().map(read).collect()
}

/// A record of a run, as comparing takes it.
pub fn seen<Record>(records: &[(Record, Vec<Count>)], at: u32) -> Seen<'_, Record> {
    let (record, counts) = &records[at as usize];
    Seen { record, counts }
}

/// Maps all elements, in order, on two threads.
fn in_threads<T: Sync, R: Send>(elements: &[T], map: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let half = elements.len().div_ceil(2);
    let map = &map;
    let parts: Vec<Vec<R>> = std::thread::scope(|scope| {
        let threads: Vec<_> = elements
            .chunks(half.max(1))
            .map(|chunk| scope.spawn(move || chunk.iter().map(map).collect::<Vec<R>>()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    parts.into_iter().flatten().collect()
}

/// In how many records each value is, and with how many witnesses.
fn count_terms(prepared: &[Prepared]) -> HashMap<u64, Count> {
    let mut seen: Vec<(u64, u64, u32)> = Vec::new();
    for (at, one) in prepared.iter().enumerate() {
        seen.extend(
            one.terms
                .iter()
                .map(|term| (term.value, term.witness, at as u32)),
        );
    }
    seen.sort_unstable();
    seen.dedup();
    let mut counts: HashMap<u64, Count> = HashMap::new();
    for group in seen.chunk_by(|a, b| a.0 == b.0) {
        let mut records: Vec<u32> = group.iter().map(|entry| entry.2).collect();
        records.sort_unstable();
        records.dedup();
        let witnesses = group
            .chunk_by(|a, b| a.1 == b.1)
            .filter(|same| same[0].1 != 0)
            .count();
        let count = Count {
            records: records.len() as u64,
            witnesses: witnesses as u64,
        };
        counts.insert(group[0].0, count);
    }
    counts
}
