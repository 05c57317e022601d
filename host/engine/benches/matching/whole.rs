//! All records at once, in memory, by two threads.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::Result;
use treaty_model::{Comparison, MatchCandidate, Pair, TermCount};
use treaty_sandbox::{Detail, Rule};

use crate::{peak_memory_mib, people};

const THREADS: u64 = 2;
const BATCH_RECORDS: u64 = 1_000;
const BATCH_PAIRS: usize = 2_000;
/// As in identify.
const BLOCK_RECORDS_MAX: usize = 200;
/// From this probability on a pair is linked.
const LINK_FROM: f64 = 0.5;

/// Matches so many records, and says what each step took and how good it was.
pub fn measure(matcher: &Rule, records: u64) -> Result<()> {
    let start = Instant::now();
    let half = records.div_ceil(THREADS);
    let shelves = on_threads(|thread| {
        Shelf::fill(
            matcher,
            records,
            thread * half..records.min((thread + 1) * half),
        )
    })?;
    let making = shelves.iter().map(|shelf| shelf.making).max();
    let making = making.unwrap_or_default();
    let preparing = start.elapsed().saturating_sub(making);

    let start = Instant::now();
    let mut features = Vec::with_capacity(records as usize);
    let mut ends: Vec<u32> = Vec::with_capacity(records as usize);
    let (mut terms, mut keys) = (Vec::new(), Vec::new());
    for shelf in shelves {
        let slots = ends.last().copied().unwrap_or(0);
        features.extend(shelf.features);
        ends.extend(shelf.ends.iter().map(|end| end + slots));
        terms.push((shelf.terms, slots));
        keys.push(shelf.keys);
    }
    let counts = count(terms, ends.last().copied().unwrap_or(0));
    let counting = start.elapsed();

    let start = Instant::now();
    let pairs = pairs(keys);
    let blocking = start.elapsed();

    let start = Instant::now();
    let kept = Kept {
        features,
        ends,
        counts,
    };
    let half = pairs.len().div_ceil(THREADS as usize).max(1);
    let linked = on_threads(|thread| {
        let share = pairs.chunks(half).nth(thread as usize).unwrap_or_default();
        kept.compare(matcher, records, share)
    })?;
    let comparing = start.elapsed();

    let start = Instant::now();
    let links = assign(linked.into_iter().flatten().collect());
    let assigning = start.elapsed();
    let all = preparing + counting + blocking + comparing + assigning;
    let right = links
        .iter()
        .filter(|(one, other)| people::who(*one).0 == people::who(*other).0)
        .count() as f64;
    println!(
        "{records} records, {} pairs: {all:.1?} in all (prepare {preparing:.1?}, count {counting:.1?}, block {blocking:.1?}, \
         compare {comparing:.1?} or {:.2}M pairs/s, assign {assigning:.1?}), {} MiB; \
         linked with precision {:.4}, recall {:.4}",
        pairs.len(),
        pairs.len() as f64 / comparing.as_secs_f64() / 1e6,
        peak_memory_mib()?,
        right / links.len() as f64,
        right / (records / 3) as f64,
    );
    Ok(())
}

fn on_threads<T: Send>(work: impl Fn(u64) -> Result<T> + Sync) -> Result<Vec<T>> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || work(thread)))
            .collect();
        let done = threads.into_iter().map(|thread| thread.join());
        done.map(|result| result.unwrap_or_else(|_| anyhow::bail!("a thread panicked")))
            .collect()
    })
}

/// A term, its witness, and the place of its count.
type Term = (u64, u32, u32);

/// What one thread prepared.
#[derive(Default)]
struct Shelf {
    features: Vec<Box<[u8]>>,
    /// Where the counts of each record end.
    ends: Vec<u32>,
    terms: Vec<Term>,
    /// Keys and their records, apart by the key's last bit.
    keys: [Vec<(u64, u32)>; THREADS as usize],
    /// How long it took to make up the records.
    making: Duration,
}

impl Shelf {
    fn fill(matcher: &Rule, records: u64, share: Range<u64>) -> Result<Self> {
        let setup = people::setup();
        let mut shelf = Self::default();
        for first in share.clone().step_by(BATCH_RECORDS as usize) {
            let batch = first..share.end.min(first + BATCH_RECORDS);
            let start = Instant::now();
            let rows: Vec<_> = batch
                .clone()
                .map(|record| people::row(record, records))
                .collect();
            shelf.making += start.elapsed();
            let answers = matcher.prepare(&setup, &rows).answers;
            for (record, prepared) in batch.zip(answers) {
                let prepared =
                    prepared.map_err(|setback| anyhow::anyhow!("not prepared: {setback}"))?;
                for key in prepared.keys {
                    // The kind is in the shipped matchers' hashes already.
                    shelf.keys[(key.hash % THREADS) as usize].push((key.hash, record as u32));
                }
                for term in prepared.terms {
                    let slot = shelf.terms.len() as u32;
                    shelf.terms.push((term.value, term.witness as u32, slot));
                }
                shelf.ends.push(shelf.terms.len() as u32);
                shelf.features.push(prepared.features.into());
            }
        }
        Ok(shelf)
    }
}

/// How often each term was seen, by its place.
fn count(shelves: Vec<(Vec<Term>, u32)>, slots: u32) -> Vec<TermCount> {
    let mut terms: Vec<Term> = Vec::with_capacity(slots as usize);
    for (shelf, after) in shelves {
        let placed = shelf.into_iter();
        terms.extend(placed.map(|(value, witness, slot)| (value, witness, slot + after)));
    }
    terms.sort_unstable();
    let mut counts = vec![TermCount::default(); slots as usize];
    for same in terms.chunk_by(|one, other| one.0 == other.0) {
        let witnesses = same.chunk_by(|one, other| one.1 == other.1);
        let count = TermCount {
            records: same.len() as u64,
            witnesses: witnesses.filter(|seen| seen[0].1 != 0).count() as u64,
        };
        for (_, _, slot) in same {
            counts[*slot as usize] = count;
        }
    }
    counts
}

/// The pairs across systems that share a key, sorted, each once.
fn pairs(shelves: Vec<[Vec<(u64, u32)>; THREADS as usize]>) -> Vec<(u32, u32)> {
    let mut shares: [Vec<Vec<(u64, u32)>>; THREADS as usize] = Default::default();
    for shelf in shelves {
        for (share, keys) in shares.iter_mut().zip(shelf) {
            share.push(keys);
        }
    }
    let found = std::thread::scope(|scope| {
        let threads = shares.map(|share| scope.spawn(move || pairs_of(share)));
        threads.map(|thread| thread.join().expect("no panic"))
    });
    let mut pairs = found.concat();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn pairs_of(mut shelves: Vec<Vec<(u64, u32)>>) -> Vec<(u32, u32)> {
    let mut keys = shelves.pop().unwrap_or_default();
    shelves.into_iter().for_each(|shelf| keys.extend(shelf));
    keys.sort_unstable();
    let system = |record: u32| people::who(u64::from(record)).1;
    let mut pairs = Vec::new();
    let blocks = keys.chunk_by(|one, other| one.0 == other.0);
    for block in blocks.filter(|block| block.len() <= BLOCK_RECORDS_MAX) {
        for (at, (_, first)) in block.iter().enumerate() {
            let others = block[at + 1..].iter().map(|(_, second)| *second);
            let across = others.filter(|second| system(*first) != system(*second));
            pairs.extend(across.map(|second| (*first, second)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// All that comparing needs.
struct Kept {
    features: Vec<Box<[u8]>>,
    ends: Vec<u32>,
    counts: Vec<TermCount>,
}

impl Kept {
    fn candidate(&self, record: u32) -> MatchCandidate {
        let record = record as usize;
        let start = record.checked_sub(1).map_or(0, |before| self.ends[before]);
        MatchCandidate {
            counts: self.counts[start as usize..self.ends[record] as usize].to_vec(),
            features: self.features[record].to_vec(),
        }
    }

    /// The pairs that are linked, with their weight.
    fn compare(
        &self,
        matcher: &Rule,
        records: u64,
        pairs: &[(u32, u32)],
    ) -> Result<Vec<(f64, u64, u64)>> {
        let setup = people::setup();
        let population = people::population(records);
        let mut linked = Vec::new();
        for batch in pairs.chunks(BATCH_PAIRS) {
            let mut places: HashMap<u32, u32> = HashMap::new();
            let mut candidates = Vec::new();
            let mut place = |record: u32| {
                *places.entry(record).or_insert_with(|| {
                    candidates.push(self.candidate(record));
                    candidates.len() as u32 - 1
                })
            };
            let asked: Vec<Pair> = batch
                .iter()
                .map(|(first, second)| Pair {
                    first: place(*first),
                    second: place(*second),
                })
                .collect();
            let answers = matcher.compare(&setup, &population, &candidates, &asked, Detail::Score);
            for ((first, second), answer) in batch.iter().zip(answers.answers) {
                let Comparison {
                    weight,
                    probability,
                    ..
                } = answer.map_err(|setback| anyhow::anyhow!("not compared: {setback}"))?;
                if probability >= LINK_FROM {
                    linked.push((weight, u64::from(*first), u64::from(*second)));
                }
            }
        }
        Ok(linked)
    }
}

/// Takes each record once, the heaviest pair first.
fn assign(mut linked: Vec<(f64, u64, u64)>) -> Vec<(u64, u64)> {
    linked.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut taken = HashSet::new();
    let mut links = Vec::new();
    for (_, first, second) in linked {
        if !taken.contains(&first) && !taken.contains(&second) {
            taken.extend([first, second]);
            links.push((first, second));
        }
    }
    links
}
