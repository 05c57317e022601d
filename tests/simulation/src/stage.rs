//! The stage: everything that is outside of Treaty. Its clock moves, people do
//! what they do, and things go wrong, whenever Treaty waits for a system.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use treaty_model::{Clock, Origin, Timestamp};

use crate::deed::{At, Deed, Fault, Who};
use crate::history::{Edit, History, Removal};
use crate::store::{Store, Stored, code, origin};
use crate::world::{FIELDS, World};

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
    /// Faults that wait for their system's next call.
    pub armed: Vec<Fault>,
    /// Whether Treaty waits for a system right now.
    pub paused: bool,
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
        Self(Arc::new(Mutex::new(Stage {
            world: world.clone(),
            stores: world.systems.iter().map(Store::new).collect(),
            history: History::default(),
            now: Timestamp::from_micros(MORNING_MICROS),
            tick: 0,
            crash: false,
            answers: Vec::new(),
            armed: Vec::new(),
            paused: false,
            still: false,
            deeds: deeds.into(),
            faults: faults.into(),
        })))
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
        let well = |store: &Store| store.hidden == 0 && store.renamed == 0;
        self.armed.is_empty() && self.stores.iter().all(well)
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
            (store.hidden, store.renamed) = (0, 0);
        }
    }

    /// Time passes.
    pub fn wait(&mut self, ms: i64) {
        self.now = Timestamp::from_micros(self.now.as_micros() + ms * 1_000);
    }

    fn go_wrong(&mut self, fault: Fault) {
        match fault {
            Fault::Crash => self.crash = true,
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
                let watermark = self.world.systems[system].feed == crate::world::Feed::Watermark;
                if ms > 0 || !watermark {
                    self.stores[system].jumped_ms += ms;
                }
            }
            other => self.armed.push(other),
        }
    }

    fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Create {
                system,
                thing,
                values,
            } => self.create(system, thing, values),
            Deed::Edit {
                system,
                thing,
                field,
                value,
                who,
            } => {
                if let Some(id) = self.stores[system].live(thing) {
                    self.edit(system, thing, id, field, value, who);
                }
            }
            Deed::Delete { system, thing } => self.delete(system, thing),
            Deed::Restore { system, thing } => self.restore(system, thing),
            Deed::Merge {
                system,
                thing,
                into,
            } => self.merge(system, thing, into),
            Deed::Answer { pick } => self.answers.push(pick),
            Deed::Wait { ms } => self.wait(ms),
        }
    }

    fn create(&mut self, system: usize, thing: u64, values: Vec<Option<String>>) {
        if self.stores[system].live(thing).is_some() {
            return;
        }
        let values: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(field, value)| self.world.stored(system, field, value))
            .collect();
        let id = self.insert(
            system,
            Some(code(thing)),
            values.clone(),
            origin(Who::Person),
        );
        for (field, after) in values.into_iter().enumerate() {
            if self.world.has(system, field) && after.is_some() {
                self.note_edit(system, thing, id, field, None, after);
            }
        }
    }

    /// Puts a record into a system.
    pub fn insert(
        &mut self,
        system: usize,
        code: Option<String>,
        values: Vec<Option<String>>,
        by: Origin,
    ) -> u64 {
        let now = self.now;
        let thing = crate::store::thing_of(code.as_deref());
        let store = &mut self.stores[system];
        let id = store.next_id;
        store.next_id += 1;
        self.history
            .things
            .extend(thing.map(|thing| ((system, id), thing)));
        let stored = Stored {
            code,
            values,
            secret: format!("secret {id}"),
            gone: false,
            changed_at: store.time(now),
            made_at: now,
            by,
            mark: None,
            told: None,
            known: false,
        };
        store.records.insert(id, stored);
        store.changed(id, now);
        id
    }

    fn edit(
        &mut self,
        system: usize,
        thing: u64,
        id: u64,
        field: usize,
        value: Option<String>,
        who: Who,
    ) {
        let after = self.world.stored(system, field, &value);
        let now = self.now;
        let store = &mut self.stores[system];
        let changed_at = store.time(now);
        let Some(stored) = store.records.get_mut(&id) else {
            return;
        };
        let before = stored.values[field].clone();
        if before == after || !self.world.has(system, field) {
            return;
        }
        stored.values[field].clone_from(&after);
        stored.changed_at = changed_at;
        stored.by = origin(who);
        stored.mark = None;
        store.changed(id, now);
        self.note_edit(system, thing, id, field, before, after);
    }

    fn note_edit(
        &mut self,
        system: usize,
        thing: u64,
        id: u64,
        field: usize,
        before: Option<String>,
        after: Option<String>,
    ) {
        let told = self.stores[system]
            .records
            .get(&id)
            .and_then(|stored| stored.told.as_ref());
        let unseen = told.is_some_and(|told| told[field] == after);
        let edit = Edit {
            tick: self.tick,
            at: self.now,
            system,
            thing,
            id,
            field,
            before,
            after,
            unseen,
        };
        self.history.edits.push(edit);
    }

    fn delete(&mut self, system: usize, thing: u64) {
        let Some(id) = self.stores[system].live(thing) else {
            return;
        };
        let values = self.stores[system].records[&id].values.clone();
        self.remove(system, id, origin(Who::Person));
        let tick = self.tick;
        self.history.removals.push(Removal {
            tick,
            system,
            thing,
            id,
            values,
        });
    }

    /// Takes a record out of a system.
    pub fn remove(&mut self, system: usize, id: u64, by: Origin) {
        let now = self.now;
        let store = &mut self.stores[system];
        let changed_at = store.time(now);
        if store.traits.archives {
            if let Some(stored) = store.records.get_mut(&id) {
                (stored.gone, stored.changed_at, stored.by) = (true, changed_at, by);
                (stored.mark, stored.known) = (None, false);
            }
        } else {
            store.records.remove(&id);
            store.graves.insert(id, (changed_at, by));
        }
        store.changed(id, now);
    }

    fn restore(&mut self, system: usize, thing: u64) {
        if self.stores[system].live(thing).is_some() {
            return;
        }
        let (now, wanted) = (self.now, code(thing));
        let store = &mut self.stores[system];
        let changed_at = store.time(now);
        let archived = store.records.iter_mut().rev();
        let mut archived = archived.filter(|(_, stored)| stored.code.as_deref() == Some(&wanted));
        let Some((id, stored)) = archived.next() else {
            return;
        };
        let id = *id;
        (stored.gone, stored.changed_at) = (false, changed_at);
        (stored.by, stored.mark) = (origin(Who::Person), None);
        let values = stored.values.clone();
        store.changed(id, now);
        for (field, after) in values.into_iter().enumerate() {
            if self.world.has(system, field) && after.is_some() {
                self.note_edit(system, thing, id, field, None, after);
            }
        }
    }

    fn merge(&mut self, system: usize, thing: u64, into: u64) {
        let (Some(from), Some(to)) = (
            self.stores[system].live(thing),
            self.stores[system].live(into),
        ) else {
            return;
        };
        if from == to {
            return;
        }
        let values = self.stores[system].records[&from].values.clone();
        for (field, value) in values.into_iter().enumerate().take(FIELDS.len()) {
            if value.is_some() {
                self.edit(system, into, to, field, value, Who::Person);
            }
        }
        self.delete(system, thing);
    }
}
