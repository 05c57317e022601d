//! The interface `matcher`.

use treaty_model::{MatchCandidate, Pair, Population, TermCount};
use wasmtime::component::{ComponentType, Lift, Lower};

use super::types::{AttributeIn, Weight, attributes_in};

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct KeyOut {
    pub(crate) kind: String,
    pub(crate) hash: u64,
}

#[derive(Clone, Copy, ComponentType, Lift)]
#[component(record)]
pub(crate) struct TermOut {
    pub(crate) value: u64,
    pub(crate) witness: u64,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PreparedOut {
    pub(crate) keys: Vec<KeyOut>,
    pub(crate) terms: Vec<TermOut>,
    pub(crate) features: Vec<u8>,
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub(crate) struct TermCountIn {
    records: u64,
    witnesses: u64,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct PopulationIn<'a> {
    records: u64,
    pairs: u64,
    attributes: Vec<AttributeIn<'a>>,
}

#[derive(Clone, ComponentType, Lower)]
#[component(record)]
pub(crate) struct CandidateIn<'a> {
    features: &'a [u8],
    counts: Vec<TermCountIn>,
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub(crate) struct PairIn {
    pub(crate) first: u32,
    pub(crate) second: u32,
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum DetailIn {
    #[component(name = "score")]
    Score,
    #[component(name = "evidence")]
    Evidence,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct EvidenceOut {
    pub(crate) about: String,
    pub(crate) finding: String,
    pub(crate) weight: f64,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct ComparisonOut {
    pub(crate) weight: f64,
    pub(crate) probability: f64,
    pub(crate) pattern: u64,
    pub(crate) evidence: Vec<EvidenceOut>,
}

impl From<&TermCount> for TermCountIn {
    fn from(count: &TermCount) -> Self {
        Self {
            records: count.records,
            witnesses: count.witnesses,
        }
    }
}

impl<'a> From<&'a Population> for PopulationIn<'a> {
    fn from(population: &'a Population) -> Self {
        Self {
            records: population.records,
            pairs: population.pairs,
            attributes: attributes_in(&population.attributes),
        }
    }
}

impl<'a> From<&'a MatchCandidate> for CandidateIn<'a> {
    fn from(candidate: &'a MatchCandidate) -> Self {
        Self {
            features: &candidate.features,
            counts: candidate.counts.iter().map(TermCountIn::from).collect(),
        }
    }
}

impl From<&Pair> for PairIn {
    fn from(pair: &Pair) -> Self {
        Self {
            first: pair.first,
            second: pair.second,
        }
    }
}

impl Weight for PopulationIn<'_> {
    fn weight(&self) -> u64 {
        16 + self.attributes.weight()
    }
}

impl Weight for CandidateIn<'_> {
    fn weight(&self) -> u64 {
        16 + (self.features.len() + 16 * self.counts.len()) as u64
    }
}
