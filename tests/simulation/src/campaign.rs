//! Many histories, on all cores.

use std::fmt;
use std::num::NonZeroU64;
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
    /// How many of them were played twice.
    pub twice: u64,
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
            twice,
            passes,
            took,
            figures,
            findings,
        } = self;
        let (broken, seconds) = (findings.len(), took.as_secs_f64());
        let speed = *histories as f64 / seconds.max(0.001);
        writeln!(f, "{histories} histories, {passes} passes, {broken} broken")?;
        writeln!(f, "{speed:.1} seeds a second, {twice} of them played twice")?;
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

/// What a campaign plays.
#[derive(Clone, Debug)]
pub struct Program {
    /// The histories of these seeds.
    pub seeds: Range<u64>,
    /// One in so many is played twice: the journals have to be the same.
    pub again_every: NonZeroU64,
    /// It stops after so many findings.
    pub findings_max: usize,
    /// Whether what breaks a promise is made short.
    pub shorten: Shorten,
}

impl Campaign {
    /// Plays a program, on all cores.
    pub fn play(theatre: &Theatre, program: &Program) -> anyhow::Result<Self> {
        let began = Instant::now();
        let next = AtomicU64::new(program.seeds.start);
        let shared = Mutex::new(Self::default());
        let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
        let work = || -> anyhow::Result<()> {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                let full = lock().findings.len() >= program.findings_max;
                if !program.seeds.contains(&seed) || full {
                    return Ok(());
                }
                lock().add(one(theatre, seed, program)?);
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

    fn add(&mut self, one: Self) {
        self.histories += one.histories;
        self.twice += one.twice;
        self.passes += one.passes;
        self.figures.add(one.figures);
        self.findings.extend(one.findings);
    }
}

/// Plays the history of a seed, and again where its turn has come.
fn one(theatre: &Theatre, seed: u64, program: &Program) -> anyhow::Result<Campaign> {
    let case = Case::of(seed);
    let name = format!("seed-{seed}");
    let Played {
        mut broken,
        journal,
        passes,
        mut figures,
        ..
    } = play(theatre, &name, &case)?;
    let again = seed.is_multiple_of(program.again_every.get());
    if again {
        figures.check(7, 1);
        if play(theatre, &name, &case)?.journal != journal {
            broken.push(Broken::new(7, "played twice, the journals differ"));
        }
    }
    let findings = match broken.into_iter().next() {
        Some(broken) => vec![Finding {
            seed,
            case: match program.shorten {
                Shorten::Yes => shrink(theatre, &name, &case, broken.promise)?,
                Shorten::No => case,
            },
            broken,
        }],
        None => Vec::new(),
    };
    theatre.forget(&name);
    Ok(Campaign {
        histories: 1,
        twice: u64::from(again),
        passes,
        figures,
        findings,
        ..Campaign::default()
    })
}
