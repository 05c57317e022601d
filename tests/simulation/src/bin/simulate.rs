//! Plays histories: `cargo run --release -p treaty-simulation -- --seeds 10000`.
//! A history that breaks a promise is told, made shorter, and kept.
#![expect(clippy::print_stdout, reason = "a report for a person at a terminal")]

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser;
use treaty_simulation::{Campaign, Case, Program, Shorten, Theatre, play};

/// A history is many small values: a tenth of it was the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Plays whole histories on seeds and checks the promises.
#[derive(Parser)]
struct Arguments {
    /// Plays this seed only, and tells its story.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds to play.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Plays a case from a file, and tells its story.
    #[arg(long)]
    case: Option<PathBuf>,
    /// Plays every case of a folder, until one breaks a promise.
    #[arg(long)]
    cases: Option<PathBuf>,
    /// Where shortened cases are kept.
    #[arg(long, default_value = "target/simulation")]
    keep: PathBuf,
    /// Stops after so many broken histories.
    #[arg(long, default_value_t = 5)]
    broken_max: usize,
    /// Whether broken histories are made short: `yes`, `no`.
    #[arg(long, default_value = "yes", value_parser = ["yes", "no"])]
    short: String,
    /// One history in so many is played a second time, to see whether it is the same
    /// again.
    #[arg(long, default_value = "1")]
    again_every: NonZeroU64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.keep)?;
    let theatre = Theatre::new(&arguments.keep.join("rules"))?;
    if let Some(path) = &arguments.case {
        return tell(&theatre, &case_of(path)?);
    }
    if let Some(folder) = &arguments.cases {
        return play_all(&theatre, folder);
    }
    if let Some(seed) = arguments.seed {
        return tell(&theatre, &Case::of(seed));
    }
    let seeds = arguments.from..arguments.from + arguments.seeds;
    let shorten = match arguments.short.as_str() {
        "no" => Shorten::No,
        _ => Shorten::Yes,
    };
    let plan = Program {
        seeds,
        again_every: arguments.again_every,
        findings_max: arguments.broken_max,
        shorten,
    };
    let campaign = Campaign::play(&theatre, &plan)?;
    for finding in &campaign.findings {
        println!("seed {}: {}", finding.seed, finding.broken);
        let path = arguments.keep.join(format!("seed-{}.json", finding.seed));
        std::fs::write(&path, serde_json::to_string_pretty(&finding.case)?)?;
        println!(
            "  {} deeds and {} faults are left: cargo run -p treaty-simulation -- --case {}",
            finding.case.deeds.len(),
            finding.case.faults.len(),
            path.display()
        );
    }
    println!("{campaign}");
    anyhow::ensure!(campaign.findings.is_empty(), "promises were not kept");
    Ok(())
}

fn case_of(path: &Path) -> anyhow::Result<Case> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// Plays the cases of a folder in the order of their names.
fn play_all(theatre: &Theatre, folder: &Path) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut cases: Vec<_> = entries.collect::<anyhow::Result<_>>()?;
    cases.sort();
    for path in &cases {
        let played = play(theatre, "case", &case_of(path)?)?;
        if let Some(broken) = played.broken.first() {
            println!("case {}: {broken}", path.display());
            anyhow::bail!("promises were not kept");
        }
    }
    println!("{} cases kept all promises", cases.len());
    Ok(())
}

/// Plays a case and tells everything of it.
fn tell(theatre: &Theatre, case: &Case) -> anyhow::Result<()> {
    println!("{}\n{}", case.world.treaty(0), case.world.table());
    println!("{:#?}", case.world.systems);
    for deed in &case.deeds {
        println!("{:>4} {:?}", deed.tick, deed.what);
    }
    for fault in &case.faults {
        println!("{:>4} {:?}", fault.tick, fault.what);
    }
    let played = play(theatre, "tale", case)?;
    println!("\n{}", played.story.join("\n"));
    println!("\n{}", played.journal);
    for broken in &played.broken {
        println!("{broken}");
    }
    anyhow::ensure!(played.broken.is_empty(), "promises were not kept");
    Ok(())
}
