//! A link with its plan on the way from being decided to being carried out.

use std::collections::BTreeSet;

use treaty_ledger::{StoredLink, StoredQuestion, StoredRecord};
use treaty_model::{
    FieldIndex, Link, LinkId, LinkPlan, Operation, Presence, Revision, Row, Settle, SystemIndex,
    Written,
};
use treaty_sandbox::Setback;

use crate::Part;
use crate::question::asks_the_same;
use crate::reading::is_of_host;
use crate::report::Down;

/// Something that is not written, and why.
pub(crate) type Held = (SystemIndex, Option<FieldIndex>, String);

/// A link with its plan, and everything that carrying it out needs.
pub(crate) struct Draft {
    /// The link as stored, or as it will be stored.
    pub(crate) stored: StoredLink,
    /// The link as the planner saw it.
    pub(crate) link: Link,
    /// Whether the link is new or gets new records.
    pub(crate) joined: bool,
    /// Whether it is new.
    pub(crate) new: bool,
    /// Deleted records that it had, whose place a new one has taken.
    pub(crate) replaced: Vec<StoredRecord>,
    /// Links that go into it.
    pub(crate) from: Vec<StoredLink>,
    /// The questions whose answers that carries out, by number.
    pub(crate) answered: Vec<i64>,
    /// The questions about links that go into it, by number.
    pub(crate) moot: Vec<i64>,
    /// What happens to it.
    pub(crate) plan: LinkPlan,
    /// What is sent, in the order of the plan's operations.
    pub(crate) sends: Vec<Send>,
    /// Of the plan's questions, those that are open already with the same
    /// sides: nobody is asked twice.
    pub(crate) still_open: Vec<i64>,
    /// The questions that are open about it.
    pub(crate) questions: Vec<StoredQuestion>,
    /// Whether something it refers to is not there yet.
    pub(crate) dangling: bool,
    /// Whether something was left out because its system or a rule cannot be
    /// used now. The next pass looks at it again.
    pub(crate) postponed: bool,
    /// Why a rule that decides about it could not be run.
    pub(crate) untried: Option<String>,
    /// What is not written over, because it cannot be read.
    pub(crate) held: Vec<Held>,
    /// Fields that could not be expressed in a system, and why.
    pub(crate) unwritable: Vec<Held>,
}

/// An operation in a system's own terms.
pub(crate) struct Send {
    /// What is written.
    pub(crate) own: Row,
    /// What is expected to stand there.
    pub(crate) expected: Row,
}

/// Takes out of a plan what is being asked already, and names it.
pub(crate) fn take_open(part: &Part, plan: &mut LinkPlan, open: &[StoredQuestion]) -> Vec<i64> {
    let mut still_open = Vec::new();
    plan.questions.retain(|question| {
        // One whose answer could not be carried out is asked again.
        let mut unanswered = open.iter().filter(|open| open.answer.is_none());
        let known = unanswered.find(|open| asks_the_same(part, open, question));
        still_open.extend(known.map(|open| open.number));
        known.is_none()
    });
    still_open
}

/// What a mapper made of one operation.
pub(crate) struct Mapped {
    /// The own row, or why there is none.
    pub(crate) written: Result<Written, Setback>,
    /// What is expected to stand there.
    pub(crate) expected: Row,
}

impl Draft {
    /// A link with a plan that a person asked for.
    pub(crate) fn of_correction(plan: LinkPlan, stored: StoredLink, sends: Vec<Send>) -> Self {
        Self {
            link: stored.to_link(),
            stored,
            joined: false,
            new: false,
            replaced: Vec::new(),
            from: Vec::new(),
            answered: Vec::new(),
            moot: Vec::new(),
            plan,
            sends,
            still_open: Vec::new(),
            questions: Vec::new(),
            dangling: false,
            postponed: false,
            untried: None,
            held: Vec::new(),
            unwritable: Vec::new(),
        }
    }

    /// Keeps what is to be sent. A write that changes nothing in the system's
    /// own terms is settled instead: the system holds what it makes of base.
    pub(crate) fn take_mapped(&mut self, mapped: Vec<Option<Mapped>>) {
        let operations = std::mem::take(&mut self.plan.operations);
        for (mut operation, mapped) in operations.into_iter().zip(mapped) {
            let system = operation.system();
            let Some(mapped) = mapped else {
                // An archive is sent on condition that the whole record still
                // is what is known of it; a write of nothing but waiting
                // references is not sent.
                if matches!(operation, Operation::Archive(_)) {
                    let record = self.stored.records[system.0].as_ref();
                    self.plan.operations.push(operation);
                    self.sends.push(Send {
                        own: Row::new(),
                        expected: record.map_or_else(Row::new, |record| record.own.clone()),
                    });
                }
                continue;
            };
            let written = match mapped.written {
                Ok(written) => written,
                Err(setback) if is_of_host(&setback) => {
                    self.postponed = true;
                    self.held.push((system, None, setback.to_string()));
                    continue;
                }
                Err(setback) => {
                    let why = format!("the mapper failed: {setback}");
                    self.unwritable.push((system, None, why));
                    continue;
                }
            };
            let lost: Vec<_> = written
                .problems
                .iter()
                .map(|problem| FieldIndex(problem.field as usize))
                .collect();
            drop_fields(&mut operation, &lost);
            for problem in written.problems {
                let field = FieldIndex(problem.field as usize);
                self.unwritable.push((system, Some(field), problem.message));
            }
            let creates = matches!(operation, Operation::Create(_));
            if written.own.iter().any(Option::is_some) || creates {
                self.plan.operations.push(operation);
                self.sends.push(Send {
                    own: written.own,
                    expected: mapped.expected,
                });
            } else {
                self.settle(system, revisions_of(&operation));
            }
        }
    }

    /// Takes out what would go to systems that cannot be used: they stay
    /// behind, and the next pass writes them. Nothing new is made meanwhile: a
    /// thing is only known to be new where every system was asked. And nothing is
    /// removed: whether a system that cannot be used still shows what it has to,
    /// nobody can see.
    pub(crate) fn leave_out(&mut self, part: &Part, down: &Down) {
        if !down.is_empty() {
            self.keep_operations(|_, operation| {
                let creates = matches!(operation, Operation::Create(_));
                let removes = matches!(operation, Operation::Archive(_));
                !removes && !creates && !down.contains_key(&operation.system())
            });
        }
        self.leave_out_standing(part);
    }

    /// Removes nothing while a field stands still in a system that has a record of
    /// the link: somebody may have edited it there, and nobody has seen it. Where the
    /// record was deleted there, nothing is decided at all until the column is back:
    /// whoever deleted it has not seen what was agreed.
    fn leave_out_standing(&mut self, part: &Part) {
        let systems = part.entity.system_indexes();
        let standing = systems.filter(|system| !part.system(*system).paused.is_empty());
        let record = |system: SystemIndex| Some((system, self.stored.records[system.0].as_ref()?));
        let records: Vec<_> = standing.filter_map(record).collect();
        let mut unseen = Vec::new();
        for (system, record) in &records {
            let paused = part.system(*system).paused.iter();
            let never_read = paused.filter(|field| record.settled[field.0].is_none());
            let deleted = record.presence == Presence::Deleted;
            unseen.extend(never_read.filter(|_| deleted).map(|field| Settle {
                system: *system,
                field: *field,
                value: None,
                // With no revision: what was agreed never got there.
                revision: Revision(0),
            }));
        }
        let any = |wanted: fn(&Presence) -> bool| {
            let mut records = records.iter();
            records.any(|(_, record)| wanted(&record.presence))
        };
        let deleted = any(|presence| *presence == Presence::Deleted);
        let there = any(|presence| *presence != Presence::Gone);
        if deleted {
            self.hold();
            self.plan.settle = unseen;
        } else if there {
            self.keep_operations(|_, operation| !matches!(operation, Operation::Archive(_)));
        }
    }

    /// Takes out what is to be made where a record waits that may be the same
    /// thing.
    pub(crate) fn leave_out_doubtful(&mut self, doubtful: &BTreeSet<(LinkId, SystemIndex)>) {
        self.keep_operations(|link, operation| {
            let creates = matches!(operation, Operation::Create(_));
            !(creates && doubtful.contains(&(link, operation.system())))
        });
    }

    /// Whether other links go into it, and it is not decided for now: they stay
    /// apart, too.
    pub(crate) fn joins_later(&self) -> bool {
        !self.from.is_empty() && self.plan.joins.is_empty()
    }

    /// Leaves the link as it is: a guard stops it.
    pub(crate) fn hold(&mut self) {
        self.plan = LinkPlan::new(self.plan.link, self.plan.entity.clone());
        self.sends.clear();
        self.held.clear();
        self.unwritable.clear();
        self.postponed = true;
    }

    /// Whether something of it could not be read or written.
    pub(crate) fn has_faults(&self) -> bool {
        !self.held.is_empty() || !self.unwritable.is_empty()
    }

    /// Keeps some operations; the next pass looks at the others again.
    fn keep_operations(&mut self, keeps: impl Fn(LinkId, &Operation) -> bool) {
        let link = self.plan.link;
        let operations = self.plan.operations.iter();
        let keeps: Vec<bool> = operations.map(|operation| keeps(link, operation)).collect();
        self.postponed |= keeps.contains(&false);
        let mut keep = keeps.iter();
        self.plan
            .operations
            .retain(|_| keep.next().copied().unwrap_or(true));
        let mut keep = keeps.iter();
        self.sends.retain(|_| keep.next().copied().unwrap_or(true));
    }

    /// A plan of its operations only; none where there are none.
    pub(crate) fn into_operations(self) -> Option<LinkPlan> {
        let LinkPlan {
            link,
            entity,
            operations,
            ..
        } = self.plan;
        let mut plan = LinkPlan::new(link, entity);
        plan.operations = operations;
        (!plan.operations.is_empty()).then_some(plan)
    }

    fn settle(&mut self, system: SystemIndex, revisions: &[(FieldIndex, Revision)]) {
        let Some(side) = self.link.side(system) else {
            return;
        };
        for (field, revision) in revisions {
            let value = side.observed[field.0].clone();
            let settle = Settle {
                system,
                field: *field,
                value,
                revision: *revision,
            };
            self.plan.settle.push(settle);
        }
    }
}

/// The fields that an operation brings.
pub(crate) fn revisions_of(operation: &Operation) -> &[(FieldIndex, Revision)] {
    match operation {
        Operation::Write(write) => &write.revisions,
        Operation::Create(create) => &create.revisions,
        Operation::Archive(_) => &[],
    }
}

/// Takes fields out of an operation: they wait.
pub(crate) fn drop_fields(operation: &mut Operation, dropped: &[FieldIndex]) {
    let (values, revisions) = match operation {
        Operation::Write(write) => (&mut write.values, &mut write.revisions),
        Operation::Create(create) => (&mut create.values, &mut create.revisions),
        Operation::Archive(_) => return,
    };
    for field in dropped {
        values[field.0] = None;
    }
    let keep: Vec<bool> = revisions
        .iter()
        .map(|(field, _)| !dropped.contains(field))
        .collect();
    let mut kept = keep.iter();
    revisions.retain(|_| kept.next().copied().unwrap_or(true));
    if let Operation::Write(write) = operation {
        let mut kept = keep.iter();
        write.why.retain(|_| kept.next().copied().unwrap_or(true));
    }
}
