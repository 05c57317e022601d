//! What people and machines do to the systems of a world, and what the history
//! keeps of it.

use treaty_model::Origin;

use crate::deed::{Deed, Fault, Who};
use crate::history::{Edit, Removal};
use crate::stage::Stage;
use crate::store::{Stored, code, origin, thing_of};
use crate::world::FIELDS;

impl Stage {
    /// Lets somebody do something.
    pub fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Create {
                system,
                thing,
                values,
            } => {
                if self.stores[system].live(thing).is_none() {
                    self.create(system, thing, values);
                }
            }
            Deed::Double {
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
            Deed::Plan => self.plans += 1,
            Deed::Wait { ms } => self.wait(ms),
        }
    }

    /// Makes the record of a thing, as a person does.
    pub fn create(&mut self, system: usize, thing: u64, values: Vec<Option<String>>) {
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
        let thing = thing_of(code.as_deref());
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
            hushed: false,
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
        let stored = self.stores[system].records.get(&id);
        let before = stored.and_then(|stored| stored.values[field].clone());
        if before == after || !self.world.has(system, field) {
            return;
        }
        let hushed = self.take(&Fault::NoticeLost { system });
        let now = self.now;
        let store = &mut self.stores[system];
        let changed_at = store.time(now);
        let Some(stored) = store.records.get_mut(&id) else {
            return;
        };
        stored.values[field].clone_from(&after);
        stored.by = origin(who);
        stored.mark = None;
        if hushed {
            stored.hushed = true;
        } else {
            stored.changed_at = changed_at;
            store.changed(id, now);
        }
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
