//! An audit of everything, and the undoing of a run.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use treaty_engine::{Engine, Mode, UndoWish};

use crate::databases::Databases;
use crate::{peak_memory_kib, timed};

/// How many records are edited at once, and put back.
const UNDONE_MAX: usize = 5_000;

/// Audits all pairs, which agree.
pub async fn audit(engine: &Engine, databases: &Databases, pairs: usize) -> Result<()> {
    let copied = databases.read_both(pairs)?;
    let before = peak_memory_kib()?;
    // The highest so far is forgotten, so that what follows has one of its own.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let start = Instant::now();
    let found = engine.audit(100).await?;
    let took = start.elapsed();
    let [entity] = found.entities.as_slice() else {
        anyhow::bail!("one entity: {found:?}");
    };
    ensure!(entity.links == pairs as u64, "{} links", entity.links);
    ensure!(entity.is_equal(), "the sides are equal: {entity:?}");
    println!(
        "    audit {took:.2?} ({:.0} records/s, {:.1}x reading both tables by SQL), {} MB (before it {} MB)",
        2.0 * pairs as f64 / took.as_secs_f64(),
        took.as_secs_f64() / copied.as_secs_f64(),
        peak_memory_kib()? / 1024,
        before / 1024,
    );
    Ok(())
}

/// Edits many records at once, and undoes the run that carries that over.
pub async fn undo(engine: &Engine, databases: &Databases, pairs: usize) -> Result<()> {
    let count = pairs.min(UNDONE_MAX);
    databases.edit_many(count)?;
    let (carried, report) = timed(engine).await?;
    let run = report.run.context("the edits were carried over")?;
    let wish = UndoWish {
        run,
        everywhere: false,
        by: "bench".to_owned(),
    };
    let start = Instant::now();
    let undone = engine.undo(&wish, Mode::Sync, &BTreeSet::new()).await?;
    let took = start.elapsed();
    let writes = undone.report.entities.iter();
    let writes = writes.flat_map(|entity| entity.systems.values());
    let writes: u64 = writes.map(|system| system.writes).sum();
    ensure!(writes == count as u64, "{writes} of {count} were undone");
    println!(
        "    undo of {count} writes {took:.2?} ({:.1}x the pass that made them, {carried:.2?})",
        took.as_secs_f64() / carried.as_secs_f64()
    );
    Ok(())
}
