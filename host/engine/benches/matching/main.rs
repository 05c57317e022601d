//! How fast the shipped matcher tells who is who among many contacts, through
//! the sandbox.
//!
//! `cargo bench -p treaty-engine --bench matching -- [whole|new] [records…]`
//!
//! `whole` prepares all records, blocks, compares and assigns them in memory, as
//! two threads can. `new` looks for one new record among those that a ledger on
//! the disk keeps, by the steps of identify: prepare, keys, blocks, counts,
//! compare. Each size runs in a process of its own, so that the peak memory is
//! its own.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod newcomer;
mod people;
mod whole;

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use treaty_sandbox::{Profile, Rule, Sandbox, SandboxOptions};

/// Says that the process is to measure one size itself.
const ALONE: &str = "--alone";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|given| given == word);
    let mut sizes: Vec<u64> = arguments
        .iter()
        .filter_map(|word| word.parse().ok())
        .collect();
    let kinds: Vec<&str> = match (has("whole"), has("new")) {
        (true, false) => vec!["whole"],
        (false, true) => vec!["new"],
        _ => vec!["whole", "new"],
    };
    if has(ALONE) {
        let records = sizes.first().copied().context("no size")?;
        let matcher = matcher()?;
        return match kinds[0] {
            "whole" => whole::measure(&matcher, records),
            _ => newcomer::measure(&matcher, records),
        };
    }
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    for kind in kinds {
        for size in &sizes {
            let status = Command::new(std::env::current_exe()?)
                .args([ALONE, kind, &size.to_string()])
                .status()?;
            ensure!(status.success(), "{kind} {size}: {status}");
        }
    }
    Ok(())
}

fn matcher() -> Result<Rule> {
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let shipped = treaty_shipped::by_name("match-people").context("match-people is shipped")?;
    Ok(sandbox.load(shipped.component, Profile::Contract)?)
}

/// The most memory that the process ever had.
fn peak_memory_mib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let digits: String = line
        .context("no VmHWM")?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Ok(digits.parse::<u64>()? / 1024)
}
