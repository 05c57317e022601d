//! The pass: observe, identify, reconcile, guard, apply.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde_json::json;
use treaty_ledger::{Commit, QuestionChange, RunChange};
use treaty_model::{
    EntityName, LinkId, LinkPlan, Operation, Plan, RunId, Scope, SystemIndex, Trip,
};
use treaty_planner::{Counts, guard};

use crate::batches::Batches;
use crate::consult::Keep;
use crate::counted::{count_planned, uncount_planned};
use crate::draft::Draft;
use crate::identify::{Identified, Joined};
use crate::pairs::BLOCK_RECORDS_MAX;
use crate::reconcile::Reconciled;
use crate::reference::Pending;
use crate::report::{Down, EntityReport, Event, Report};
use crate::trips::Standing;
use crate::visible::Unseen;
use crate::{Engine, EngineError, Part};

/// What a pass does with its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Observe and plan; the plan is in the report, and nothing is sent.
    Plan,
    /// All of it.
    Sync,
}

/// A pass under way.
struct Pass {
    mode: Mode,
    run: RunId,
    /// How guards stood when it began.
    standing: Standing,
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
        self.note_packs()?;
        let pass = Pass {
            mode,
            run,
            standing: self.stand(approved)?,
        };
        for part in &self.parts {
            let entity = self.pass_entity(part, &pass, &mut report).await?;
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
        if mode == Mode::Sync {
            self.note_silence(&report.failures, &pass.standing.trips)?;
            self.tell_people(&pass.standing.approved).await?;
            self.shorten_journal()?;
        }
        Ok(report)
    }

    async fn pass_entity(
        &self,
        part: &Part,
        pass: &Pass,
        report: &mut Report,
    ) -> Result<EntityReport, EngineError> {
        let mut entity = EntityReport {
            entity: part.entity.name.to_string(),
            ..EntityReport::default()
        };
        self.try_refused(part)?;
        let (mut down, unseen) = self.look_at_systems(part, &mut entity).await?;
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
        let seen = Seen {
            found,
            down: &down,
            unseen,
        };
        let mut trips = self.weigh(part, &seen, pass, &mut planned, report)?;
        let Seen { found, unseen, .. } = seen;
        let stopped = trips.iter().any(|trip| trip.scope == Scope::Plan);
        if pass.mode == Mode::Sync && !stopped {
            let held = held_links(&trips);
            self.carry_out(part, found, &held, pass.run, &mut down, &mut entity)
                .await?;
            if pass.standing.may_be_empty(&part.entity.name) {
                self.accept_empty(part, &unseen)?;
            }
            trips.extend(self.switches.strike(self.rule_faults_max));
            trips.append(&mut self.strikes());
        } else {
            entity = planned;
            entity.stopped = pass.mode == Mode::Sync;
        }
        let mut approved = Vec::new();
        for trip in part.systems.iter().flat_map(|system| &system.drifted) {
            match pass.standing.approved.contains(&trip.approval) {
                // It stays approved until the treaty was opened with it.
                true => approved.push(trip.clone()),
                false => trips.push(trip.clone()),
            }
        }
        report.reopen |= !approved.is_empty();
        let alert = self.count_alert(part)?;
        entity
            .alerts
            .extend(alert.iter().map(|trip| trip.message.clone()));
        let alerts = trips.iter().cloned().chain(alert);
        let alerts: Vec<_> = alerts.chain(approved).collect();
        self.keep_trips(part, &alerts, &pass.standing, pass.mode, report)?;
        report.trips.extend(trips);
        for failure in down.into_values() {
            let mut known = report.failures.iter();
            if !known.any(|known| known.system == failure.system) {
                report.failures.push(failure);
            }
        }
        Ok(entity)
    }

    /// Decides everything once without doing any of it, and asks the guards.
    fn weigh(
        &self,
        part: &Part,
        seen: &Seen<'_>,
        pass: &Pass,
        entity: &mut EntityReport,
        report: &mut Report,
    ) -> Result<Vec<Trip>, EngineError> {
        let found = &seen.found;
        let mut weighed = Plan::default();
        let mut counts = Counts {
            empty: seen.unseen.empty.clone(),
            canaries_lost: seen.unseen.canaries.clone(),
            ..Counts::default()
        };
        let of = self.links_to_decide(part, found)?;
        let mut links = 0;
        let mut cursor = Batches::new(&found.links);
        while let Some(batch) = self.next_batch(part, &mut cursor)? {
            links += batch.len() as u64;
            let mut drafts = self.foresee_batch(part, batch, pass.run)?;
            for draft in &mut drafts {
                draft.leave_out(part, seen.down);
                draft.leave_out_doubtful(&found.doubtful);
                count_planned(part, draft, entity);
                counts.asked += draft.plan.questions.len() as u64;
                counts.faults += u64::from(draft.has_faults());
                if pass.mode == Mode::Plan {
                    self.foresee(part, draft);
                    if !draft.plan.is_empty() {
                        report.plan.links.push(draft.plan.clone());
                    }
                }
            }
            self.look_back(part, &drafts, &mut counts)?;
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
        counts.asked += found.asked_anew;
        counts.faults += found.uncompared.as_ref().map_or(0, |(records, _)| *records);
        let unread = entity.systems.values();
        counts.faults += unread.map(|read| read.parked + read.unread).sum::<u64>();
        let name = &part.entity.name;
        let mut trips = Vec::new();
        // Counting the writes of the last minute would make an idle pass after a
        // busy one slow.
        if !weighed.links.is_empty() || counts != Counts::default() {
            self.count_for_guards(&mut counts)?;
            let name_of =
                |_: &EntityName, system: SystemIndex| part.entity.part(system).system.clone();
            let approved = &pass.standing.approved;
            trips = guard(name, weighed, &self.guards, &counts, &name_of, approved).trips;
        }
        trips.extend(self.switches.strike(self.rule_faults_max));
        let out_of_sight = pass.standing.out_of_sight(name);
        let out_of_sight = out_of_sight.filter(|_| !seen.down.is_empty());
        for trip in pass.standing.holding(name).chain(out_of_sight) {
            if !trips.iter().any(|known| known.approval == trip.approval) {
                trips.push(trip.clone());
            }
        }
        self.leave_out_held(part, seen, pass, &trips, (entity, report))?;
        Ok(trips)
    }

    /// Takes links that a guard holds out of what would be done. A pass keeps no
    /// plan: where it is stopped, theirs are derived once more, to be counted as
    /// the plan counts them.
    fn leave_out_held(
        &self,
        part: &Part,
        seen: &Seen<'_>,
        pass: &Pass,
        trips: &[Trip],
        (entity, report): (&mut EntityReport, &mut Report),
    ) -> Result<(), EngineError> {
        let held = held_links(trips);
        let stopped = trips.iter().any(|trip| trip.scope == Scope::Plan);
        if held.is_empty() || pass.mode == Mode::Sync && !stopped {
            return Ok(());
        }
        if pass.mode == Mode::Plan {
            let name = &part.entity.name;
            let is_held = |plan: &LinkPlan| plan.entity == *name && held.contains(&plan.link);
            for plan in report.plan.links.iter().filter(|plan| is_held(plan)) {
                uncount_planned(part, plan, entity);
            }
            report.plan.links.retain(|plan| !is_held(plan));
            return Ok(());
        }
        let mut cursor = Batches::new(&seen.found.links);
        while let Some(batch) = self.next_batch(part, &mut cursor)? {
            let drafts = self.foresee_batch(part, batch, pass.run)?.into_iter();
            for mut draft in drafts.filter(|draft| held.contains(&draft.plan.link)) {
                draft.leave_out(part, seen.down);
                draft.leave_out_doubtful(&seen.found.doubtful);
                uncount_planned(part, &draft.plan, entity);
            }
        }
        Ok(())
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
        held: &BTreeSet<LinkId>,
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
            let Reconciled { mut drafts, asked } =
                self.reconcile(part, batch, run, Keep::Batches)?;
            for draft in &mut drafts {
                draft.leave_out(part, down);
                draft.leave_out_doubtful(&found.doubtful);
                if held.contains(&draft.plan.link) {
                    draft.hold();
                }
                draft.postponed |= found.waiting.contains(&draft.plan.link);
            }
            drafts.retain(|draft| !draft.joins_later());
            self.apply(part, (drafts, asked), run, entity, down).await?;
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
        self.end_identified(part, found, &mut commit)?;
        commit
            .questions
            .extend(found.questions.iter().cloned().map(QuestionChange::Ask));
        if !commit.is_empty() {
            self.ledger.commit(&commit)?;
        }
        Ok(())
    }
}

/// What a pass has seen of an entity before anything is decided.
struct Seen<'a> {
    found: Identified,
    /// Systems that could not be used.
    down: &'a Down,
    /// What systems no longer show.
    unseen: Unseen,
}

/// The links that guards hold.
fn held_links(trips: &[Trip]) -> BTreeSet<LinkId> {
    let held = trips.iter().filter_map(|trip| match trip.scope {
        Scope::Link(link) => Some(link),
        _ => None,
    });
    held.collect()
}

fn tell_identified(found: &Identified, entity: &mut EntityReport) {
    entity.linked = found.links.iter().filter(|join| join.new).count() as u64;
    let more = |join: &Joined| !join.new || join.records.len() > 1;
    let matched = |join: &&Joined| join.from.is_empty() && more(join);
    entity.matched = found.links.iter().filter(matched).count() as u64;
    entity.held = found.held;
    entity.duplicates = found.duplicates;
    entity.alerts.extend(found.in_vain.iter().cloned());
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
