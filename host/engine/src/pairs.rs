//! Pairs of records that are compared: those that share a blocking key, and that
//! nobody said are not the same.

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::{MatchKey, RecordHead};
use treaty_model::Population;

use crate::assign::Judged;
use crate::identify::{BATCH_RECORDS, Identified};
use crate::matching::{BATCH_PAIRS, Desk};
use crate::{Engine, EngineError, Part};

/// How many records share a blocking key before it says nothing.
pub(crate) const BLOCK_RECORDS_MAX: usize = 200;

impl Engine {
    /// Compares every waiting record with those that share a key with it.
    pub(crate) fn judge(
        &self,
        desk: &mut Desk<'_>,
        waiting: &[RecordHead],
        found: &mut Identified,
        ask_from: f64,
    ) -> Result<Vec<Judged>, EngineError> {
        let part = desk.part;
        let mut judged = Vec::new();
        let mut pairs: Vec<(i64, i64)> = Vec::new();
        for heads in waiting.chunks(BATCH_RECORDS) {
            self.pairs_of(part, heads, &mut pairs, found)?;
            if pairs.len() >= BATCH_PAIRS {
                desk.compare(&mut pairs, ask_from, &mut judged)?;
            }
        }
        desk.compare(&mut pairs, ask_from, &mut judged)?;
        Ok(judged)
    }

    /// The pairs of some waiting records. A pair of two waiting records is only
    /// taken at its smaller number.
    fn pairs_of(
        &self,
        part: &Part,
        heads: &[RecordHead],
        pairs: &mut Vec<(i64, i64)>,
        found: &mut Identified,
    ) -> Result<(), EngineError> {
        let numbers: Vec<_> = heads.iter().map(|head| head.number).collect();
        let keys = self.ledger.keys_of(&numbers)?;
        let wanted: BTreeSet<MatchKey> = keys.iter().flatten().copied().collect();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let blocks = self
            .ledger
            .blocks(&part.entity.name, &wanted, BLOCK_RECORDS_MAX)?;
        let blocks: BTreeMap<MatchKey, Vec<i64>> = blocks
            .into_iter()
            .map(|block| (block.key, block.records))
            .collect();
        let mut others_of = Vec::with_capacity(heads.len());
        for (head, keys) in heads.iter().zip(keys) {
            let mut others = BTreeSet::new();
            for block in keys.iter().filter_map(|key| blocks.get(key)) {
                if block.len() > BLOCK_RECORDS_MAX {
                    found.blocks_skipped += 1;
                    continue;
                }
                others.extend(block.iter().copied());
            }
            others.remove(&head.number);
            others_of.push(others);
        }
        let all: BTreeSet<i64> = others_of.iter().flatten().copied().collect();
        let all: Vec<_> = all.into_iter().collect();
        let known: BTreeMap<i64, RecordHead> = self
            .ledger
            .heads(&all)?
            .into_iter()
            .map(|head| (head.number, head))
            .collect();
        let mut alike = Vec::new();
        for (head, others) in heads.iter().zip(others_of) {
            let others = others.iter().filter_map(|other| known.get(other));
            // Those that wait are compared with all others by themselves.
            let later = others.filter(|other| match head.waiting {
                true => !other.waiting || other.number > head.number,
                false => !other.waiting && other.link != head.link,
            });
            alike.extend(later.map(|other| (head.number, other.number)));
        }
        let distinct = self.ledger.are_distinct(&alike)?;
        let may_be_same = alike.into_iter().zip(distinct);
        pairs.extend(may_be_same.filter_map(|(pair, distinct)| (!distinct).then_some(pair)));
        Ok(())
    }

    /// How many records there are, and how many pairs they make.
    pub(crate) fn population(&self, part: &Part) -> Result<Population, EngineError> {
        let totals = self.ledger.totals()?;
        let sizes: Vec<u64> = part
            .entity
            .systems
            .iter()
            .map(|system| {
                let key = (part.entity.name.clone(), system.system.clone());
                let count = |counts: &BTreeMap<_, u64>| counts.get(&key).copied().unwrap_or(0);
                count(&totals.linked) + count(&totals.unlinked)
            })
            .collect();
        let records = sizes.iter().sum::<u64>();
        let mut pairs = 0;
        for (index, size) in sizes.iter().enumerate() {
            pairs += size * sizes[index + 1..].iter().sum::<u64>();
        }
        Ok(Population {
            records,
            pairs: pairs.max(1),
            attributes: Vec::new(),
        })
    }
}
