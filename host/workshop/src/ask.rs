//! Asking a rule what a case asks it.
//!
//! Each case is a batch of its own: the fuel of a batch is told as a whole, and
//! that of a case must be the case's own.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use treaty_folder::{
    Asked, Case, CaseFile, EntitySettings, Meeting, Sameness, TreatyFolder, resolver_setup, setup,
};
use treaty_model::{
    Comparison, InboundAnswer, MatchCandidate, OwnSchema, Pair, Population, Prepared, Setup,
    TermCount, Verdict, Written,
};
use treaty_sandbox::{Answers, Detail, LogLine, Rule, Setback};

/// What a rule answered, and what that took.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The answer.
    pub answer: Answer,
    /// Its fuel.
    pub fuel: u64,
    /// Its time on this machine.
    pub time: Duration,
    /// What the rule wrote to its log.
    pub log: Vec<LogLine>,
}

/// What a rule answered, by its kind; the setback, where it did not.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A resolver.
    Resolved(Result<Vec<Verdict>, Setback>),
    /// A mapper that reads.
    Read(Result<InboundAnswer, Setback>),
    /// A mapper that writes.
    Written(Result<Written, Setback>),
    /// A matcher.
    Compared(Result<Compared, Setback>),
}

/// What comparing two records came to.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What the matcher said.
    pub comparison: Comparison,
    /// Whether the two share a blocking key: a pass would not compare them
    /// otherwise.
    pub share_a_key: bool,
    /// What a pass makes of it.
    pub is: Sameness,
}

/// What a rule is told for a case.
pub fn setup_of(folder: &TreatyFolder, file: &CaseFile, case: &Case) -> Option<Setup> {
    let settings = folder.entity(case.entity.as_str())?;
    let schemas = file.schemas.iter().find(|(name, _)| *name == case.entity);
    let schemas: &[OwnSchema] = schemas.map_or(&[], |(_, schemas)| schemas);
    Some(match &case.asked {
        Asked::Resolve(..) => resolver_setup(folder, settings, &case.rule, schemas, file.now),
        _ => setup(folder, settings, &case.rule, schemas, file.now),
    })
}

/// Asks a rule.
pub fn ask(settings: &EntitySettings, setup: &Setup, asked: &Asked, rule: &Rule) -> Asking {
    let started = Instant::now();
    let (answer, fuel, log) = match asked {
        Asked::Resolve(conflict, _) => {
            let conflicts = std::slice::from_ref(conflict);
            let (answer, fuel, log) = the_one(rule.resolve(setup, conflicts));
            (Answer::Resolved(answer), fuel, log)
        }
        Asked::Read(system, inbound, _) => {
            let rows = std::slice::from_ref(inbound);
            let (answer, fuel, log) = the_one(rule.to_canonical(setup, *system, rows));
            (Answer::Read(answer), fuel, log)
        }
        Asked::Write(system, outbound, _) => {
            let rows = std::slice::from_ref(outbound);
            let (answer, fuel, log) = the_one(rule.from_canonical(setup, *system, rows));
            (Answer::Written(answer), fuel, log)
        }
        Asked::Match(meeting, _) => {
            let (answer, fuel, log) = meet(settings, setup, meeting, rule);
            (Answer::Compared(answer), fuel, log)
        }
    };
    Asking {
        answer,
        fuel,
        time: started.elapsed(),
        log,
    }
}

/// Takes the one answer of a batch apart: the answer, its fuel, its log.
fn the_one<T>(answers: Answers<T>) -> (Result<T, Setback>, u64, Vec<LogLine>) {
    let mut all = answers.answers.into_iter();
    // The sandbox gives as many answers as there are elements.
    let answer = all.next().expect("one answer for the one element");
    (answer, answers.fuel, answers.log)
}

/// Prepares everybody, and compares the first two.
fn meet(
    settings: &EntitySettings,
    setup: &Setup,
    meeting: &Meeting,
    rule: &Rule,
) -> (Result<Compared, Setback>, u64, Vec<LogLine>) {
    let rows: Vec<_> = meeting
        .rows
        .iter()
        .chain(meeting.others.iter().map(|other| &other.record))
        .cloned()
        .collect();
    let prepared = rule.prepare(setup, &rows);
    let (fuel, mut log) = (prepared.fuel, prepared.log);
    let all: Result<Vec<Prepared>, Setback> = prepared.answers.into_iter().collect();
    let all = match all {
        Ok(all) => all,
        Err(setback) => return (Err(setback), fuel, log),
    };
    let share_a_key = share_a_key(&all);
    let (answer, more_fuel, more_log) = the_one(compare(rule, setup, &all, meeting));
    log.extend(more_log);
    let compared = answer.map(|comparison| Compared {
        is: sameness(settings, &comparison, share_a_key),
        comparison,
        share_a_key,
    });
    (compared, fuel + more_fuel, log)
}

/// What a pass makes of two records that do not meet for the first time.
fn sameness(settings: &EntitySettings, comparison: &Comparison, share_a_key: bool) -> Sameness {
    match &settings.matching {
        Some(matching) if share_a_key && comparison.probability >= matching.link_from => {
            Sameness::Same
        }
        Some(matching) if share_a_key && comparison.probability >= matching.ask_from => {
            Sameness::Ask
        }
        _ => Sameness::Different,
    }
}

/// Whether a pass would compare the first two at all.
fn share_a_key(all: &[Prepared]) -> bool {
    let keys: BTreeSet<_> = all[0].keys.iter().collect();
    all[1].keys.iter().any(|key| keys.contains(key))
}

/// Compares the first two among all.
fn compare(rule: &Rule, setup: &Setup, all: &[Prepared], meeting: &Meeting) -> Answers<Comparison> {
    let times = [1, 1].into_iter();
    let times: Vec<u64> = times
        .chain(meeting.others.iter().map(|other| other.times))
        .collect();
    let candidate = |prepared: &Prepared| MatchCandidate {
        features: prepared.features.clone(),
        counts: prepared
            .terms
            .iter()
            .map(|term| count(term.value, all, &times))
            .collect(),
    };
    let candidates: Vec<_> = all.iter().take(2).map(candidate).collect();
    let listed: u64 = times.iter().sum();
    let records = meeting.records.unwrap_or(0).max(listed);
    let population = Population {
        records,
        // Two systems of the same size.
        pairs: (records / 2).max(1) * records.div_ceil(2).max(1),
        attributes: Vec::new(),
    };
    let pair = Pair {
        first: 0,
        second: 1,
    };
    rule.compare(setup, &population, &candidates, &[pair], Detail::Evidence)
}

/// How many records hold a term. Where a record is there several times over, each
/// is another witness.
fn count(value: u64, all: &[Prepared], times: &[u64]) -> TermCount {
    let mut witnesses = BTreeSet::new();
    let mut counted = TermCount::default();
    for (prepared, times) in all.iter().zip(times) {
        let mut terms = prepared.terms.iter();
        let Some(term) = terms.find(|term| term.value == value) else {
            continue;
        };
        counted.records += times;
        if term.witness != 0 {
            counted.witnesses += times - 1 + u64::from(witnesses.insert(term.witness));
        }
    }
    counted
}
