//! Many histories, on all cores.

use std::fmt;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::broken::Broken;
use crate::case::Case;
use crate::figures::Figures;
use crate::play::{Played, play};
use crate::shrink::shrink;
use crate::theatre::Theatre;

/// What many histories came to.
#[derive(Debug, Default)]
pub struct Campaign {
    /// How many histories were played.
    pub histories: u64,
    /// How many passes were made in them.
    pub passes: u64,
    /// How long that took.
    pub took: Duration,
    /// What was counted.
    pub figures: Figures,
    /// Histories that broke a promise, by seed.
    pub findings: Vec<Finding>,
}

/// A history that broke a promise.
#[derive(Debug)]
pub struct Finding {
    /// Its seed.
    pub seed: u64,
    /// What was broken first.
    pub broken: Broken,
    /// A short case that breaks the same promise.
    pub case: Case,
}

impl fmt::Display for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            histories,
            passes,
            took,
            figures,
            findings,
        } = self;
        let (broken, seconds) = (findings.len(), took.as_secs_f64());
        let speed = *histories as f64 / seconds.max(0.001);
        writeln!(f, "{histories} histories, {passes} passes, {broken} broken")?;
        writeln!(f, "{speed:.1} seeds a second, each played twice")?;
        write!(f, "{figures}")
    }
}

/// Whether histories that broke a promise are made short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shorten {
    /// They are.
    Yes,
    /// They stay as long as they are.
    No,
}

/// Plays the histories of these seeds, each twice, and makes short what breaks a
/// promise, if that is wanted. Stops after so many findings.
pub fn campaign(
    theatre: &Theatre,
    seeds: Range<u64>,
    findings_max: usize,
    shorten: Shorten,
) -> anyhow::Result<Campaign> {
    let began = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let shared = Mutex::new(Campaign::default());
    let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || -> anyhow::Result<()> {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if !seeds.contains(&seed) || lock().findings.len() >= findings_max {
                return Ok(());
            }
            let (played, finding) = one(theatre, seed, shorten)?;
            let mut campaign = lock();
            campaign.histories += 1;
            campaign.passes += played.passes;
            campaign.figures.add(played.figures);
            campaign.findings.extend(finding);
        }
    };
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| match worker.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.collect::<anyhow::Result<()>>()
    })?;
    let mut campaign = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    campaign.findings.sort_by_key(|finding| finding.seed);
    campaign.took = began.elapsed();
    Ok(campaign)
}

/// Plays the history of a seed twice.
fn one(
    theatre: &Theatre,
    seed: u64,
    shorten: Shorten,
) -> anyhow::Result<(Played, Option<Finding>)> {
    let case = Case::of(seed);
    let name = format!("seed-{seed}");
    let mut played = play(theatre, &name, &case)?;
    let again = play(theatre, &name, &case)?;
    let mut broken = std::mem::take(&mut played.broken);
    played.figures.check(7, 1);
    if played.journal != again.journal {
        broken.push(Broken::new(7, "played twice, the journals differ"));
    }
    let finding = match broken.into_iter().next() {
        Some(broken) => Some(Finding {
            seed,
            case: match shorten {
                Shorten::Yes => shrink(theatre, &name, &case, broken.promise)?,
                Shorten::No => case,
            },
            broken,
        }),
        None => None,
    };
    theatre.forget(&name);
    Ok((played, finding))
}
