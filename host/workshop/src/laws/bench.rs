//! What a rule costs, by the size of its batches: on the same input that laws are
//! held against.

use std::time::{Duration, Instant};

use proptest::strategy::{BoxedStrategy, Strategy, ValueTree as _};
use serde::Serialize;
use treaty_folder::{CaseFile, TreatyFolder, resolver_setup, setup};
use treaty_model::{
    EntityName, Inbound, MatchCandidate, Outbound, Pair, Population, Prepared, Purpose, Row,
    SystemIndex, TermCount,
};
use treaty_sandbox::{Answers, Detail, Rule};

use super::conflicts::conflict;
use super::mapper::own;
use super::parts::resolvers;
use super::rows::canonical;
use super::trial::runner;
use super::{Ground, Tries};

/// The sizes of batches.
const BATCHES: [usize; 3] = [1, 16, 256];

/// How often a batch is run at least, and for how long at most.
const RUNS_MIN: usize = 9;
const TIME_MAX: Duration = Duration::from_millis(400);

/// What one of a rule's functions costs.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// The entity whose schemas the input was made from.
    pub entity: EntityName,
    /// The rule, by its name in the treaty.
    pub rule: String,
    /// The function: `to-canonical`, `resolve`, …
    pub function: &'static str,
    /// By the size of the batch.
    pub measures: Vec<Measure>,
}

/// What a batch of one size costs.
#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    /// How many elements the batch has.
    pub elements: usize,
    /// The median time for one element, in nanoseconds, on this machine.
    pub element_time_ns: u64,
    /// The fuel for one element.
    pub element_fuel: u64,
    /// The memory of the instance, in bytes.
    pub memory_bytes: u64,
}

/// Measures a rule as the entity's mapper, matcher or resolver: whatever it can
/// be. `name` is its name in the treaty, which its setup is made for.
pub fn bench(
    folder: &TreatyFolder,
    file: &CaseFile,
    entity: &EntityName,
    (name, rule): (&str, &Rule),
    tries: Tries,
) -> Vec<Measured> {
    let Some(settings) = folder.entity(entity.as_str()) else {
        return Vec::new();
    };
    let schemas = file.schemas.iter().find(|(known, _)| known == entity);
    let schemas = schemas.map_or(&[][..], |(_, schemas)| schemas);
    let kinds = rule.kinds();
    let setup = match kinds.resolver {
        true => resolver_setup(folder, settings, name, schemas, file.now),
        false => setup(folder, settings, name, schemas, file.now),
    };
    let ground = Ground {
        settings,
        setup: &setup,
        name,
        rule,
        tries,
        pool: None,
        attributes: &[],
    };
    let mut measured = Vec::new();
    if kinds.mapper {
        measured.extend(mapping(&ground));
    }
    if kinds.matcher {
        measured.extend(matching(&ground));
    }
    if kinds.resolver {
        let all: Vec<_> = resolvers(folder, settings)
            .into_values()
            .flatten()
            .collect();
        if !all.is_empty() {
            let drawn = draw(&ground, conflict(&ground, &all, 2));
            measured.push(measure(&ground, "resolve", &drawn, |batch| {
                rule.resolve(&setup, batch)
            }));
        }
    }
    measured
}

fn mapping(ground: &Ground<'_>) -> [Measured; 2] {
    let rows = draw(ground, canonical(&ground.settings.entity.table));
    let system = SystemIndex(0);
    let own_rows = rows
        .iter()
        .map(|row| own(ground, system.0, row, &vec![false]));
    let own_rows: Vec<Row> = own_rows.collect();
    let inbound = own_rows.iter().zip(&rows).map(|(own, known)| Inbound {
        own: own.clone(),
        known: known.clone(),
    });
    let outbound = own_rows.iter().zip(&rows).map(|(own, canonical)| Outbound {
        canonical: canonical.clone(),
        own: own.clone(),
        purpose: Purpose::Update,
    });
    let (rule, setup) = (ground.rule, ground.setup);
    [
        measure(
            ground,
            "to-canonical",
            &inbound.collect::<Vec<_>>(),
            |batch| rule.to_canonical(setup, system, batch),
        ),
        measure(
            ground,
            "from-canonical",
            &outbound.collect::<Vec<_>>(),
            |batch| rule.from_canonical(setup, system, batch),
        ),
    ]
}

fn matching(ground: &Ground<'_>) -> Vec<Measured> {
    let rows = draw(ground, canonical(&ground.settings.entity.table));
    let (rule, setup) = (ground.rule, ground.setup);
    let prepare = measure(ground, "prepare", &rows, |batch| rule.prepare(setup, batch));
    let prepared = rule.prepare(setup, &rows).answers.into_iter().flatten();
    let candidate = |prepared: Prepared| MatchCandidate {
        counts: vec![TermCount::default(); prepared.terms.len()],
        features: prepared.features,
    };
    let candidates: Vec<_> = prepared.map(candidate).collect();
    let Some(last) = candidates.len().checked_sub(1) else {
        return vec![prepare];
    };
    let place = |at: usize| u32::try_from(at.min(last)).unwrap_or(u32::MAX);
    let pairs: Vec<_> = (0..rows.len())
        .map(|at| Pair {
            first: place(at),
            second: place(at + 1),
        })
        .collect();
    let records = 10_000;
    let population = Population {
        records,
        pairs: records * records / 4,
        attributes: Vec::new(),
    };
    let compare = measure(ground, "compare", &pairs, |batch| {
        // As in a pass: the records of the batch cross, and no others.
        let records = &candidates[..candidates.len().min(batch.len() + 1)];
        rule.compare(setup, &population, records, batch, Detail::Score)
    });
    vec![prepare, compare]
}

/// As many elements as the largest batch has, the same for the same seed.
fn draw<T: std::fmt::Debug>(ground: &Ground<'_>, input: BoxedStrategy<T>) -> Vec<T> {
    let mut runner = runner(ground, "bench");
    let trees = std::iter::from_fn(|| input.new_tree(&mut runner).ok());
    let largest = BATCHES.into_iter().max().unwrap_or(1);
    trees.take(largest).map(|tree| tree.current()).collect()
}

fn measure<E, A>(
    ground: &Ground<'_>,
    function: &'static str,
    drawn: &[E],
    ask: impl Fn(&[E]) -> Answers<A>,
) -> Measured {
    let measures = BATCHES.into_iter().map(|size| {
        let batch = &drawn[..size.min(drawn.len())];
        let elements = batch.len().max(1);
        let begun = Instant::now();
        let mut times = Vec::new();
        let (mut fuel, mut memory_bytes) = (0, 0);
        while times.len() < RUNS_MIN || begun.elapsed() < TIME_MAX {
            let started = Instant::now();
            let answers = ask(batch);
            times.push(started.elapsed());
            (fuel, memory_bytes) = (answers.fuel, answers.memory_bytes);
        }
        times.sort();
        let median = times[times.len() / 2].as_nanos() / elements as u128;
        Measure {
            elements,
            element_time_ns: u64::try_from(median).unwrap_or(u64::MAX),
            element_fuel: fuel / elements as u64,
            memory_bytes,
        }
    });
    Measured {
        entity: ground.settings.entity.name.clone(),
        rule: ground.name.to_owned(),
        function,
        measures: measures.collect(),
    }
}
