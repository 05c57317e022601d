//! Matchers at work: records are prepared when they are seen, pairs are compared
//! with what the ledger keeps of them.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use treaty_ledger::{Commit, EntryKind, MatchKey, PreparedRecord, StoredRecord, Whose};
use treaty_model::{
    Comparison, Digest, FieldProblem, MatchCandidate, Pair, Population, Prepared, TermCount,
    Trouble,
};
use treaty_sandbox::Detail;

use crate::assign::{Judged, Person};
use crate::part::Bound;
use crate::reading::{Unread as _, is_of_host};
use crate::{Engine, EngineError, Part};

/// How many records are prepared in one batch.
const BATCH_RECORDS: usize = 1_000;
/// How many pairs are compared in one batch.
pub(crate) const BATCH_PAIRS: usize = 2_000;

impl Engine {
    /// Prepares records for matching, and puts what was prepared in a commit.
    /// Gives, in the order of the records, what the matcher failed on.
    pub(crate) fn prepare(
        &self,
        part: &Part,
        records: &[(Whose, &StoredRecord)],
        commit: &mut Commit,
    ) -> Vec<Option<FieldProblem>> {
        let Some((_, matcher)) = &part.matching else {
            return vec![None; records.len()];
        };
        let version = matcher_version(matcher);
        let mut failed = Vec::with_capacity(records.len());
        for batch in records.chunks(BATCH_RECORDS) {
            let rows: Vec<_> = batch
                .iter()
                .map(|(_, record)| record.observed.clone())
                .collect();
            let answers = matcher
                .switch
                .ask(rows.len(), || matcher.rule.prepare(&matcher.setup, &rows));
            self.tell_log(&matcher.id.name, &answers.log);
            let keys_of = |answer: &Result<Prepared, _>| {
                let prepared = answer.iter().flat_map(|prepared| &prepared.keys);
                prepared
                    .map(|key| self.secret_key(&key.kind, key.hash))
                    .collect()
            };
            let keys: Vec<Vec<MatchKey>> = answers.answers.par_iter().map(keys_of).collect();
            let answers = answers.answers.into_iter().zip(keys);
            for ((whose, record), (answer, keys)) in batch.iter().zip(answers) {
                let problem = answer.as_ref().err().map(|setback| {
                    let why = format!("{}: {setback}", matcher.id.name);
                    commit
                        .journal
                        .push(self.record_entry(record, EntryKind::Fault, &why));
                    let trouble = match is_of_host(setback) {
                        true => Trouble::NotTried,
                        false => Trouble::Unmatched,
                    };
                    FieldProblem::new(None, trouble, why)
                });
                failed.push(problem);
                let prepared = answer.unwrap_or_default();
                commit.prepared.push(PreparedRecord {
                    record: *whose,
                    entity: part.entity.name.clone(),
                    version: version.clone(),
                    keys,
                    terms: prepared.terms,
                    features: prepared.features,
                });
            }
        }
        failed
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
            let mut batch = self
                .ledger
                .all_records(&part.entity.name, after, BATCH_RECORDS)?;
            let Some(last) = batch.last() else { break };
            after = last.number;
            batch.retain(|record| record.presence.takes_part() && !record.is_parked());
            let records: Vec<_> = batch
                .iter()
                .map(|record| (Whose::Kept(record.number), record))
                .collect();
            let mut commit = Commit::default();
            let failed = self.prepare(part, &records, &mut commit);
            for (mut record, failed) in batch.into_iter().zip(failed) {
                if record.take_unmatched(failed) {
                    commit.records.push(record);
                }
            }
            self.ledger.commit(&commit)?;
        }
        let commit = Commit {
            facts: vec![(fact, version)],
            ..Commit::default()
        };
        self.ledger.commit(&commit)?;
        Ok(())
    }
}

/// What a matcher's failure means to a record.
pub(crate) trait Matchable {
    /// Takes in whether the matcher failed on the record. Gives whether that is
    /// news.
    fn take_unmatched(&mut self, failed: Option<FieldProblem>) -> bool;
}

impl Matchable for StoredRecord {
    fn take_unmatched(&mut self, failed: Option<FieldProblem>) -> bool {
        let mut problems = self.problems.iter();
        let known = problems.find(|problem| problem.trouble == Trouble::Unmatched);
        if known == failed.as_ref() {
            return false;
        }
        self.problems
            .retain(|problem| problem.trouble != Trouble::Unmatched);
        // Who it is cannot be told: nothing is made of it meanwhile.
        self.waiting = self.link.is_none() && failed.is_none();
        self.problems.extend(failed);
        true
    }
}

/// Compares pairs of records with what the ledger keeps of them.
pub(crate) struct Desk<'a> {
    engine: &'a Engine,
    pub(crate) part: &'a Part,
    matcher: &'a Bound,
    version: String,
    population: Population,
    /// Counts by term: common values are asked for again and again.
    counts: HashMap<u64, TermCount>,
    /// Records of pairs that the matcher failed on.
    pub(crate) failed: BTreeSet<i64>,
    /// Why, the last time.
    pub(crate) why: Option<String>,
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
            failed: BTreeSet::new(),
            why: None,
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
                        person: Person::Unasked,
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
        let mut numbers: Vec<i64> = Vec::new();
        let mut place = |number: i64| {
            *places.entry(number).or_insert_with(|| {
                numbers.push(number);
                u32::try_from(numbers.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let asked: Vec<_> = pairs
            .iter()
            .map(|(first, second)| Pair {
                first: place(*first),
                second: place(*second),
            })
            .collect();
        let candidates = self.candidates(&numbers)?;
        let (matcher, population) = (self.matcher, &self.population);
        let answers = matcher.switch.ask(asked.len(), || {
            let (rule, setup) = (&matcher.rule, &matcher.setup);
            rule.compare(setup, population, &candidates, &asked, detail)
        });
        self.engine.tell_log(&self.matcher.id.name, &answers.log);
        let answers = pairs.iter().zip(answers.answers);
        let compared = answers.map(|((first, second), answer)| match answer {
            Ok(compared) => Some(compared),
            Err(setback) => {
                self.failed.extend([*first, *second]);
                self.why = Some(format!("{}: {setback}", self.matcher.id.name));
                None
            }
        });
        Ok(compared.collect())
    }

    fn candidates(&mut self, numbers: &[i64]) -> Result<Vec<MatchCandidate>, EngineError> {
        let ledger = &self.engine.ledger;
        let prepared = ledger.prepared(numbers, &self.version)?;
        let terms = prepared.iter().flatten().flat_map(|record| &record.terms);
        let unknown: BTreeSet<u64> = terms
            .map(|term| term.value)
            .filter(|value| !self.counts.contains_key(value))
            .collect();
        let unknown: Vec<_> = unknown.into_iter().collect();
        let counts = ledger.term_counts(&self.part.entity.name, &unknown)?;
        self.counts.extend(unknown.into_iter().zip(counts));
        let counts = &self.counts;
        let candidate = |prepared: Option<Prepared>| {
            let prepared = prepared.unwrap_or_default();
            let terms = prepared.terms.iter();
            MatchCandidate {
                counts: terms.map(|term| counts[&term.value]).collect(),
                features: prepared.features,
            }
        };
        Ok(prepared.into_iter().map(candidate).collect())
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
