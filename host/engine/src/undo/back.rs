//! What puts one link back as it was before a run.

use treaty_ledger::{IntentAction, StoredLink, StoredRecord};
use treaty_model::{
    ActorKind, Archive, BaseChange, Candidate, FieldIndex, GivenUp, LinkPlan, Operation, Origin,
    Presence, Provenance, RemoteId, Revision, Row, Standing, SystemIndex, SystemName, Timestamp,
    Value, Why, Write,
};

use super::past::{Past, PastWrite};
use super::{Left, Undoing};
use crate::Part;
use crate::draft::{Draft, Send};

/// A link on its way back.
pub(super) struct PuttingBack<'a> {
    part: &'a Part,
    undoing: &'a Undoing<'a>,
    stored: StoredLink,
    plan: LinkPlan,
    sends: Vec<Send>,
    /// Fields of which something stays in some system.
    stay: Vec<FieldIndex>,
    left: &'a mut Vec<Left>,
}

impl<'a> PuttingBack<'a> {
    pub(super) fn new(
        part: &'a Part,
        undoing: &'a Undoing<'a>,
        stored: StoredLink,
        left: &'a mut Vec<Left>,
    ) -> Self {
        Self {
            part,
            undoing,
            plan: LinkPlan::new(stored.id, stored.entity.clone()),
            stored,
            sends: Vec::new(),
            stay: Vec::new(),
            left,
        }
    }

    /// Puts back what the run did to one system's record.
    pub(super) fn take(&mut self, name: &SystemName, write: &PastWrite) {
        let Ok(system) = self.part.entity.system(name.as_str()) else {
            return self.leave(name, write, None, "the entity no longer has this system");
        };
        if matches!(write.action, IntentAction::Archive | IntentAction::Delete) {
            let why = "the run removed it; bring it back there, and the next pass sees it";
            return self.leave(name, write, None, why);
        }
        let record = self.stored.records[system.0].as_ref();
        let known = record.filter(|record| Some(&record.key.remote) == write.remote.as_ref());
        let Some(record) = known.cloned() else {
            return self.leave(name, write, None, "the record is in no link any more");
        };
        if record.presence != Presence::Present {
            return self.leave(name, write, None, "the record is not there any more");
        }
        if write.action == IntentAction::Create {
            self.archive(system, write, &record);
        } else {
            self.restore(system, write, &record);
        }
    }

    /// A record that the run made is archived, unless somebody has worked on it.
    fn archive(&mut self, system: SystemIndex, write: &PastWrite, record: &StoredRecord) {
        let name = &record.key.system;
        let own = |name: &String| self.own(system, record, name).cloned();
        let edited = write
            .own
            .iter()
            .find(|(name, (_, left))| own(name).as_ref() != Some(left));
        let edited = edited.map(|(name, _)| name.clone());
        let run = self.undoing.wish.run;
        let mut base = self.stored.base.iter();
        let later = base.any(|field| {
            let from = field.provenance.as_ref();
            from.is_some_and(|from| from.run > run)
        });
        if edited.is_some() || later {
            let why = "it was made by the run and changed since";
            return self.leave(name, write, edited, why);
        }
        if !self.part.system(system).capabilities().archive {
            let why = "it was made by the run, and the system cannot archive it";
            return self.leave(name, write, None, why);
        }
        self.plan.operations.push(Operation::Archive(Archive {
            system,
            remote: record.key.remote.clone(),
            for_good: false,
        }));
        self.sends.push(Send {
            own: Row::new(),
            expected: record.own.clone(),
        });
    }

    /// Values that the run wrote give way to those that stood there.
    fn restore(&mut self, system: SystemIndex, write: &PastWrite, record: &StoredRecord) {
        let name = record.key.system.clone();
        let mut own: Row = vec![None; record.own.len()];
        let mut revisions: Vec<(FieldIndex, Revision)> = Vec::new();
        for (field, brought) in &write.revisions {
            let Ok(field) = self.part.entity.table.field(field) else {
                let why = "the field table no longer has the field";
                self.leave(&name, write, Some(field.clone()), why);
                continue;
            };
            match self.back(system, field, *brought, write, record) {
                Ok(cells) => {
                    for (place, before) in cells {
                        own[place] = Some(before);
                    }
                    revisions.push((field, self.stored.base[field.0].revision));
                }
                Err((own_field, why)) => {
                    self.stay.push(field);
                    self.leave(&name, write, Some(own_field), why);
                }
            }
        }
        if revisions.is_empty() {
            return;
        }
        revisions.sort_unstable();
        let why = vec![Why::Undone; revisions.len()];
        self.plan.operations.push(Operation::Write(Write {
            system,
            remote: record.key.remote.clone(),
            values: vec![None; self.part.fields()],
            revisions,
            why,
        }));
        self.sends.push(Send {
            own,
            expected: record.own.clone(),
        });
    }

    /// What a field's own fields become, by their places; or which of them stays,
    /// and why.
    fn back(
        &self,
        system: SystemIndex,
        field: FieldIndex,
        brought: Revision,
        write: &PastWrite,
        record: &StoredRecord,
    ) -> Result<Vec<(usize, Value)>, (String, &'static str)> {
        let row = self.part.entity.table.row(field);
        let Some(column) = &row.columns[system.0] else {
            return Err((row.name.clone(), "the system no longer has the field"));
        };
        let names = &self.part.system(system).selected_names;
        let mut cells = Vec::new();
        for name in &column.own {
            // What the run did not write is as it was.
            let Some((before, left)) = write.own.get(name) else {
                continue;
            };
            let place = names.iter().position(|known| known == name);
            let Some(place) = place else {
                return Err((name.clone(), "the system no longer has the field"));
            };
            if record.own[place] != *left {
                return Err((name.clone(), "it was changed since"));
            }
            let Some(before) = before else {
                return Err((name.clone(), "what stood there before is not known"));
            };
            cells.push((place, before.clone()));
        }
        if self.stored.base[field.0].revision > brought {
            let name = column.own.first().unwrap_or(&row.name);
            return Err((name.clone(), "a later value is on its way there"));
        }
        Ok(cells)
    }

    /// Base goes back too, where everything that the run wrote of a field does.
    pub(super) fn put_base_back(&mut self, past: &Past, now: Timestamp) {
        for (field, (before, became)) in &past.before {
            let Ok(field) = self.part.entity.table.field(field) else {
                continue;
            };
            let base = &self.stored.base[field.0];
            let untouched = base.revision == *became && base.value.as_ref() != Some(before);
            if !untouched || self.stay.contains(&field) {
                continue;
            }
            let revision = Revision(base.revision.0 + 1);
            let change = BaseChange {
                field,
                before: base.value.clone(),
                value: before.clone(),
                revision,
                provenance: Provenance {
                    system: None,
                    origin: Origin {
                        kind: ActorKind::Person,
                        actor: Some(self.undoing.wish.by.clone()),
                    },
                    at: Some(now),
                    rule: None,
                    run: self.undoing.run,
                },
                why: Why::Undone,
                decided: None,
            };
            self.give_up(field, before);
            for operation in &mut self.plan.operations {
                if let Operation::Write(write) = operation {
                    let brings = write.revisions.iter_mut();
                    let of_field = brings.filter(|(brought, _)| *brought == field);
                    of_field.for_each(|(_, brought)| *brought = revision);
                }
            }
            self.plan.base.push(change);
        }
        self.plan.base.sort_by_key(|change| change.field);
    }

    /// Who holds what was agreed, and was not written by the run, loses it.
    fn give_up(&mut self, field: FieldIndex, winner: &Value) {
        let (run, by) = (self.undoing.wish.run, &self.undoing.wish.by);
        for system in self.part.entity.system_indexes() {
            let Some(record) = &self.stored.records[system.0] else {
                continue;
            };
            let mut written = self.plan.operations.iter();
            let written = written.any(|operation| operation.system() == system);
            let Some(value) = record.observed[field.0].clone() else {
                continue;
            };
            if !written && value != *winner {
                self.plan.given_up.push(GivenUp {
                    winner: Some(winner.clone()),
                    field,
                    candidate: Candidate {
                        system: u32::try_from(system.0).ok(),
                        value,
                        standing: Standing::Agreed,
                        at: record.changed_at,
                        origin: record.origin.clone(),
                    },
                    reason: format!("{by} undid run {run}"),
                    rule: None,
                });
            }
        }
    }

    /// What is to be carried out; none where that is nothing.
    pub(super) fn into_draft(self) -> Option<Draft> {
        let nothing = self.plan.operations.is_empty() && self.plan.base.is_empty();
        (!nothing).then(|| Draft::of_correction(self.plan, self.stored, self.sends))
    }

    fn own<'r>(
        &self,
        system: SystemIndex,
        record: &'r StoredRecord,
        name: &str,
    ) -> Option<&'r Option<Value>> {
        let mut names = self.part.system(system).selected_names.iter();
        record.own.get(names.position(|known| known == name)?)
    }

    fn leave(
        &mut self,
        system: &SystemName,
        write: &PastWrite,
        field: Option<String>,
        why: &'static str,
    ) {
        let remote: Option<RemoteId> = write.remote.clone();
        self.left.push(Left {
            entity: self.stored.entity.clone(),
            link: self.stored.id,
            system: system.clone(),
            remote,
            field,
            why: why.to_owned(),
        });
    }
}
