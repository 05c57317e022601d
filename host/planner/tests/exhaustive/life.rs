//! Every combination of records that come and go, delete policy and answer,
//! against the tables of `specification/`.

use treaty_model::{
    Absentees, BaseField, Deletes, Entity, FieldTable, Life, Link, LinkId, LinkPlan, Operation,
    Owner, Presence, Revision, RunId, Settled, Side, SystemIndex, Value,
};
use treaty_planner::{Answer, Choice, conclude, examine};

use crate::shorthand::{column, part, row};
use crate::specification::Table;

/// A system's record, and what happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Record {
    None,
    Quiet,
    Edited,
    NeverAgreed,
    Behind,
    Restored,
    Deleted,
    DeletedUnseen,
    DeletedIgnored,
    Absentee,
    Missing,
    LeftOut,
    Gone,
}

const RECORDS: [Record; 13] = [
    Record::None,
    Record::Quiet,
    Record::Edited,
    Record::NeverAgreed,
    Record::Behind,
    Record::Restored,
    Record::Deleted,
    Record::DeletedUnseen,
    Record::DeletedIgnored,
    Record::Absentee,
    Record::Missing,
    Record::LeftOut,
    Record::Gone,
];

const POLICIES: [Deletes; 4] = [
    Deletes::Archive,
    Deletes::Delete,
    Deletes::Ask,
    Deletes::Leave,
];

struct Combination {
    records: [Record; 3],
    policy: Deletes,
    was: Life,
    /// Whether the third system gets the records of the first, and the first
    /// those of the second.
    creates: bool,
}

#[test]
fn records_that_come_and_go_do_as_specified() {
    let (life, record) = (Table::life(), Table::record());
    let mut checked = 0;
    for first in RECORDS {
        for second in RECORDS {
            for third in RECORDS {
                for policy in POLICIES {
                    for was in [Life::Alive, Life::Deleted] {
                        for creates in [true, false] {
                            let combination = Combination {
                                records: [first, second, third],
                                policy,
                                was,
                                creates,
                            };
                            checked += combination.check(&life, &record);
                        }
                    }
                }
            }
        }
    }
    assert_eq!(life.unreached(), Vec::<usize>::new(), "of {}", life.len());
    assert_eq!(
        record.unreached(),
        Vec::<usize>::new(),
        "of {}",
        record.len()
    );
    assert!(checked > 50_000, "{checked} combinations");
}

impl Combination {
    fn check(&self, life: &Table, record: &Table) -> usize {
        let link = self.link();
        let asking = conclude_as(&self.entity(Deletes::Ask), &link, &[]);
        let question = asking.questions.iter().find(|asked| asked.field.is_none());
        let answer = |choice: Choice| Answer {
            field: None,
            candidates: question
                .map(|asked| asked.candidates.clone())
                .unwrap_or_default(),
            choice,
            by: "ben".to_owned(),
        };
        let mut stale = answer(Choice::Delete);
        stale.candidates.pop();
        let mut sayings = vec![("nothing", None), ("nothing", Some(stale))];
        if question.is_some() {
            sayings.push(("delete", Some(answer(Choice::Delete))));
            sayings.push(("keep", Some(answer(Choice::Keep))));
        }
        for (said, answer) in &sayings {
            let plan = conclude_as(&self.entity(self.policy), &link, answer.as_slice());
            let ruling = life.look_up(&self.facts(said));
            self.check_plan(&plan, (ruling, said), record);
        }
        sayings.len()
    }

    fn facts(&self, said: &'static str) -> [&'static str; 8] {
        let has = |wanted: &[Record]| self.records.iter().any(|record| wanted.contains(record));
        let deleted = [Record::Deleted, Record::DeletedUnseen, Record::Absentee];
        let deletes = match (has(&deleted), has(&[Record::DeletedIgnored])) {
            (true, _) if self.policy != Deletes::Leave => "counting",
            (true, _) | (_, true) => "ignored",
            _ => "none",
        };
        let left = self.records.iter().any(|record| {
            let gone = [Record::None, Record::DeletedIgnored, Record::Gone];
            !deleted.contains(record) && !gone.contains(record)
        });
        [
            if self.was == Life::Alive {
                "alive"
            } else {
                "dead"
            },
            yes(has(&[Record::Restored])),
            yes(has(&[Record::Edited, Record::NeverAgreed])),
            deletes,
            yes(has(&[Record::DeletedUnseen])),
            yes(left),
            match self.policy {
                Deletes::Archive => "archive",
                Deletes::Delete => "delete",
                Deletes::Ask => "ask",
                Deletes::Leave => "leave",
            },
            said,
        ]
    }

    fn check_plan(&self, plan: &LinkPlan, (ruling, said): (&str, &str), table: &Table) {
        let mut expected = Effects::default();
        for (index, record) in self.records.iter().enumerate() {
            let system = SystemIndex(index);
            let word = match record {
                Record::None => "none",
                Record::Quiet | Record::Edited | Record::NeverAgreed | Record::Behind => "present",
                Record::Restored => "restored",
                Record::DeletedIgnored => "ignored",
                Record::Deleted | Record::DeletedUnseen | Record::Absentee => match self.policy {
                    Deletes::Leave => "ignored",
                    _ => "counting",
                },
                Record::Missing => "missing",
                Record::LeftOut => "left-out",
                Record::Gone => "gone",
            };
            let source = match index {
                0 if self.creates => source(self.records[1]),
                2 if self.creates => source(self.records[0]),
                _ => "no",
            };
            let was = self.facts("nothing")[0];
            for effect in table.look_up(&[ruling, was, word, source, said]).split(',') {
                match effect {
                    "archive" => expected.archives.push(system),
                    "gone" => expected.presence.push((system, Presence::Gone)),
                    "back" => expected.presence.push((system, Presence::Present)),
                    "forget" => expected.detached.push(system),
                    "create" => expected.creates.push(system),
                    _ => {}
                }
            }
        }
        let lives = ruling != "removed";
        expected.life = match (self.was, lives) {
            (Life::Alive, false) => Some(Life::Deleted),
            (Life::Deleted, true) => Some(Life::Alive),
            _ => None,
        };
        expected.asks = ruling == "asks";
        assert_eq!(
            self.effects(plan),
            expected,
            "{ruling}: {:?} {:?} {:?} creates {}",
            self.records,
            self.policy,
            self.was,
            self.creates
        );
    }

    fn effects(&self, plan: &LinkPlan) -> Effects {
        let mut effects = Effects {
            life: plan.life,
            asks: plan.questions.iter().any(|asked| asked.field.is_none()),
            presence: plan.presence.clone(),
            detached: plan.detached.clone(),
            ..Effects::default()
        };
        effects.presence.sort_by_key(|(system, _)| *system);
        for operation in &plan.operations {
            match operation {
                Operation::Archive(archive) => {
                    assert_eq!(archive.for_good, self.policy == Deletes::Delete);
                    effects.archives.push(archive.system);
                }
                Operation::Create(create) => effects.creates.push(create.system),
                Operation::Write(_) => {}
            }
        }
        effects
    }

    fn entity(&self, policy: Deletes) -> Entity {
        let mut field = row("phone", Owner::Shared);
        field.columns = vec![column(false); 3];
        let mut entity = Entity {
            name: "contact".into(),
            systems: ["hubspot", "salesforce", "notion"].map(part).to_vec(),
            table: FieldTable { rows: vec![field] },
            deletes: policy,
        };
        for (part, record) in entity.systems.iter_mut().zip(self.records) {
            part.deletes_count = record != Record::DeletedIgnored;
            if record == Record::Absentee {
                part.absentees = Absentees::Deleted;
            }
        }
        if self.creates {
            entity.systems[0].creates_from = vec![SystemIndex(1)];
            entity.systems[2].creates_from = vec![SystemIndex(0)];
        }
        entity
    }

    fn link(&self) -> Link {
        let mut link = Link::new(LinkId(12), "contact".into(), 3, 1);
        link.life = self.was;
        link.base[0] = BaseField {
            value: Some(Value::text("v1")),
            revision: Revision(2),
            provenance: None,
        };
        for (side, record) in link.sides.iter_mut().zip(self.records) {
            *side = side_of(record);
        }
        link
    }
}

/// Whether a record is there and takes part.
/// Whether a record can be made from one.
fn source(record: Record) -> &'static str {
    match record {
        Record::Quiet | Record::Behind | Record::Restored => "yes",
        Record::Edited | Record::NeverAgreed => "yes",
        Record::Missing | Record::LeftOut => "hidden",
        _ => "no",
    }
}

/// What a plan does to records.
#[derive(Debug, Default, PartialEq, Eq)]
struct Effects {
    life: Option<Life>,
    asks: bool,
    presence: Vec<(SystemIndex, Presence)>,
    detached: Vec<SystemIndex>,
    archives: Vec<SystemIndex>,
    creates: Vec<SystemIndex>,
}

fn side_of(record: Record) -> Option<Side> {
    let settled = |value: &str, revision| {
        Some(Settled {
            value: Some(Value::text(value)),
            revision: Revision(revision),
        })
    };
    let (observed, settled) = match record {
        Record::None => return None,
        Record::Edited => (Some("v2"), settled("v1", 2)),
        Record::NeverAgreed => (None, None),
        Record::Behind | Record::DeletedUnseen => (Some("v0"), settled("v0", 1)),
        _ => (Some("v1"), settled("v1", 2)),
    };
    let mut side = Side::first_seen("1".into(), vec![observed.map(Value::text)]);
    side.settled = vec![settled];
    side.presence = match record {
        Record::Restored => Presence::Restored,
        Record::Deleted | Record::DeletedUnseen | Record::DeletedIgnored => Presence::Deleted,
        Record::Absentee | Record::Missing => Presence::Missing,
        Record::LeftOut => Presence::LeftOut("no customer".to_owned()),
        Record::Gone => Presence::Gone,
        _ => Presence::Present,
    };
    Some(side)
}

fn conclude_as(entity: &Entity, link: &Link, answers: &[Answer]) -> LinkPlan {
    let examination = examine(entity, link);
    assert!(examination.contested().is_empty(), "only life is at stake");
    conclude(entity, link, &examination, &[], answers, RunId(2))
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
