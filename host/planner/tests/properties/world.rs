//! A world of systems that share one record, and an engine that carries plans
//! out as the real one does: base first, then writes on condition that the
//! record is still what was observed.

mod carry_out;

use treaty_model::{
    Cell, Decision, Digest, Drift, Entity, FieldIndex, Life, Link, LinkId, LinkPlan, Owner,
    Presence, Question, Row, RuleId, RunId, Side, SystemIndex, Value,
};
use treaty_planner::{Answer, Choice, Ruled, conclude, examine};

use super::action::{Action, Fate};
use super::journal::{Edit, Journal, plain};
use super::random_treaty::{Beginning, Shape};

/// How a world comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Rules escalate, and nobody answers.
    NobodyDecides,
    /// Rules decide, and every question is answered.
    EverybodyDecides,
}

/// The world.
#[derive(Debug)]
pub struct World {
    entity: Entity,
    link: Link,
    systems: Vec<System>,
    journal: Journal,
    /// The questions that the last plan left open.
    pub asked: Vec<Question>,
    values_unique: bool,
    edits: u32,
    /// Whether a person said that the record is to be deleted.
    told_to_delete: bool,
}

/// A system, as it really is.
#[derive(Debug)]
struct System {
    record: Option<Row>,
    /// What it had when it was deleted.
    bin: Option<Row>,
    own_way: bool,
    linked: bool,
    up: bool,
    hidden: bool,
    left_out: bool,
}

impl World {
    /// A world at the start: the first system has a record and is linked.
    pub fn new(shape: &Shape) -> Self {
        let entity = shape.entity.clone();
        let fields = entity.table.len();
        let count = shape.systems.len();
        let mut world = Self {
            link: Link::new(LinkId(12), entity.name.clone(), count, fields),
            entity,
            systems: Vec::new(),
            journal: Journal::default(),
            asked: Vec::new(),
            values_unique: shape.values_unique,
            edits: 0,
            told_to_delete: false,
        };
        for (index, nature) in shape.systems.iter().enumerate() {
            let there = nature.beginning != Beginning::Empty;
            world.systems.push(System {
                record: there.then(|| {
                    let old = |field| Some(Value::text(format!("old{index}-{field}")));
                    (0..fields).map(old).collect()
                }),
                bin: None,
                own_way: nature.own_way,
                linked: nature.beginning != Beginning::Unlinked,
                up: true,
                hidden: false,
                left_out: false,
            });
            for field in 0..fields {
                world.edit(index, field, u8::try_from(index + field).expect("few"));
            }
        }
        world
    }

    /// Lets something happen.
    pub fn act(&mut self, action: &Action) {
        let place = |system: &usize| system % self.systems.len();
        match action {
            Action::Edit {
                system,
                field,
                value,
            } => self.edit(place(system), *field, *value),
            Action::Delete { system } => self.delete(place(system)),
            Action::Restore { system } => {
                let system = &mut self.systems[system % self.link.sides.len()];
                if system.record.is_none() {
                    system.record = system.bin.take();
                }
            }
            Action::Outage { system, on } => {
                let system = place(system);
                self.systems[system].up = !on;
            }
            Action::Hide { system, on } => {
                let system = place(system);
                self.systems[system].hidden = *on;
            }
            Action::LeaveOut { system, on } => {
                let system = place(system);
                self.systems[system].left_out = *on;
            }
            Action::Join { system } => {
                let system = place(system);
                self.systems[system].linked = true;
            }
            Action::Pass {
                fates,
                verdict,
                answer,
            } => {
                let answers = self.answers(*answer);
                self.pass(fates, Some(*verdict), &answers);
            }
        }
    }

    fn edit(&mut self, system: usize, field: usize, value: u8) {
        let row = self.entity.table.row(FieldIndex(field));
        let own_way = self.systems[system].own_way;
        let Some(record) = &mut self.systems[system].record else {
            return;
        };
        if !row.reads(SystemIndex(system)) {
            return;
        }
        self.edits += 1;
        let value = match value {
            value if value % 16 == 0 => Value::Null,
            _ if self.values_unique => Value::text(format!("v{}", self.edits)),
            value => Value::text(format!("v{}", value % 3)),
        };
        let value = store(own_way, value);
        let seen = record[field].replace(value.clone()).unwrap_or(Value::Null);
        let edit = Edit {
            system: SystemIndex(system),
            field: FieldIndex(field),
            value,
        };
        // Typing back what Treaty last agreed on there undoes an edit: whoever
        // looks now and then cannot tell it from no edit at all.
        let side = self.link.sides[system].as_ref();
        let settled = side.and_then(|side| side.settled[field].as_ref());
        if settled.is_some_and(|settled| settled.value.as_ref() == Some(&edit.value)) {
            self.journal.superseded(edit.field, &seen);
        } else if seen != edit.value {
            self.journal.edited(edit, &seen);
        }
    }

    fn delete(&mut self, system: usize) {
        let Some(record) = self.systems[system].record.take() else {
            return;
        };
        for (field, value) in record.iter().enumerate() {
            let seen = value.clone().unwrap_or(Value::Null);
            self.journal.superseded(FieldIndex(field), &seen);
        }
        self.systems[system].bin = Some(record);
    }

    /// Answers to all open questions, with one of the sides.
    fn answers(&self, answer: Option<u8>) -> Vec<Answer> {
        let Some(pick) = answer else {
            return Vec::new();
        };
        let choice = |question: &Question| match question.field {
            None if pick % 2 == 0 => Choice::Delete,
            None => Choice::Keep,
            Some(_) => {
                let sides = &question.candidates;
                Choice::Value(sides[usize::from(pick) % sides.len()].value.clone())
            }
        };
        self.asked
            .iter()
            .map(|question| Answer {
                field: question.field,
                candidates: question.candidates.clone(),
                choice: choice(question),
                by: "ben".to_owned(),
            })
            .collect()
    }

    fn plan(&self, verdict: Option<u8>, answers: &[Answer]) -> LinkPlan {
        let examination = examine(&self.entity, &self.link);
        let contested = examination.contested();
        let conflict = examination.conflict(&self.link, &contested);
        let ruled: Vec<_> = conflict
            .contested
            .iter()
            .map(|contested| Ruled {
                field: FieldIndex(contested.field as usize),
                rule: RuleId {
                    name: "rule".to_owned(),
                    digest: Digest::of(b"rule"),
                },
                decision: match verdict {
                    Some(verdict) if verdict % 8 == 0 => Err("out of fuel".to_owned()),
                    Some(verdict) if verdict % 8 == 1 => {
                        Ok(Decision::Set(Value::text(format!("set{verdict}"))))
                    }
                    Some(verdict) if verdict % 8 > 2 => {
                        let sides = contested.candidates.len();
                        let index = usize::from(verdict) % sides;
                        Ok(Decision::Keep(u32::try_from(index).expect("few")))
                    }
                    _ => Ok(Decision::Escalate),
                },
                reason: "because".to_owned(),
            })
            .collect();
        let run = RunId(1);
        conclude(&self.entity, &self.link, &examination, &ruled, answers, run)
    }

    /// All outages end, and all records are seen again.
    pub fn everything_works_again(&mut self) {
        for system in &mut self.systems {
            system.up = true;
            system.hidden = false;
            system.left_out = false;
            system.linked = true;
        }
    }

    /// Passes until nothing is left to do but to ask.
    pub fn come_to_rest(&mut self, mood: Mood) {
        for round in 0..12 {
            let (verdict, answers) = match mood {
                Mood::NobodyDecides => (None, Vec::new()),
                Mood::EverybodyDecides => (Some(3), self.answers(Some(round))),
            };
            let before = self.asked.clone();
            let plan = self.pass(&[Fate::Lands], verdict, &answers);
            let only_asks = LinkPlan {
                questions: plan.questions.clone(),
                ..LinkPlan::new(plan.link, plan.entity.clone())
            };
            let answered = mood == Mood::NobodyDecides || plan.questions.is_empty();
            if plan == only_asks && answered && plan.questions == before {
                return;
            }
        }
        panic!("it never comes to rest: {self:#?}");
    }

    /// Every system that can be written shows what base is, but for what is
    /// asked, and for stray edits that the treaty leaves alone.
    pub fn assert_all_agree(&self) {
        for (index, system) in self.systems.iter().enumerate() {
            let Some(record) = &system.record else {
                continue;
            };
            let system = SystemIndex(index);
            assert!(self.link.life == Life::Alive, "a record outlives its link");
            for (field, row) in self.entity.table.fields() {
                let strays = row.drift == Drift::Leave && !row.is_source(system);
                let Some(base) = &self.link.base(field).value else {
                    continue;
                };
                if self.waits(field) || strays || !row.writable(system) {
                    continue;
                }
                let shown = record[field.0].clone().unwrap_or(Value::Null);
                assert_eq!(
                    plain(&shown),
                    plain(base),
                    "{} in {system}: {self:#?}",
                    row.name
                );
            }
        }
    }

    /// Every edit is what all agree on, or is asked about, or stands where it
    /// was made because there is no owner's value yet; otherwise it was typed
    /// over or given up. What whoever deleted the record saw was given up by
    /// them, and what they could not see does not stop a delete.
    pub fn assert_nothing_lost(&self) {
        for edit in self.journal.standing() {
            let base = self.link.base(edit.field).value.as_ref();
            let agreed = base.is_some_and(|base| plain(base) == edit.value);
            let record = self.systems[edit.system.0].record.as_ref();
            let shown = record.and_then(|record| record[edit.field.0].clone());
            let shown = shown.is_some_and(|shown| plain(&shown) == edit.value);
            let waits = shown && (self.waits(edit.field) || base.is_none());
            let deleted = self.link.life == Life::Deleted && !self.told_to_delete;
            let row = self.entity.table.row(edit.field);
            let everywhere = self
                .entity
                .system_indexes()
                .all(|system| row.writable(system));
            assert!(
                !(deleted && everywhere),
                "deleted unseen: {edit:?} in {self:#?}"
            );
            assert!(agreed || waits, "lost: {edit:?} in {self:#?}");
        }
    }

    /// Whether a field, or another one of its group, is asked about.
    fn waits(&self, field: FieldIndex) -> bool {
        let row = self.entity.table.row(field);
        self.asked
            .iter()
            .filter_map(|asked| asked.field)
            .any(|asked| {
                let other = self.entity.table.row(asked);
                let shared = row.owner == Owner::Shared && other.owner == Owner::Shared;
                asked == field || (shared && row.group.is_some() && row.group == other.group)
            })
    }
}

/// What a system makes of a value.
fn store(own_way: bool, value: Value) -> Value {
    match value {
        Value::Text(text) if own_way => Value::text(text.to_uppercase()),
        other => other,
    }
}
