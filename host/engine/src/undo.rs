//! Undo: what a run wrote is put back, where nobody has changed it since.
//!
//! It is a run itself: weighed by the guards, sent on condition that the record
//! still is what was read, told in the journal, and it can be undone. Records that
//! the run made are archived. What cannot be put back is told with the reason.
//!
//! Base stays as it was agreed, so that nothing spreads that nobody has looked at:
//! the system agrees to differ until somebody edits the field again. Only where a
//! person wants it everywhere does base go back too, and the next pass brings it to
//! the system that the value came from.

mod back;
mod past;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;
use treaty_ledger::{Commit, Entry, EntryKind, RunChange};
use treaty_model::{
    EntityName, Inbound, LinkId, Operation, Plan, RemoteId, Row, RunId, Scope, SystemIndex,
    SystemName, Trip,
};
use treaty_planner::{Counts, guard};

use crate::apply::count_planned;
use crate::draft::Draft;
use crate::reading::Reading;
use crate::report::{Down, EntityReport, Report};
use crate::trips::Standing;
use crate::{Engine, EngineError, Mode, Part};

use back::PuttingBack;
use past::Past;

/// How many links are put back in one batch.
const BATCH_LINKS: usize = 2_000;

/// What is to be undone, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoWish {
    /// The run.
    pub run: RunId,
    /// Whether what was agreed goes back too.
    pub everywhere: bool,
    /// Who wants it.
    pub by: String,
}

/// What came of undoing a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Undone {
    /// What was done, or would be.
    #[serde(flatten)]
    pub report: Report,
    /// What stays as it is.
    pub left: Vec<Left>,
}

/// Something that is not put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// The entity.
    pub entity: EntityName,
    /// The link.
    pub link: LinkId,
    /// The system.
    pub system: SystemName,
    /// The record there.
    pub remote: Option<RemoteId>,
    /// The own field; none: the whole record.
    pub field: Option<String>,
    /// Why.
    pub why: String,
}

/// An undo under way.
struct Undoing<'a> {
    wish: &'a UndoWish,
    mode: Mode,
    /// The run that it is itself.
    run: RunId,
    standing: Standing,
}

impl Engine {
    /// Undoes a run, or says what undoing it would do. `approved` holds the names
    /// of plans that a person let through.
    ///
    /// # Errors
    /// [`EngineError::Undo`] where there is no such run.
    pub async fn undo(
        &self,
        wish: &UndoWish,
        mode: Mode,
        approved: &BTreeSet<String>,
    ) -> Result<Undone, EngineError> {
        let started_at = self.clock.now();
        let run = self.ledger.next_run()?;
        if wish.run.0 == 0 || wish.run >= run {
            return Err(EngineError::Undo { run: wish.run });
        }
        self.run.set(run);
        let undoing = Undoing {
            wish,
            mode,
            run,
            standing: self.stand(approved)?,
        };
        let mut undone = Undone::default();
        // What refers to others goes before what it refers to.
        for part in self.parts.iter().rev() {
            let entity = self.undo_entity(part, &undoing, &mut undone).await?;
            undone.report.entities.push(entity);
        }
        if mode == Mode::Sync && !undone.report.is_quiet() {
            undone.report.run = Some(run);
            let summary = json!({ "undo": wish.run, "by": wish.by,
                "entities": undone.report.entities, "left": undone.left.len() });
            let ended_at = Some(self.clock.now());
            self.ledger.commit(&Commit {
                runs: vec![RunChange {
                    run,
                    started_at,
                    ended_at,
                    summary,
                }],
                ..Commit::default()
            })?;
        }
        Ok(undone)
    }

    async fn undo_entity(
        &self,
        part: &Part,
        undoing: &Undoing<'_>,
        undone: &mut Undone,
    ) -> Result<EntityReport, EngineError> {
        let mut entity = EntityReport {
            entity: part.entity.name.to_string(),
            ..EntityReport::default()
        };
        let name = &part.entity.name;
        let first = self
            .ledger
            .links_of_run(undoing.wish.run, name, LinkId(0), 1)?;
        if first.is_empty() {
            return Ok(entity);
        }
        // What stands there now is what was read just now.
        let (mut down, _) = self.look_at_systems(part, &mut entity).await?;
        let mut planned = entity.clone();
        let trips = self.weigh_undo(part, undoing, &down, &mut planned, undone)?;
        let stopped = trips.iter().any(|trip| trip.scope == Scope::Plan);
        if undoing.mode == Mode::Sync && !stopped {
            self.carry_out_undo(part, undoing, &mut down, &mut entity)
                .await?;
        } else {
            entity = planned;
            entity.stopped = undoing.mode == Mode::Sync;
        }
        self.keep_trips(
            part,
            &trips,
            &undoing.standing,
            Mode::Plan,
            &mut undone.report,
        )?;
        undone.report.trips.extend(trips);
        undone.report.failures.extend(down.into_values());
        Ok(entity)
    }

    fn weigh_undo(
        &self,
        part: &Part,
        undoing: &Undoing<'_>,
        down: &Down,
        entity: &mut EntityReport,
        undone: &mut Undone,
    ) -> Result<Vec<Trip>, EngineError> {
        let mut weighed = Plan::default();
        let mut after = LinkId(0);
        loop {
            let (drafts, left) = self.undo_batch(part, undoing, &mut after)?;
            let Some(drafts) = drafts else { break };
            undone.left.extend(left);
            for mut draft in drafts {
                draft.leave_out(down);
                count_planned(part, &draft, entity);
                if undoing.mode == Mode::Plan {
                    undone.report.plan.links.push(draft.plan.clone());
                }
                weighed.links.extend(draft.into_operations());
            }
        }
        if weighed.links.is_empty() {
            return Ok(Vec::new());
        }
        let mut counts = Counts::default();
        self.count_for_guards(&mut counts)?;
        let name_of = |_: &EntityName, system: SystemIndex| part.entity.part(system).system.clone();
        let approved = &undoing.standing.approved;
        let name = &part.entity.name;
        Ok(guard(name, weighed, &self.guards, &counts, &name_of, approved).trips)
    }

    async fn carry_out_undo(
        &self,
        part: &Part,
        undoing: &Undoing<'_>,
        down: &mut Down,
        entity: &mut EntityReport,
    ) -> Result<(), EngineError> {
        let mut after = LinkId(0);
        while let (Some(mut drafts), _) = self.undo_batch(part, undoing, &mut after)? {
            for draft in &mut drafts {
                draft.leave_out(down);
            }
            drafts.retain(|draft| !draft.plan.operations.is_empty());
            let entries = drafts.iter().map(|draft| self.undo_entry(undoing, draft));
            let journal = entries.collect();
            self.ledger.commit(&Commit {
                journal,
                ..Commit::default()
            })?;
            self.apply(part, drafts, undoing.run, entity, down).await?;
        }
        Ok(())
    }

    fn undo_entry(&self, undoing: &Undoing<'_>, draft: &Draft) -> Entry {
        Entry {
            at: self.clock.now(),
            run: undoing.run,
            kind: EntryKind::Change,
            entity: draft.plan.entity.clone(),
            link: Some(draft.plan.link),
            system: None,
            remote: None,
            field: None,
            content: json!({ "undo": undoing.wish.run, "by": undoing.wish.by }).into(),
            mark: None,
        }
    }

    /// The next links of the run, with what puts them back, and what stays. None:
    /// there are no more.
    fn undo_batch(
        &self,
        part: &Part,
        undoing: &Undoing<'_>,
        after: &mut LinkId,
    ) -> Result<(Option<Vec<Draft>>, Vec<Left>), EngineError> {
        let (run, name) = (undoing.wish.run, &part.entity.name);
        let numbers = self.ledger.links_of_run(run, name, *after, BATCH_LINKS)?;
        let Some(last) = numbers.last() else {
            return Ok((None, Vec::new()));
        };
        *after = *last;
        let (mut drafts, mut left) = (Vec::new(), Vec::new());
        for link in self.ledger.links(&numbers)? {
            let past = Past::of(self.ledger.entries_of_run(run, name, link.id)?);
            let mut putting = PuttingBack::new(part, undoing, link, &mut left);
            for (system, write) in &past.systems {
                putting.take(system, write);
            }
            if undoing.wish.everywhere {
                putting.put_base_back(&past, self.clock.now());
            }
            drafts.extend(putting.into_draft());
        }
        self.say_values(part, &mut drafts);
        Ok((Some(drafts), left))
    }

    /// Says in canonical form what is put back, for people to read.
    fn say_values(&self, part: &Part, drafts: &mut [Draft]) {
        for system in part.entity.system_indexes() {
            let (mut writes, mut inbound) = (Vec::new(), Vec::new());
            for draft in drafts.iter_mut() {
                let known = draft.stored.base.iter().map(|field| field.value.clone());
                let known: Row = known.collect();
                let operations = draft.plan.operations.iter_mut().zip(&draft.sends);
                for (operation, send) in operations {
                    let Operation::Write(write) = operation else {
                        continue;
                    };
                    if write.system == system {
                        let own = send.own.iter().zip(&send.expected);
                        let own = own.map(|(back, now)| back.clone().or_else(|| now.clone()));
                        inbound.push(Inbound {
                            own: own.collect(),
                            known: known.clone(),
                        });
                        writes.push(write);
                    }
                }
            }
            let readings = self.map_in(part, system, &inbound);
            for (write, reading) in writes.into_iter().zip(readings) {
                if let Reading::Read { canonical, .. } = reading {
                    for (field, _) in &write.revisions {
                        write.values[field.0].clone_from(&canonical[field.0]);
                    }
                }
            }
        }
    }
}
