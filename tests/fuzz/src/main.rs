//! Gives bad input to a target for longer than the test command does:
//! `cargo run -p treaty-fuzz -- csv --runs 100000 --seed 7`.
#![expect(clippy::print_stdout, reason = "a report for a person at a terminal")]

use anyhow::Context as _;
use clap::Parser;
use treaty_fuzz::{all, run, target};

/// Reads damaged files until one breaks the reader.
#[derive(Parser)]
struct Arguments {
    /// What reads them; without it, the names of all targets are told.
    target: Option<String>,
    /// How many damaged files; 0: the kept ones only.
    #[arg(long, default_value_t = 10_000)]
    runs: u32,
    /// Where the damage begins.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let names: Vec<_> = all().iter().map(|target| target.name).collect();
    let Some(name) = &arguments.target else {
        names.iter().for_each(|name| println!("{name}"));
        return Ok(());
    };
    let target =
        target(name).with_context(|| format!("no such target; there are {}", names.join(", ")))?;
    let figures = run(target, arguments.runs, arguments.seed)?;
    println!(
        "{}: nothing broke; {} damaged files were read, {} refused",
        target.name, figures.taken, figures.refused
    );
    Ok(())
}
