//! One pass: observe, plan, carry out.

use treaty_model::{Archive, BaseField, Create, Operation, Settled, Write};

use super::*;

impl World {
    /// One pass. Returns the plan that was carried out.
    pub(super) fn pass(
        &mut self,
        fates: &[Fate],
        verdict: Option<u8>,
        answers: &[Answer],
    ) -> LinkPlan {
        for index in 0..self.systems.len() {
            self.observe(index);
        }
        let deletes = |answer: &Answer| answer.choice == Choice::Delete;
        self.told_to_delete |= answers.iter().any(deletes);
        let plan = self.plan(verdict, answers);
        self.asked.clone_from(&plan.questions);
        self.journal.planned(&plan);
        self.record(&plan);
        for (operation, fate) in plan.operations.iter().zip(fates.iter().cycle()) {
            let index = operation.system().0;
            if self.systems[index].up {
                self.send(operation, *fate);
            }
        }
        plan
    }

    fn observe(&mut self, index: usize) {
        let system = &self.systems[index];
        if !system.up || !system.linked {
            return;
        }
        let row: Option<Row> = system.record.as_ref().map(|record| {
            let fields = self.entity.table.fields();
            let cell = |(field, row): (FieldIndex, &treaty_model::FieldRow)| -> Cell {
                row.reads(SystemIndex(index))
                    .then(|| record[field.0].clone())
                    .flatten()
            };
            fields.map(cell).collect()
        });
        let Some(side) = &mut self.link.sides[index] else {
            if let Some(row) = row {
                let remote = format!("{index}").as_str().into();
                self.link.sides[index] = Some(Side::first_seen(remote, row));
            }
            return;
        };
        let presence = match (&side.presence, row.is_some()) {
            (Presence::Gone, false) => Presence::Gone,
            (Presence::Gone | Presence::Restored, true) => Presence::Restored,
            (_, true) if system.hidden => Presence::Missing,
            (_, true) if system.left_out => Presence::LeftOut("no customer".to_owned()),
            (_, true) => Presence::Present,
            (_, false) => Presence::Deleted,
        };
        side.presence = presence;
        if let (Some(row), true) = (row, side.presence.takes_part()) {
            side.observed = row;
        }
    }

    /// What changes in the ledger before anything is sent.
    fn record(&mut self, plan: &LinkPlan) {
        for change in &plan.base {
            self.link.base[change.field.0] = BaseField {
                value: Some(change.value.clone()),
                revision: change.revision,
                provenance: Some(change.provenance.clone()),
            };
        }
        for settle in &plan.settle {
            let side = self.link.sides[settle.system.0].as_mut();
            let side = side.expect("who settles has a record");
            side.settled[settle.field.0] = Some(Settled {
                value: settle.value.clone(),
                revision: settle.revision,
            });
        }
        for (system, presence) in &plan.presence {
            let side = self.link.sides[system.0].as_mut();
            side.expect("whose presence changes has a record").presence = presence.clone();
        }
        for system in &plan.detached {
            self.link.sides[system.0] = None;
            self.systems[system.0].bin = None;
        }
        if let Some(life) = plan.life {
            self.link.life = life;
        }
    }

    fn send(&mut self, operation: &Operation, fate: Fate) {
        let index = operation.system().0;
        let own_way = self.systems[index].own_way;
        let answer_lost = match fate {
            Fate::Lands => false,
            // A lookup finds out whether a create landed; what a system made of
            // a write whose answer was lost is read back. Both are the engine's.
            Fate::AnswerLost if own_way || matches!(operation, Operation::Create(_)) => false,
            Fate::AnswerLost => true,
            Fate::Fails => return,
            Fate::Raced { field, value } => {
                let before = self.systems[index].record.clone();
                self.edit(index, field, value);
                if self.systems[index].record != before {
                    return;
                }
                false
            }
        };
        match operation {
            Operation::Write(write) => self.write(write, answer_lost),
            Operation::Create(create) => self.create(create),
            Operation::Archive(archive) => self.archive(archive, answer_lost),
        }
    }

    fn write(&mut self, write: &Write, answer_lost: bool) {
        let system = &mut self.systems[write.system.0];
        let record = system.record.as_mut().expect("what is written is there");
        let side = self.link.sides[write.system.0].as_mut();
        let side = side.expect("what is written is linked");
        for (field, revision) in &write.revisions {
            let row = self.entity.table.row(*field);
            assert!(row.writable(write.system), "a read-only column is written");
            let value = write.values[field.0].clone().expect("a value is written");
            let stored = Some(store(system.own_way, value));
            record[field.0].clone_from(&stored);
            if !answer_lost {
                side.observed[field.0].clone_from(&stored);
                side.settled[field.0] = Some(Settled {
                    value: stored,
                    revision: *revision,
                });
            }
        }
    }

    /// The answer to a create settles every field: what was not given with
    /// revision 0, so that a default of the system is not taken for an edit.
    fn create(&mut self, create: &Create) {
        let index = create.system.0;
        let system = &mut self.systems[index];
        assert!(system.record.is_none(), "a duplicate: {:#?}", self.link);
        let own_way = system.own_way;
        let made = create.values.iter().map(|cell| {
            let value = cell.clone().unwrap_or(Value::Null);
            Some(store(own_way, value))
        });
        let made: Row = made.collect();
        system.record = Some(made.clone());
        let mut side = Side::first_seen(format!("{index}").as_str().into(), made);
        for (field, row) in self.entity.table.fields() {
            if !row.reads(create.system) {
                side.observed[field.0] = None;
                continue;
            }
            let given = create.revisions.iter().find(|(given, _)| *given == field);
            side.settled[field.0] = Some(Settled {
                value: side.observed[field.0].clone(),
                revision: given.map(|(_, revision)| *revision).unwrap_or_default(),
            });
        }
        self.link.sides[index] = Some(side);
    }

    fn archive(&mut self, archive: &Archive, answer_lost: bool) {
        let system = &mut self.systems[archive.system.0];
        system.bin = system.record.take();
        if !answer_lost {
            let side = self.link.sides[archive.system.0].as_mut();
            side.expect("what is archived is linked").presence = Presence::Gone;
        }
    }
}
