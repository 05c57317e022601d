//! What many histories came to, in numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::deed::Fault;
use crate::moment::{CrashPoint, Moment};

/// What is counted in histories.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// What went wrong, by kind, and how often.
    pub injected: BTreeMap<&'static str, u64>,
    /// How often each promise was checked: once for each thing and field, edit,
    /// write, record or plan that it speaks of.
    pub checked: BTreeMap<u8, u64>,
    /// How often each guard tripped.
    pub tripped: BTreeMap<String, u64>,
    /// Where Treaty was killed.
    pub killed: BTreeSet<CrashPoint>,
    /// Where it waited.
    pub waited: BTreeSet<CrashPoint>,
    /// What was written once everything had come to rest.
    pub writes_after_rest: u64,
    /// What was made beside a record of the same thing that Treaty knew.
    pub duplicates: u64,
    /// How often a write landed on an edit that nobody had seen, in systems that
    /// cannot tell.
    pub written_over: u64,
}

impl Figures {
    /// Counts a fault.
    pub fn count(&mut self, fault: &Fault) {
        self.inject(fault.kind());
    }

    /// Counts something that went wrong.
    pub fn inject(&mut self, kind: &'static str) {
        *self.injected.entry(kind).or_default() += 1;
    }

    /// Counts checks of a promise.
    pub fn check(&mut self, promise: u8, times: usize) {
        *self.checked.entry(promise).or_default() += times as u64;
    }

    /// Adds those of another history.
    pub fn add(&mut self, other: Self) {
        for (kind, times) in other.injected {
            *self.injected.entry(kind).or_default() += times;
        }
        for (promise, times) in other.checked {
            *self.checked.entry(promise).or_default() += times;
        }
        for (guard, times) in other.tripped {
            *self.tripped.entry(guard).or_default() += times;
        }
        self.killed.extend(other.killed);
        self.waited.extend(other.waited);
        self.writes_after_rest += other.writes_after_rest;
        self.duplicates += other.duplicates;
        self.written_over += other.written_over;
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "faults injected: {}",
            self.injected.values().sum::<u64>()
        )?;
        for (kind, times) in &self.injected {
            writeln!(f, "  {kind}: {times}")?;
        }
        writeln!(
            f,
            "promises checked: {}",
            self.checked.values().sum::<u64>()
        )?;
        for (promise, times) in &self.checked {
            writeln!(f, "  promise {promise}: {times}")?;
        }
        writeln!(f, "guards tripped: {}", self.tripped.values().sum::<u64>())?;
        for (guard, times) in &self.tripped {
            writeln!(f, "  {guard}: {times}")?;
        }
        let all = Moment::all();
        let missing: Vec<_> = all
            .iter()
            .filter(|point| !self.killed.contains(point))
            .map(|(doing, moment)| format!("{doing:?} {moment}"))
            .collect();
        let covered = all.len() - missing.len();
        writeln!(f, "crash points covered: {covered} of {}", all.len())?;
        if !missing.is_empty() {
            writeln!(f, "  never killed at: {}", missing.join(", "))?;
        }
        let over = self.written_over;
        writeln!(f, "writes that landed on an edit nobody had seen: {over}")?;
        writeln!(f, "writes after convergence: {}", self.writes_after_rest)?;
        write!(f, "duplicates created: {}", self.duplicates)
    }
}
