//! The pass: observe, identify, reconcile, guard, apply.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde_json::json;
use treaty_ledger::{Commit, Content, Entry, EntryKind, QuestionChange, RunChange};
use treaty_model::{EntityName, Operation, Plan, RunId, SystemIndex, Timestamp, Trip};
use treaty_planner::{Counts, guard};

use crate::apply::count_planned;
use crate::batches::Batches;
use crate::draft::Draft;
use crate::identify::{BLOCK_RECORDS_MAX, Identified, Joined};
use crate::reference::Pending;
use crate::report::{Down, EntityReport, Event, Failure, Report};
use crate::{Engine, EngineError, Part};

/// How far back the write cap looks.
const MINUTE_MICROS: i64 = 60_000_000;

/// What a pass does with its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Observe and plan; the plan is in the report, and nothing is sent.
    Plan,
    /// All of it.
    Sync,
}

impl Engine {
    /// Makes one pass over the whole treaty.
    ///
    /// Entities are worked on in the order of their references, so that what a
    /// record refers to is there first. A system that cannot be used ends its
    /// own part only. `approved` holds the names of plans that a person let
    /// through.
    pub async fn pass(
        &self,
        mode: Mode,
        approved: &BTreeSet<String>,
    ) -> Result<Report, EngineError> {
        let started_at = self.clock.now();
        let run = self.ledger.next_run()?;
        self.run.set(run);
        let mut report = Report::default();
        *self.pending() = Pending::default();
        self.take_answers()?;
        for part in &self.parts {
            let entity = self
                .pass_entity(part, mode, approved, run, &mut report)
                .await?;
            report.entities.push(entity);
        }
        (self.progress)(Event::Finished);
        if mode == Mode::Sync && !report.is_quiet() {
            report.run = Some(run);
            let summary = json!({ "entities": report.entities, "failures": report.failures,
                "trips": report.trips });
            let ended_at = Some(self.clock.now());
            let runs = vec![RunChange {
                run,
                started_at,
                ended_at,
                summary,
            }];
            self.ledger.commit(&Commit {
                runs,
                ..Commit::default()
            })?;
        }
        Ok(report)
    }

    async fn pass_entity(
        &self,
        part: &Part,
        mode: Mode,
        approved: &BTreeSet<String>,
        run: RunId,
        report: &mut Report,
    ) -> Result<EntityReport, EngineError> {
        let mut entity = EntityReport {
            entity: part.entity.name.to_string(),
            ..EntityReport::default()
        };
        self.list_after_change(part)?;
        self.map_after_change(part)?;
        self.resolve_after_change(part)?;
        self.prepare_after_change(part)?;
        self.try_refused(part)?;
        let mut down = self.read_all(part, &mut entity).await?;
        (self.progress)(Event::Identifying {
            entity: &part.entity.name,
        });
        let found = if down.is_empty() {
            self.identify(part)?
        } else {
            // A record is only known to be new when every system was asked.
            Identified::default()
        };
        let mut planned = entity.clone();
        let trips = self.weigh(
            part,
            &found,
            mode,
            approved,
            run,
            &down,
            &mut planned,
            report,
        )?;
        if mode == Mode::Sync && trips.is_empty() {
            self.carry_out(part, found, run, &mut down, &mut entity)
                .await?;
        } else {
            entity = planned;
            if mode == Mode::Sync {
                entity.stopped = true;
                self.tell_trips(part, &trips, run)?;
            }
        }
        entity.alerts.extend(self.count_alert(part)?);
        report.trips.extend(trips);
        for failure in down.into_values() {
            let mut known = report.failures.iter();
            if !known.any(|known| known.system == failure.system) {
                report.failures.push(failure);
            }
        }
        Ok(entity)
    }

    /// Settles what was left open, then reads every system. Gives the systems
    /// that could not be used.
    async fn read_all(&self, part: &Part, entity: &mut EntityReport) -> Result<Down, EngineError> {
        let mut down = Down::new();
        for system in part.entity.system_indexes() {
            let name = &part.entity.part(system).system;
            let mut read = entity.systems.remove(name).unwrap_or_default();
            let result = match self.recover(part, system, entity).await {
                Ok(()) => self.observe(part, system, &mut read).await,
                Err(error) => Err(error),
            };
            let kept = entity.system(name);
            (kept.seen, kept.changed, kept.missing) = (read.seen, read.changed, read.missing);
            (kept.parked, kept.unread, kept.problems) = (read.parked, read.unread, read.problems);
            match result {
                Ok(()) => {}
                Err(EngineError::System { source, .. }) => {
                    down.insert(system, Failure::new(name, &source));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(down)
    }

    /// Decides everything once without doing any of it, and asks the guards.
    #[expect(
        clippy::too_many_arguments,
        reason = "one pass's own state, passed down one level"
    )]
    fn weigh(
        &self,
        part: &Part,
        found: &Identified,
        mode: Mode,
        approved: &BTreeSet<String>,
        run: RunId,
        down: &Down,
        entity: &mut EntityReport,
        report: &mut Report,
    ) -> Result<Vec<Trip>, EngineError> {
        let mut weighed = Plan::default();
        let of = self.links_to_decide(part, found)?;
        let mut links = 0;
        let mut cursor = Batches::new(&found.links);
        while let Some(batch) = self.next_batch(part, &mut cursor)? {
            links += batch.len() as u64;
            let mut drafts = self.reconcile(part, batch, run)?;
            for draft in &mut drafts {
                draft.leave_out(down);
                draft.leave_out_doubtful(&found.doubtful);
                count_planned(part, draft, entity);
                if mode == Mode::Plan {
                    self.foresee(part, draft);
                    if !draft.plan.is_empty() {
                        report.plan.links.push(draft.plan.clone());
                    }
                }
            }
            // Guards weigh operations; keeping more would keep everything.
            let operations = drafts.into_par_iter().filter_map(Draft::into_operations);
            weighed.links.par_extend(operations);
            (self.progress)(Event::Reconciled {
                entity: &part.entity.name,
                links,
                of,
            });
        }
        tell_identified(found, entity);
        if weighed.links.is_empty() {
            // Guards weigh what is sent. Counting the writes of the last minute
            // would make an idle pass after a busy one slow.
            return Ok(Vec::new());
        }
        let counts = self.counts(self.clock.now())?;
        let name_of = |_: &EntityName, system: SystemIndex| part.entity.part(system).system.clone();
        Ok(guard(weighed, &self.guards, &counts, &name_of, approved).trips)
    }

    fn links_to_decide(&self, part: &Part, found: &Identified) -> Result<u64, EngineError> {
        Ok(self.ledger.attention_count(&part.entity.name)? + found.links.len() as u64)
    }

    /// Keeps in mind what a plan would make, for entities that refer to it.
    fn foresee(&self, part: &Part, draft: &Draft) {
        let mut pending = self.pending();
        if draft.joined {
            pending.link(&draft.stored);
        }
        for operation in &draft.plan.operations {
            if let Operation::Create(create) = operation {
                let system = part.entity.part(create.system).system.clone();
                pending.make(part.entity.name.clone(), draft.plan.link, system);
            }
        }
    }

    /// Does what was decided, batch by batch.
    async fn carry_out(
        &self,
        part: &Part,
        found: Identified,
        run: RunId,
        down: &mut Down,
        entity: &mut EntityReport,
    ) -> Result<(), EngineError> {
        tell_identified(&found, entity);
        self.keep_identified(part, &found)?;
        let of = self.links_to_decide(part, &found)?;
        let mut links = 0;
        let mut cursor = Batches::new(&found.links);
        while let Some(batch) = self.next_batch(part, &mut cursor)? {
            links += batch.len() as u64;
            let mut drafts = self.reconcile(part, batch, run)?;
            for draft in &mut drafts {
                draft.leave_out(down);
                draft.leave_out_doubtful(&found.doubtful);
            }
            self.apply(part, drafts, run, entity, down).await?;
            (self.progress)(Event::Applied {
                entity: &part.entity.name,
                links,
                of,
            });
        }
        Ok(())
    }

    /// Keeps the questions that identify asks, and ends those that were
    /// answered.
    fn keep_identified(&self, part: &Part, found: &Identified) -> Result<(), EngineError> {
        let mut commit = Commit::default();
        let asked: BTreeSet<_> = found
            .questions
            .iter()
            .map(|question| &question.subject)
            .collect();
        for open in self.ledger.questions()? {
            let treaty_ledger::Subject::Same(..) = open.subject else {
                continue;
            };
            if open.entity == part.entity.name
                && open.answer.is_some()
                && !asked.contains(&open.subject)
            {
                let state = treaty_ledger::QuestionState::CarriedOut;
                commit.questions.push(QuestionChange::Close {
                    number: open.number,
                    state,
                });
            }
        }
        commit
            .questions
            .extend(found.questions.iter().cloned().map(QuestionChange::Ask));
        if !commit.is_empty() {
            self.ledger.commit(&commit)?;
        }
        Ok(())
    }

    fn counts(&self, now: Timestamp) -> Result<Counts, EngineError> {
        let minute_ago = Timestamp::from_micros(now.as_micros() - MINUTE_MICROS);
        Ok(Counts {
            records: self.ledger.totals()?.linked,
            writes_last_minute: self.ledger.writes_since(minute_ago)?,
        })
    }

    fn tell_trips(&self, part: &Part, trips: &[Trip], run: RunId) -> Result<(), EngineError> {
        let at = self.clock.now();
        let entry = |trip: &Trip| Entry {
            at,
            run,
            kind: EntryKind::Guard,
            entity: part.entity.name.clone(),
            link: None,
            system: None,
            remote: None,
            field: None,
            content: Content::of(trip),
            mark: Some(trip.approval.clone()),
        };
        let journal = trips.iter().map(entry).collect();
        self.ledger.commit(&Commit {
            journal,
            ..Commit::default()
        })?;
        Ok(())
    }
}

fn tell_identified(found: &Identified, entity: &mut EntityReport) {
    entity.linked = found.links.iter().filter(|join| join.new).count() as u64;
    let matched = |join: &&Joined| !join.new || join.records.len() > 1;
    entity.matched = found.links.iter().filter(matched).count() as u64;
    entity.held = found.held;
    entity.duplicates = found.duplicates;
    if found.blocks_skipped > 0 {
        entity.alerts.push(format!(
            "some records share a blocking key with more than {BLOCK_RECORDS_MAX} others, and were \
             compared under their other keys only"
        ));
    }
    if let Some((records, why)) = &found.uncompared {
        let wait = if *records == 1 {
            "record waits"
        } else {
            "records wait"
        };
        entity.note_setback(format!("{records} {wait} to be compared: {why}"));
    }
}
