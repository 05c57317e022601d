//! The stage: everything that is outside of Treaty. Its clock moves, people do
//! what they do, and things go wrong, whenever Treaty waits for a system.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use treaty_model::{Clock, Timestamp};

use crate::deed::{At, Deed, Fault};
use crate::figures::Figures;
use crate::history::History;
use crate::moment::{Doing, Moment};
use crate::store::Store;
use crate::world::{CANARY, FIELDS, Feed, World};

/// When histories begin: 2027-01-15T08:00:00Z.
const MORNING_MICROS: i64 = 1_800_000_000_000_000;
/// How long a tick is.
const TICK_MS: i64 = 40;

/// What is outside of Treaty.
pub struct Stage {
    /// The world.
    pub world: World,
    /// Its systems.
    pub stores: Vec<Store>,
    /// What was acknowledged.
    pub history: History,
    /// What the time is.
    pub now: Timestamp,
    /// How many ticks have passed.
    pub tick: u64,
    /// Whether Treaty is to be killed now.
    pub crash: bool,
    /// Answers that people are about to give.
    pub answers: Vec<u64>,
    /// How often somebody is about to look at a plan.
    pub plans: u64,
    /// Faults that wait for their system's next call.
    pub armed: Vec<Fault>,
    /// Where Treaty waits for a system right now.
    pub paused: Option<Moment>,
    /// What Treaty is doing.
    pub doing: Doing,
    /// What is counted.
    pub figures: Figures,
    /// Whether the canary was looked for in this pass, and not shown.
    pub canary_missed: bool,
    /// Whether nothing happens for now, though time passes.
    pub still: bool,
    deeds: VecDeque<At<Deed>>,
    faults: VecDeque<At<Fault>>,
}

/// The stage, shared by all who stand on it.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Stage>>);

impl Shared {
    /// A stage for a history.
    pub fn new(world: &World, deeds: Vec<At<Deed>>, faults: Vec<At<Fault>>) -> Self {
        let mut stage = Stage {
            world: world.clone(),
            stores: world.systems.iter().map(Store::new).collect(),
            history: History::default(),
            now: Timestamp::from_micros(MORNING_MICROS),
            tick: 0,
            crash: false,
            answers: Vec::new(),
            plans: 0,
            armed: Vec::new(),
            paused: None,
            doing: Doing::Rest,
            figures: Figures::default(),
            canary_missed: false,
            still: false,
            deeds: deeds.into(),
            faults: faults.into(),
        };
        if let Some(system) = world.canary {
            stage.create(system, CANARY, vec![Some("a".to_owned()); FIELDS.len()]);
        }
        Self(Arc::new(Mutex::new(stage)))
    }

    /// The stage, for a moment.
    pub fn lock(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        self.lock().now
    }
}

impl Stage {
    /// Time passes, and what is due happens.
    pub fn tick(&mut self) {
        if self.still {
            return;
        }
        self.tick += 1;
        self.wait(TICK_MS);
        while self
            .deeds
            .front()
            .is_some_and(|next| next.tick <= self.tick)
        {
            let Some(next) = self.deeds.pop_front() else {
                break;
            };
            self.act(next.what);
        }
        while self
            .faults
            .front()
            .is_some_and(|next| next.tick <= self.tick)
        {
            let Some(next) = self.faults.pop_front() else {
                break;
            };
            self.go_wrong(next.what);
        }
    }

    /// Whether anything is still to come.
    pub fn is_over(&self) -> bool {
        self.deeds.is_empty() && self.faults.is_empty()
    }

    /// Whether nothing is about to go wrong.
    pub fn is_calm(&self) -> bool {
        let well = |store: &Store| store.hidden + store.canary_hidden == 0 && !store.drifted();
        self.armed.is_empty() && self.stores.iter().all(well)
    }

    /// Whether a system keeps an edit from Treaty, for good or until its index shows
    /// it: a write that is sent there may come too late, whatever was planned.
    pub fn keeps_quiet(&self) -> bool {
        let mut records = self.stores.iter().flat_map(|store| store.records.values());
        let mut entries = self.stores.iter().flat_map(|store| &store.log);
        records.any(|stored| stored.hushed) || entries.any(|entry| entry.shows_at > self.now)
    }

    /// Everything that was acknowledged, line by line.
    pub fn tale(&self) -> Vec<String> {
        let history = &self.history;
        let name = |system: usize| &self.world.systems[system].name;
        let edits = history.edits.iter().map(|edit| {
            let field = FIELDS[edit.field];
            let what = format!(
                "{} {} (thing {}): {field} {:?} becomes {:?}",
                name(edit.system),
                edit.id,
                edit.thing,
                edit.before,
                edit.after
            );
            (edit.tick, what)
        });
        let removals = history.removals.iter().map(|gone| {
            let what = format!(
                "{} {} (thing {}): deleted",
                name(gone.system),
                gone.id,
                gone.thing
            );
            (gone.tick, what)
        });
        let sent = history.sent.iter().map(|sent| {
            let what = format!(
                "{} {} (thing {:?}): {:?} by {}",
                name(sent.system),
                sent.id,
                sent.thing,
                sent.kind,
                sent.intent
            );
            (sent.tick, what)
        });
        let mut lines: Vec<_> = edits.chain(removals).chain(sent).collect();
        lines.sort_by_key(|(tick, _)| *tick);
        let mut lines: Vec<_> = lines
            .into_iter()
            .map(|(tick, what)| format!("{tick:>4} {what}"))
            .collect();
        for store in &self.stores {
            for (id, stored) in &store.records {
                lines.push(format!(
                    "{} {id}: {:?} {:?} {}",
                    store.traits.name,
                    stored.code,
                    stored.values,
                    if stored.gone { "gone" } else { "" }
                ));
            }
        }
        lines
    }

    /// Nothing goes wrong any more.
    pub fn heal(&mut self) {
        self.faults.clear();
        self.armed.clear();
        self.crash = false;
        for store in &mut self.stores {
            (store.hidden, store.canary_hidden) = (0, 0);
            (store.renamed, store.gone, store.retyped) = (0, 0, 0);
        }
    }

    /// Time passes.
    pub fn wait(&mut self, ms: i64) {
        self.now = Timestamp::from_micros(self.now.as_micros() + ms * 1_000);
    }

    /// Takes a fault that waits, where it does.
    pub fn take(&mut self, fault: &Fault) -> bool {
        let Some(place) = self.armed.iter().position(|armed| armed == fault) else {
            return false;
        };
        self.armed.remove(place);
        self.figures.count(fault);
        true
    }

    fn go_wrong(&mut self, fault: Fault) {
        let before = self.armed.len();
        let injected = fault.clone();
        self.bring(fault);
        // What waits for its moment is counted when it comes.
        if self.armed.len() == before {
            self.figures.count(&injected);
        }
    }

    fn bring(&mut self, fault: Fault) {
        if let Fault::Gone { system, .. }
        | Fault::Retyped { system, .. }
        | Fault::Renamed { system, .. } = fault
        {
            self.stores[system].drifted = true;
        }
        match fault {
            Fault::Crash => self.crash = true,
            Fault::CanaryHidden { looks } => {
                if let Some(system) = self.world.canary {
                    self.stores[system].canary_hidden = looks;
                }
            }
            // Only the rule with bad days is ever upgraded.
            Fault::Upgraded if self.world.moods.is_none() => {}
            // A complete listing shows everything.
            Fault::NoticeLost { system } if self.world.systems[system].feed == Feed::Listing => {}
            Fault::Gone { system, calls } => self.stores[system].gone = calls,
            Fault::Retyped { system, calls } => self.stores[system].retyped = calls,
            // Where the treaty takes absence for a delete, hiding is deleting.
            Fault::Hidden { system, calls } => {
                if !self.world.systems[system].absent_is_deleted {
                    self.stores[system].hidden = calls;
                }
            }
            Fault::Renamed { system, calls } => self.stores[system].renamed = calls,
            // A system that tells of changes by time alone loses what happens
            // after its clock went back: no connector can know.
            Fault::ClockJumps { system, ms } => {
                let watermark = self.world.systems[system].feed == Feed::Watermark;
                if ms > 0 || !watermark {
                    self.stores[system].jumped_ms += ms;
                }
            }
            other => self.armed.push(other),
        }
    }
}
