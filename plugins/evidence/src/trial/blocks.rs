//! Candidate pairs from blocking keys.

use std::collections::{BTreeMap, HashMap};

use super::DataSet;
use crate::record::Prepared;

/// A block with more records than this is not compared pair by pair.
pub const BLOCK_RECORDS_MAX: usize = 200;

/// The pairs that share a key.
#[derive(Debug, Default)]
pub struct Candidates {
    /// The pairs, sorted, each once, the smaller index first.
    pub pairs: Vec<(u32, u32)>,
    /// How many blocks of each kind were too large.
    pub overflowed: BTreeMap<&'static str, usize>,
    /// How many true pairs share a key of each kind, and how many pairs in all.
    pub found_by: BTreeMap<&'static str, (u64, u64)>,
    /// How many true pairs share keys of no other kind.
    pub found_only_by: BTreeMap<&'static str, u64>,
}

/// Counts the pairs that one kind alone found.
fn found_once(sole: HashMap<u64, Option<&'static str>>) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for kind in sole.into_values().flatten() {
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

impl Candidates {
    /// Builds blocks and their pairs.
    #[must_use]
    pub fn find(set: &DataSet, prepared: &[Prepared]) -> Self {
        let mut blocks: HashMap<(&'static str, u64), Vec<u32>> = HashMap::new();
        for (at, one) in prepared.iter().enumerate() {
            for key in &one.keys {
                let block = blocks.entry((key.kind, key.hash)).or_default();
                if block.last() != Some(&(at as u32)) {
                    block.push(at as u32);
                }
            }
        }
        let mut candidates = Self::default();
        let mut packed: Vec<u64> = Vec::new();
        let mut sole: HashMap<u64, Option<&'static str>> = HashMap::new();
        for ((kind, _), block) in blocks {
            if block.len() > BLOCK_RECORDS_MAX {
                *candidates.overflowed.entry(kind).or_default() += 1;
                continue;
            }
            let found = candidates.found_by.entry(kind).or_default();
            for (at, &first) in block.iter().enumerate() {
                for &second in &block[at + 1..] {
                    if set.is_pair(first as usize, second as usize) {
                        found.0 +=
                            u64::from(set.labels[first as usize] == set.labels[second as usize]);
                        found.1 += 1;
                        let pair = u64::from(first) << 32 | u64::from(second);
                        packed.push(pair);
                        if set.labels[first as usize] == set.labels[second as usize] {
                            let known = sole.entry(pair).or_insert(Some(kind));
                            *known = known.filter(|known| *known == kind);
                        }
                    }
                }
            }
        }
        candidates.found_only_by = found_once(sole);
        packed.sort_unstable();
        packed.dedup();
        candidates.pairs = packed
            .into_iter()
            .map(|pair| ((pair >> 32) as u32, pair as u32))
            .collect();
        candidates
    }
}
