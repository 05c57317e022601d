//! Matchers at work: records are prepared when they are seen, pairs are compared
//! with what the ledger keeps of them.

use std::collections::HashMap;

use treaty_ledger::{Commit, PreparedRecord, StoredRecord};
use treaty_model::{Comparison, Digest, MatchCandidate, Pair, Population, TermCount};
use treaty_sandbox::Detail;

use crate::assign::Judged;
use crate::part::Bound;
use crate::{Engine, EngineError, Part};

/// How many records are prepared in one batch.
const BATCH_RECORDS: usize = 1_000;
/// How many pairs are compared in one batch.
pub(crate) const BATCH_PAIRS: usize = 2_000;

impl Engine {
    /// Prepares records for matching and keeps what was prepared. Records that
    /// the matcher fails on have no keys: they match nothing and wait for a
    /// person no less than others.
    pub(crate) fn prepare(&self, part: &Part, records: &[StoredRecord]) -> Result<(), EngineError> {
        let Some((_, matcher)) = &part.matching else {
            return Ok(());
        };
        let version = matcher_version(matcher);
        for batch in records.chunks(BATCH_RECORDS) {
            let rows: Vec<_> = batch.iter().map(|record| record.observed.clone()).collect();
            let answers = matcher.rule.prepare(&matcher.setup, &rows);
            self.tell_log(&matcher.id.name, &answers.log);
            let mut commit = Commit::default();
            for (record, answer) in batch.iter().zip(answers.answers) {
                let prepared = match answer {
                    Ok(prepared) => prepared,
                    Err(setback) => {
                        let entry = self.record_entry(
                            record,
                            treaty_ledger::EntryKind::Fault,
                            &format!("{}: {setback}", matcher.id.name),
                        );
                        commit.journal.push(entry);
                        Default::default()
                    }
                };
                let keys = prepared
                    .keys
                    .iter()
                    .map(|key| self.secret_key(&key.kind, key.hash));
                commit.prepared.push(PreparedRecord {
                    record: record.number,
                    entity: part.entity.name.clone(),
                    version: version.clone(),
                    keys: keys.collect(),
                    terms: prepared.terms,
                    features: prepared.features,
                });
            }
            self.ledger.commit(&commit)?;
        }
        Ok(())
    }

    /// Prepares everything again where the matcher is another than the one that
    /// prepared it.
    pub(crate) fn prepare_after_change(&self, part: &Part) -> Result<(), EngineError> {
        let Some((_, matcher)) = &part.matching else {
            return Ok(());
        };
        let fact = format!("matcher of {}", part.entity.name);
        let version = matcher_version(matcher);
        if self.ledger.fact(&fact)?.as_ref() == Some(&version) {
            return Ok(());
        }
        let mut after = 0;
        loop {
            let batch = self
                .ledger
                .all_records(&part.entity.name, after, BATCH_RECORDS)?;
            let Some(last) = batch.last() else { break };
            after = last.number;
            self.prepare(part, &batch)?;
        }
        let commit = Commit {
            facts: vec![(fact, version)],
            ..Commit::default()
        };
        self.ledger.commit(&commit)?;
        Ok(())
    }
}

/// Compares pairs of records with what the ledger keeps of them.
pub(crate) struct Desk<'a> {
    engine: &'a Engine,
    part: &'a Part,
    matcher: &'a Bound,
    version: String,
    population: Population,
    /// Counts by term: common values are asked for again and again.
    counts: HashMap<u64, TermCount>,
}

impl<'a> Desk<'a> {
    /// A desk for one matcher.
    pub(crate) fn new(
        engine: &'a Engine,
        part: &'a Part,
        matcher: &'a Bound,
        population: Population,
    ) -> Self {
        let version = matcher_version(matcher);
        let counts = HashMap::new();
        Self {
            engine,
            part,
            matcher,
            version,
            population,
            counts,
        }
    }

    /// Compares a batch and keeps the pairs that are alike enough to ask about.
    pub(crate) fn compare(
        &mut self,
        pairs: &mut Vec<(i64, i64)>,
        ask_from: f64,
        judged: &mut Vec<Judged>,
    ) -> Result<(), EngineError> {
        for batch in pairs.chunks(BATCH_PAIRS) {
            let compared = self.run(batch, Detail::Score)?;
            for ((first, second), compared) in batch.iter().zip(compared) {
                let Some(compared) = compared else { continue };
                if compared.probability >= ask_from {
                    judged.push(Judged {
                        first: *first.min(second),
                        second: *first.max(second),
                        weight: compared.weight,
                        probability: compared.probability,
                        asked: false,
                    });
                }
            }
        }
        pairs.clear();
        Ok(())
    }

    /// Compares; none where the matcher failed on a pair.
    pub(crate) fn run(
        &mut self,
        pairs: &[(i64, i64)],
        detail: Detail,
    ) -> Result<Vec<Option<Comparison>>, EngineError> {
        let mut places: HashMap<i64, u32> = HashMap::new();
        let mut candidates: Vec<MatchCandidate> = Vec::new();
        let mut asked = Vec::with_capacity(pairs.len());
        for (first, second) in pairs {
            let mut place = |number: i64| -> Result<u32, EngineError> {
                if let Some(place) = places.get(&number) {
                    return Ok(*place);
                }
                let place = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
                candidates.push(self.candidate(number)?);
                places.insert(number, place);
                Ok(place)
            };
            asked.push(Pair {
                first: place(*first)?,
                second: place(*second)?,
            });
        }
        let rule = &self.matcher.rule;
        let answers = rule.compare(
            &self.matcher.setup,
            &self.population,
            &candidates,
            &asked,
            detail,
        );
        self.engine.tell_log(&self.matcher.id.name, &answers.log);
        Ok(answers.answers.into_iter().map(Result::ok).collect())
    }

    fn candidate(&mut self, number: i64) -> Result<MatchCandidate, EngineError> {
        let prepared = self
            .engine
            .ledger
            .prepared(number, &self.version)?
            .unwrap_or_default();
        let mut counts = Vec::with_capacity(prepared.terms.len());
        for term in &prepared.terms {
            let count = match self.counts.get(&term.value) {
                Some(count) => *count,
                None => {
                    let entity = &self.part.entity.name;
                    let count = self.engine.ledger.term_count(entity, term.value)?;
                    self.counts.insert(term.value, count);
                    count
                }
            };
            counts.push(count);
        }
        Ok(MatchCandidate {
            features: prepared.features,
            counts,
        })
    }
}

/// Names a matcher with its configuration: what it prepared under another name
/// is prepared again.
pub(crate) fn matcher_version(matcher: &Bound) -> String {
    let configuration = Digest::of(matcher.setup.configuration.as_bytes());
    let schema = Digest::of(format!("{:?}", matcher.setup.canonical).as_bytes());
    format!(
        "{}-{}-{}",
        matcher.id.digest.short(),
        configuration.short(),
        schema.short()
    )
}
