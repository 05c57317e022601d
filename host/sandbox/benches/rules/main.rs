//! What the sandbox costs: the shipped rules in a sandbox beside the same code
//! called natively with a copy of the batch.
//!
//! `cargo bench -p treaty-sandbox --bench rules` prints a line for each rule and
//! size of batch: the median time of one element natively and in the sandbox,
//! and the median of the rounds' ratios. Both ways take turns within a round,
//! so that the ratios hold on a busy machine where the times do not.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod given;
mod wire;

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use map_fields::MapFields;
use match_people::People;
use resolve_standard::ResolveStandard;
use treaty_model::{Setup, SystemIndex};
use treaty_sandbox::{Answers, Detail, Profile, Rule, Sandbox, SandboxOptions};
use treaty_sdk::Exported;
use treaty_sdk::contract::mapper::exports::treaty::rules::mapper::Guest as _;
use treaty_sdk::contract::matcher::exports::treaty::rules::matcher::Guest as _;
use treaty_sdk::contract::resolver::exports::treaty::rules::resolver::Guest as _;

/// How many elements a batch has.
const BATCHES: [usize; 4] = [1, 16, 256, 1_000];
/// How often both ways take turns.
const ROUNDS: usize = 15;
/// How long one way has its turn, at least.
const TURN: Duration = Duration::from_millis(40);
/// The system whose rows are mapped.
const SYSTEM: u32 = 0;

fn main() -> Result<()> {
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let load = |name| -> Result<Rule> {
        let shipped = treaty_shipped::by_name(name);
        let shipped = shipped.ok_or_else(|| anyhow::anyhow!("{name} is not shipped"))?;
        Ok(sandbox.load(shipped.component, Profile::Contract)?)
    };
    let mapper = load("map-fields")?;
    let matcher = load("match-people")?;
    let resolver = load("resolve-standard")?;

    println!("start of an instance, with the shortest call there is (`describe`):");
    for rule in [&mapper, &matcher, &resolver] {
        let name = rule.describe()?.name;
        let mut turn = || drop(black_box(rule.describe()));
        let mut times: Vec<_> = (0..ROUNDS).map(|_| time(&mut turn)).collect();
        println!("  {name:<20}{:>9.1} µs", median(&mut times) * 1e6);
    }
    println!();
    println!(
        "{:<16}{:>6}{:>14}{:>14}{:>8}{:>14}",
        "one element", "batch", "native", "sandboxed", "ratio", "fuel"
    );
    let setup = given::setup();
    for batch in BATCHES {
        map(&mapper, &setup, batch)?;
    }
    for batch in BATCHES {
        prepare(&matcher, &setup, batch)?;
    }
    for batch in BATCHES {
        compare(&matcher, &setup, batch)?;
    }
    for batch in BATCHES {
        resolve(&resolver, &setup, batch)?;
    }
    Ok(())
}

fn map(rule: &Rule, setup: &Setup, batch: usize) -> Result<()> {
    let given = given::own_rows(batch);
    let wire_setup = wire::setup(setup);
    let wire: Vec<_> = given.iter().map(wire::inbound).collect();
    let native = || {
        let (setup, given) = (wire_setup.clone(), wire.clone());
        Exported::<MapFields>::to_canonical(setup, SYSTEM, given)
    };
    let sandboxed = || rule.to_canonical(setup, SystemIndex(SYSTEM as usize), &given);
    check(&native(), &sandboxed())?;
    contest("to-canonical", batch, &native, &sandboxed);
    Ok(())
}

fn prepare(rule: &Rule, setup: &Setup, batch: usize) -> Result<()> {
    let given = given::canonical_rows(batch);
    let wire_setup = wire::setup(setup);
    let wire: Vec<_> = given.iter().map(wire::row).collect();
    let native = || Exported::<People>::prepare(wire_setup.clone(), wire.clone());
    let sandboxed = || rule.prepare(setup, &given);
    check(&native(), &sandboxed())?;
    contest("prepare", batch, &native, &sandboxed);
    Ok(())
}

/// As many pairs as the batch is large: each record is in two of them, once with
/// itself as another system has it, once with a stranger.
fn compare(rule: &Rule, setup: &Setup, batch: usize) -> Result<()> {
    let rows = given::canonical_rows(batch + 1);
    let prepared = rule.prepare(setup, &rows).answers;
    let prepared: Vec<_> = prepared
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|setback| anyhow::anyhow!("a record is not prepared: {setback}"))?;
    let (population, records, pairs) = given::comparison(prepared);
    let wire_setup = wire::setup(setup);
    let wire_population = wire::population(&population);
    let wire_records: Vec<_> = records.iter().map(wire::match_candidate).collect();
    let wire_pairs: Vec<_> = pairs.iter().map(wire::pair).collect();
    let native = || {
        Exported::<People>::compare(
            wire_setup.clone(),
            wire_population.clone(),
            wire_records.clone(),
            wire_pairs.clone(),
            treaty_sdk::Detail::Score,
        )
    };
    let sandboxed = || rule.compare(setup, &population, &records, &pairs, Detail::Score);
    check(&native(), &sandboxed())?;
    contest("compare", batch, &native, &sandboxed);
    Ok(())
}

fn resolve(rule: &Rule, setup: &Setup, batch: usize) -> Result<()> {
    let given = given::conflicts(batch);
    let wire_setup = wire::setup(setup);
    let wire: Vec<_> = given.iter().map(wire::conflict).collect();
    let native = || Exported::<ResolveStandard>::resolve(wire_setup.clone(), wire.clone());
    let sandboxed = || rule.resolve(setup, &given);
    check(&native(), &sandboxed())?;
    contest("resolve", batch, &native, &sandboxed);
    Ok(())
}

/// Both ways answer everything: what is measured is the work and not a refusal.
fn check<A, E, B>(native: &[Result<A, E>], sandboxed: &Answers<B>) -> Result<()> {
    ensure!(native.iter().all(Result::is_ok), "natively something fails");
    for answer in &sandboxed.answers {
        if let Err(setback) = answer {
            anyhow::bail!("in the sandbox something fails: {setback}");
        }
    }
    Ok(())
}

fn contest<A, B>(
    what: &str,
    batch: usize,
    native: &impl Fn() -> A,
    sandboxed: &impl Fn() -> Answers<B>,
) {
    let fuel = sandboxed().fuel / batch as u64;
    let (mut natives, mut sandboxeds, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let one = time(&mut || drop(black_box(native())));
        let other = time(&mut || drop(black_box(sandboxed())));
        ratios.push(other / one);
        natives.push(one / batch as f64);
        sandboxeds.push(other / batch as f64);
    }
    println!(
        "{what:<16}{batch:>6}{:>11.2} µs{:>11.2} µs{:>7.2}x{fuel:>14}",
        median(&mut natives) * 1e6,
        median(&mut sandboxeds) * 1e6,
        median(&mut ratios),
    );
}

/// The time of one call in seconds, over as many calls as fill a turn.
fn time(call: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0_u32;
    loop {
        call();
        calls += 1;
        let spent = start.elapsed();
        if spent >= TURN {
            return spent.as_secs_f64() / f64::from(calls);
        }
    }
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
