//! Asking a matcher.

use std::ops::Range;

use treaty_model::{
    Comparison, Evidence, Key, MatchCandidate, Pair, Population, Prepared, Row, Setup, Term,
};
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, InstancePre};

use super::{Rule, batch, function, invoke, not_offered};
use crate::contract::matcher::{
    CandidateIn, ComparisonOut, DetailIn, PairIn, PopulationIn, PreparedOut,
};
use crate::contract::names;
use crate::contract::types::{Answer, RowIn, SetupIn, Weight, row_in};
use crate::state::State;
use crate::text::cut_owned;
use crate::{Answers, Fault, Limits, LoadError};

/// How much is asked of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Weight, probability and pattern.
    Score,
    /// The evidence in words besides.
    Evidence,
}

type Prepare<'a> = (
    (&'a SetupIn<'a>, &'a [RowIn<'a>]),
    (Vec<Answer<PreparedOut>>,),
);
type Compare<'a> = (
    (
        &'a SetupIn<'a>,
        &'a PopulationIn<'a>,
        &'a [CandidateIn<'a>],
        &'a [PairIn],
        DetailIn,
    ),
    (Vec<Answer<ComparisonOut>>,),
);

pub(super) struct Functions {
    prepare: ComponentExportIndex,
    compare: ComponentExportIndex,
}

impl Functions {
    pub(super) fn of(pre: &InstancePre<State>) -> Result<Self, LoadError> {
        Ok(Self {
            prepare: function::<Prepare<'_>>(pre, names::MATCHER, "prepare")?,
            compare: function::<Compare<'_>>(pre, names::MATCHER, "compare")?,
        })
    }

    /// Asks about nothing, for what that costs.
    pub(super) fn ask_nothing(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        setup: &SetupIn<'_>,
    ) -> wasmtime::Result<()> {
        invoke::<Prepare<'_>>(store, instance, &self.prepare, (setup, &[])).map(|_| ())
    }
}

impl Rule {
    /// Prepares records, given as canonical rows.
    pub fn prepare(&self, setup: &Setup, rows: &[Row]) -> Answers<Prepared> {
        let Some(functions) = &self.inner.matcher else {
            return not_offered(rows.len(), names::MATCHER);
        };
        let limits = &self.inner.shared.limits;
        let setup_in = SetupIn::from(setup);
        let rows: Vec<_> = rows.iter().map(row_in).collect();
        let weights: Vec<_> = rows.iter().map(Weight::weight).collect();
        batch(setup, &setup_in, &weights).run(
            &self.inner,
            |store, instance, part| {
                let parameters = (&setup_in, &rows[part]);
                invoke::<Prepare<'_>>(store, instance, &functions.prepare, parameters)
                    .map(|(answers,)| answers)
            },
            |_, answer| prepared(limits, answer),
        )
    }

    /// Compares pairs among the given records: one answer for each pair.
    ///
    /// # Panics
    /// If a pair names a record that is not given.
    pub fn compare(
        &self,
        setup: &Setup,
        population: &Population,
        records: &[MatchCandidate],
        pairs: &[Pair],
        detail: Detail,
    ) -> Answers<Comparison> {
        let Some(functions) = &self.inner.matcher else {
            return not_offered(pairs.len(), names::MATCHER);
        };
        let limits = &self.inner.shared.limits;
        let setup_in = SetupIn::from(setup);
        let population_in = PopulationIn::from(population);
        let records: Vec<_> = records.iter().map(CandidateIn::from).collect();
        let pairs: Vec<_> = pairs.iter().map(PairIn::from).collect();
        let detail_in = match detail {
            Detail::Score => DetailIn::Score,
            Detail::Evidence => DetailIn::Evidence,
        };
        let weights = weights(&records, &pairs);
        let mut batch = batch(setup, &setup_in, &weights);
        batch.fixed_weight += population_in.weight();
        batch.run(
            &self.inner,
            |store, instance, part| {
                let part = Part::of(&records, &pairs, part);
                let (records, pairs) = part.given(&records, &pairs);
                let parameters = (&setup_in, &population_in, records, pairs, detail_in);
                invoke::<Compare<'_>>(store, instance, &functions.compare, parameters)
                    .map(|(answers,)| answers)
            },
            |_, answer| comparison(limits, detail, answer),
        )
    }
}

/// A record counts for the first pair that names it: it crosses once.
fn weights(records: &[CandidateIn<'_>], pairs: &[PairIn]) -> Vec<u64> {
    let mut counted = vec![false; records.len()];
    let mut record = |at: u32| {
        let first = !std::mem::replace(&mut counted[at as usize], true);
        if first {
            records[at as usize].weight()
        } else {
            0
        }
    };
    pairs
        .iter()
        .map(|pair| 8 + record(pair.first) + record(pair.second))
        .collect()
}

/// Some of the pairs and only the records that they name, so that a record that
/// breaks the component does not break pairs without it.
enum Part<'a> {
    Whole,
    Some(Vec<CandidateIn<'a>>, Vec<PairIn>),
}

impl<'a> Part<'a> {
    fn of(records: &[CandidateIn<'a>], pairs: &[PairIn], part: Range<usize>) -> Self {
        if part.len() == pairs.len() {
            return Self::Whole;
        }
        let mut places = vec![None; records.len()];
        let mut given = Vec::new();
        let mut place = |at: u32| {
            *places[at as usize].get_or_insert_with(|| {
                given.push(records[at as usize].clone());
                u32::try_from(given.len() - 1).expect("no more records than their indexes count")
            })
        };
        let pairs = pairs[part]
            .iter()
            .map(|pair| PairIn {
                first: place(pair.first),
                second: place(pair.second),
            })
            .collect();
        Self::Some(given, pairs)
    }

    fn given<'b>(
        &'b self,
        records: &'b [CandidateIn<'a>],
        pairs: &'b [PairIn],
    ) -> (&'b [CandidateIn<'a>], &'b [PairIn]) {
        match self {
            Self::Whole => (records, pairs),
            Self::Some(records, pairs) => (records, pairs),
        }
    }
}

fn prepared(limits: &Limits, answer: PreparedOut) -> Result<Prepared, Fault> {
    at_most("keys", answer.keys.len(), limits.keys)?;
    at_most("terms", answer.terms.len(), limits.keys)?;
    at_most(
        "bytes of features",
        answer.features.len(),
        limits.feature_bytes,
    )?;
    let keys = answer.keys.into_iter().map(|key| {
        at_most("bytes in the kind of a key", key.kind.len(), 200)?;
        Ok(Key {
            kind: key.kind,
            hash: key.hash,
        })
    });
    Ok(Prepared {
        keys: keys.collect::<Result<_, Fault>>()?,
        terms: answer
            .terms
            .into_iter()
            .map(|term| Term {
                value: term.value,
                witness: term.witness,
            })
            .collect(),
        features: answer.features,
    })
}

fn comparison(limits: &Limits, detail: Detail, answer: ComparisonOut) -> Result<Comparison, Fault> {
    finite("weight", answer.weight)?;
    if !(0.0..=1.0).contains(&answer.probability) {
        let probability = answer.probability;
        return Err(Fault::malformed(format!("a probability of {probability}")));
    }
    at_most(
        "pieces of evidence",
        answer.evidence.len(),
        limits.list_elements,
    )?;
    let evidence = answer.evidence.into_iter().map(|piece| {
        finite("weight of evidence", piece.weight)?;
        Ok(Evidence {
            about: cut_owned(piece.about, limits.message_bytes),
            finding: cut_owned(piece.finding, limits.message_bytes),
            weight: piece.weight,
        })
    });
    let evidence: Vec<_> = evidence.collect::<Result<_, Fault>>()?;
    Ok(Comparison {
        weight: answer.weight,
        probability: answer.probability,
        pattern: answer.pattern,
        evidence: match detail {
            Detail::Score => Vec::new(),
            Detail::Evidence => evidence,
        },
    })
}

fn finite(what: &str, number: f64) -> Result<(), Fault> {
    if number.is_finite() {
        return Ok(());
    }
    Err(Fault::malformed(format!("a {what} of {number}")))
}

fn at_most(what: &str, has: usize, most: usize) -> Result<(), Fault> {
    if has <= most {
        return Ok(());
    }
    Err(Fault::malformed(format!(
        "{has} {what}; at most {most} are allowed"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_carries_only_its_records() {
        let features: Vec<[u8; 1]> = (0..4).map(|byte| [byte]).collect();
        let given: Vec<MatchCandidate> = features
            .iter()
            .map(|features| MatchCandidate {
                features: features.to_vec(),
                counts: Vec::new(),
            })
            .collect();
        let records: Vec<_> = given.iter().map(CandidateIn::from).collect();
        let pair = |first, second| PairIn { first, second };
        let pairs = [pair(0, 1), pair(3, 2), pair(3, 3)];
        assert_eq!(weights(&records, &pairs), [8 + 34, 8 + 34, 8]);

        let part = Part::of(&records, &pairs, 1..3);
        let (few_records, few_pairs) = part.given(&records, &pairs);
        assert_eq!(few_records.len(), 2);
        let seen: Vec<_> = few_pairs
            .iter()
            .map(|pair| (pair.first, pair.second))
            .collect();
        assert_eq!(seen, [(0, 1), (0, 0)]);
    }

    #[test]
    fn numbers_must_make_sense() {
        let check = |weight, probability, ok| {
            let answer = ComparisonOut {
                weight,
                probability,
                pattern: 0,
                evidence: Vec::new(),
            };
            let checked = comparison(&Limits::default(), Detail::Score, answer);
            assert_eq!(checked.is_ok(), ok, "{weight} {probability}");
        };
        check(1.5, 0.5, true);
        check(-1.5, 0.0, true);
        check(f64::NAN, 0.5, false);
        check(f64::INFINITY, 0.5, false);
        check(0.0, 1.1, false);
        check(0.0, f64::NAN, false);
    }
}
