//! A history as it is played: passes, kills and starts, until Treaty rests.

mod operator;
mod planned;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context as _;
use treaty_engine::{Engine, EngineError, Mode, Opening, Report};
use treaty_folder::TreatyFolder;
use treaty_ledger::{Interrupt, LedgerOptions};

use crate::broken::Broken;
use crate::case::Case;
use crate::connector::{Nobody, Simulated};
use crate::deed::Fault;
use crate::figures::Figures;
use crate::journal::Files;
use crate::moment::{Doing, Moment};
use crate::moods::Moods;
use crate::on_stage::on_stage;
use crate::promise::{self, Rest};
use crate::reported::summary;
use crate::stage::Shared;
use crate::store::Store;
use crate::theatre::Theatre;

/// How long Treaty rests between two passes.
const BETWEEN_PASSES_MS: i64 = 20_000;
/// How many ticks pass meanwhile.
const BETWEEN_PASSES_TICKS: u64 = 3;
/// How many passes a history has at most before its end.
const PASSES_MAX: u64 = 400;
/// Within how many passes Treaty comes to rest once nothing goes wrong.
const PASSES_TO_REST: u64 = 12;

/// What became of a history.
#[derive(Debug)]
pub struct Played {
    /// The promises that were not kept.
    pub broken: Vec<Broken>,
    /// The journal as text.
    pub journal: String,
    /// What happened, line by line.
    pub story: Vec<String>,
    /// How many passes were made.
    pub passes: u64,
    /// What was counted.
    pub figures: Figures,
}

/// Plays a case in a folder of this name.
pub fn play(theatre: &Theatre, name: &str, case: &Case) -> anyhow::Result<Played> {
    let root = theatre.fresh(name)?;
    std::fs::write(root.join("person.csv"), case.world.table())?;
    if case.world.moods.is_some() {
        std::fs::write(
            root.join(Moods::FILE),
            treaty_hostile::guests::FAILS_AS_TOLD,
        )?;
    }
    let folder = theatre.write(&root, &case.world, 0)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut player = Player {
        theatre,
        folder,
        stage: Shared::new(&case.world, case.deeds.clone(), case.faults.clone()),
        steps: Arc::new(AtomicI64::new(i64::MAX)),
        ledger_fails: (case.faults.iter())
            .any(|fault| matches!(fault.what, Fault::LedgerFails { .. })),
        engine: None,
        story: Vec::new(),
        broken: Vec::new(),
        passes: 0,
        upgrades: 0,
        read_out: false,
        figures: Figures::default(),
    };
    runtime.block_on(player.history())?;
    player.end()
}

struct Player<'a> {
    theatre: &'a Theatre,
    folder: TreatyFolder,
    stage: Shared,
    /// How many steps the ledger works on before it fails.
    steps: Arc<AtomicI64>,
    /// Whether the ledger ever does.
    ledger_fails: bool,
    engine: Option<Engine>,
    story: Vec<String>,
    broken: Vec<Broken>,
    passes: u64,
    /// How often the rule with bad days was upgraded.
    upgrades: u64,
    /// Whether the last pass read everything to its end.
    read_out: bool,
    figures: Figures,
}

impl Player<'_> {
    async fn history(&mut self) -> anyhow::Result<()> {
        self.stage.lock().tick();
        while !self.stage.lock().is_over() && self.passes < PASSES_MAX {
            self.upgrade()?;
            self.start(false).await;
            let plans = std::mem::take(&mut self.stage.lock().plans);
            for _ in 0..plans {
                self.pass(Mode::Plan).await;
            }
            match self.passes % 4 {
                3 => self.planned_pass().await?,
                _ => {
                    self.pass(Mode::Sync).await;
                }
            }
            self.between()?;
        }
        self.come_to_rest().await
    }

    /// Nothing goes wrong any more, and Treaty has nothing left to do.
    async fn come_to_rest(&mut self) -> anyhow::Result<()> {
        self.stage.lock().heal();
        self.steps.store(i64::MAX, Ordering::Relaxed);
        self.engine = None;
        self.story.push("nothing goes wrong any more".to_owned());
        let mut rests = false;
        for pass in 0..PASSES_TO_REST {
            self.stage.lock().wait(3_600_000);
            self.start(true).await;
            let report = self.pass(Mode::Sync).await;
            self.answer()?;
            self.approve()?;
            let quiet = report.is_some_and(|report| {
                report.is_quiet() && report.trips.is_empty() && !report.reopen
            });
            // A listing that was broken off goes on where it was: what changed
            // before that place shows in the next one.
            rests = quiet && pass > 0;
            if rests && self.stage.lock().answers.is_empty() {
                break;
            }
        }
        if !rests {
            self.broken.push(Broken::new(
                2,
                format!("no rest after {PASSES_TO_REST} passes"),
            ));
        }
        let sent = self.stage.lock().history.sent.len();
        self.stage.lock().wait(3_600_000);
        self.pass(Mode::Sync).await;
        let again = self.stage.lock().history.sent.len();
        self.figures.check(3, 1);
        self.figures.writes_after_rest += (again - sent) as u64;
        if rests && again != sent {
            self.broken.push(Broken::new(
                3,
                format!("{} writes after rest", again - sent),
            ));
        }
        Ok(())
    }

    /// Upgrades the rule with bad days, where that is due.
    fn upgrade(&mut self) -> anyhow::Result<()> {
        let mut stage = self.stage.lock();
        if stage.take(&Fault::Upgraded) {
            self.upgrades += 1;
            self.engine = None;
            let root = self.folder.root.clone();
            self.folder = self.theatre.write(&root, &stage.world, self.upgrades)?;
        }
        Ok(())
    }

    /// Starts Treaty where it does not run.
    async fn start(&mut self, healed: bool) {
        let restart = self.stage.lock().take(&Fault::Restart);
        let full = !healed && self.stage.lock().take(&Fault::DiskFull);
        if restart || full {
            self.engine = None;
        }
        if self.engine.is_some() {
            return;
        }
        let opening = self.opening(full);
        self.stage.lock().doing = Doing::Start;
        let opened = on_stage(&self.stage, Engine::open(&self.folder, &opening)).await;
        match opened {
            None => self.note("killed while it was starting".to_owned()),
            Some(Ok(engine)) => self.engine = Some(engine),
            Some(Err(error)) => self.failed("start", &error),
        }
    }

    fn opening(&self, disk_full: bool) -> Opening {
        let steps = Arc::clone(&self.steps);
        Opening {
            shipped: self.theatre.shipped.clone(),
            systems: Arc::new(Simulated(self.stage.clone())),
            alerts: Arc::new(Nobody),
            clock: Arc::new(self.stage.clone()),
            env: Arc::new(|_| None),
            compiler: None,
            kept: self.theatre.kept.clone(),
            cache: Some(self.theatre.cache.clone()),
            ledger: LedgerOptions {
                pages_max: disk_full.then_some(1),
                // Where it never fails it is not asked, which it is at every step.
                interrupt: self.ledger_fails.then(|| {
                    Interrupt(Arc::new(move || steps.fetch_sub(1, Ordering::Relaxed) <= 0))
                }),
                ..LedgerOptions::default()
            },
            progress: Arc::new(|_| {}),
        }
    }

    /// Makes a pass, if Treaty runs. Gives its report unless it was killed or
    /// failed.
    async fn pass(&mut self, mode: Mode) -> Option<Report> {
        self.passes += 1;
        let read_out = std::mem::take(&mut self.read_out);
        let engine = self.engine.as_ref()?;
        self.stage.lock().doing = match mode {
            Mode::Plan => Doing::Plan,
            Mode::Sync => Doing::Sync,
        };
        self.stage.lock().canary_missed = false;
        let approved = BTreeSet::new();
        let sent = self.stage.lock().history.sent.len();
        let made = on_stage(&self.stage, engine.pass(mode, &approved)).await;
        match made {
            None => {
                self.note("killed".to_owned());
                self.forget_pages();
                None
            }
            Some(Err(error)) => {
                self.failed("pass", &error);
                self.forget_pages();
                None
            }
            Some(Ok(report)) => {
                let told = summary(&report);
                let failures: Vec<_> = report
                    .failures
                    .iter()
                    .map(|failure| &failure.message)
                    .collect();
                self.note(format!("{mode:?} {told} {failures:?}"));
                self.read_out = report.failures.is_empty() && (read_out || mode == Mode::Sync);
                self.guarded(&report, sent);
                // As `sync --watch` does: its fields may be others now.
                if !report.failures.is_empty() || report.reopen {
                    self.engine = None;
                }
                Some(report)
            }
        }
    }

    /// The process is gone, with the pages that it had not kept.
    fn forget_pages(&mut self) {
        self.engine = None;
        let mut stage = self.stage.lock();
        stage.stores.iter_mut().for_each(Store::forget_page);
    }

    fn failed(&mut self, what: &str, error: &EngineError) {
        self.note(format!("{what} failed: {error:#} {error:?}"));
        // Where the ledger failed in the middle of a statement, the process is
        // gone with it.
        if self.steps.swap(i64::MAX, Ordering::Relaxed) <= 0 {
            let mut stage = self.stage.lock();
            let point = (stage.doing, Moment::InTheLedger);
            stage.figures.killed.insert(point);
        }
    }

    fn note(&mut self, what: String) {
        let tick = self.stage.lock().tick;
        self.story.push(format!("{tick:>4} {what}"));
    }

    /// Between two passes time passes, and people answer questions.
    fn between(&mut self) -> anyhow::Result<()> {
        for _ in 0..BETWEEN_PASSES_TICKS {
            let mut stage = self.stage.lock();
            stage.tick();
            stage.wait(BETWEEN_PASSES_MS / BETWEEN_PASSES_TICKS as i64);
            let fails = stage
                .armed
                .iter()
                .position(|fault| matches!(fault, Fault::LedgerFails { .. }));
            if let Some(fails) = fails
                && let Fault::LedgerFails { steps } = stage.armed.remove(fails)
            {
                stage.figures.count(&Fault::LedgerFails { steps });
                self.steps.store(i64::try_from(steps)?, Ordering::Relaxed);
            }
            if stage.crash {
                stage.crash = false;
                let point = (Doing::Rest, Moment::BetweenPasses);
                stage.figures.killed.insert(point);
                drop(stage);
                self.engine = None;
            }
        }
        let tight = self.stage.lock().world.tight.clone();
        if tight.is_some_and(|tight| self.passes.is_multiple_of(tight.looks_every.max(1))) {
            self.approve()?;
        }
        self.answer()
    }

    fn end(mut self) -> anyhow::Result<Played> {
        let state = self.folder.state.clone();
        let questions = match &self.engine {
            Some(engine) => engine.questions()?,
            None => Vec::new(),
        };
        self.engine = None;
        let files = read(&state)?;
        let stage = self.stage.lock();
        let mut figures = std::mem::take(&mut self.figures);
        figures.add(stage.figures.clone());
        figures.written_over += stage.history.written_over.len() as u64;
        for failed in files.rule_failures() {
            figures.inject(failed);
        }
        let rest = Rest {
            stage: &stage,
            files: &files,
            questions: &questions,
        };
        self.broken.extend(promise::check(&rest, &mut figures));
        let lines = stage.tale();
        drop(stage);
        self.story.extend(lines);
        Ok(Played {
            broken: self.broken,
            journal: files.text(),
            story: self.story,
            passes: self.passes,
            figures,
        })
    }
}

fn read(state: &Path) -> anyhow::Result<Files> {
    Files::read(state).context("reading the ledger")
}
