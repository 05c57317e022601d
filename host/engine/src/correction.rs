//! Corrections: plans that a person asks for, beside what the treaty decides by
//! itself. Undo and repair are corrections. They are weighed by the same guards,
//! sent on the same conditions and told in the same journal.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use treaty_ledger::{Commit, Entry, EntryKind, RunChange};
use treaty_model::{EntityName, LinkId, Plan, RunId, Scope, SystemIndex, Timestamp, Trip};
use treaty_planner::{Counts, guard};

use crate::counted::count_planned;
use crate::draft::Draft;
use crate::report::{Down, EntityReport, Report};
use crate::trips::Standing;
use crate::{Engine, EngineError, Mode, Part};

/// A correction under way.
pub(crate) struct Correction {
    pub(crate) mode: Mode,
    /// The run that it is.
    pub(crate) run: RunId,
    pub(crate) started_at: Timestamp,
    /// How guards stood when it began.
    pub(crate) standing: Standing,
    /// What the journal says of each link, and the run's summary.
    pub(crate) note: Json,
}

/// Gives the drafts of the links after one, and moves on; none: there are no more.
/// What stays as it is, is told as well. Walked through twice, it gives the same.
pub(crate) type NextDrafts<'a, L> =
    dyn FnMut(&mut LinkId, &mut Vec<L>) -> Result<Option<Vec<Draft>>, EngineError> + Send + 'a;

/// The drafts of the links after one.
type Walk<'a> = dyn FnMut(&mut LinkId) -> Result<Option<Vec<Draft>>, EngineError> + Send + 'a;

impl Engine {
    /// Begins a correction.
    pub(crate) fn begin_correction(
        &self,
        mode: Mode,
        approved: &BTreeSet<String>,
        note: Json,
    ) -> Result<Correction, EngineError> {
        let run = self.ledger.next_run()?;
        self.run.set(run);
        Ok(Correction {
            mode,
            run,
            started_at: self.clock.now(),
            standing: self.stand(approved)?,
            note,
        })
    }

    /// Corrects one entity, whose systems were just looked at: all of it is
    /// weighed, and carried out unless it is only planned or a guard stops it.
    /// Gives what stays as it is.
    pub(crate) async fn correct<L: Send>(
        &self,
        part: &Part,
        correction: &Correction,
        mut down: Down,
        (entity, report): (&mut EntityReport, &mut Report),
        next: &mut NextDrafts<'_, L>,
    ) -> Result<Vec<L>, EngineError> {
        let (mut planned, mut left) = (entity.clone(), Vec::new());
        let mut walk = |after: &mut LinkId| next(after, &mut left);
        let told = (&mut planned, &mut *report);
        let trips = self.weigh_correction(part, correction, &down, told, &mut walk)?;
        let stopped = trips.iter().any(|trip| trip.scope == Scope::Plan);
        if correction.mode == Mode::Plan || stopped {
            *entity = planned;
            entity.stopped = correction.mode == Mode::Sync;
        } else {
            let mut again = |after: &mut LinkId| next(after, &mut Vec::new());
            self.carry_out_correction(part, correction, &mut down, entity, &mut again)
                .await?;
        }
        // A correction says nothing about what a pass would do.
        self.keep_trips(part, &trips, &correction.standing, Mode::Plan, report)?;
        report.trips.extend(trips);
        report.failures.extend(down.into_values());
        Ok(left)
    }

    /// Asks the guards about a correction of one entity.
    fn weigh_correction(
        &self,
        part: &Part,
        correction: &Correction,
        down: &Down,
        (entity, report): (&mut EntityReport, &mut Report),
        next: &mut Walk<'_>,
    ) -> Result<Vec<Trip>, EngineError> {
        let mut weighed = Plan::default();
        let mut after = LinkId(0);
        while let Some(drafts) = next(&mut after)? {
            for mut draft in drafts {
                draft.leave_out(part, down);
                count_planned(part, &draft, entity);
                if correction.mode == Mode::Plan && !draft.plan.is_empty() {
                    report.plan.links.push(draft.plan.clone());
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
        let approved = &correction.standing.approved;
        let name = &part.entity.name;
        Ok(guard(name, weighed, &self.guards, &counts, &name_of, approved).trips)
    }

    /// Does what was weighed.
    async fn carry_out_correction(
        &self,
        part: &Part,
        correction: &Correction,
        down: &mut Down,
        entity: &mut EntityReport,
        next: &mut Walk<'_>,
    ) -> Result<(), EngineError> {
        let mut after = LinkId(0);
        while let Some(mut drafts) = next(&mut after)? {
            for draft in &mut drafts {
                draft.leave_out(part, down);
            }
            drafts.retain(|draft| !draft.plan.operations.is_empty());
            let entries = drafts.iter().map(|draft| self.note_link(correction, draft));
            let journal = entries.collect();
            self.ledger.commit(&Commit {
                journal,
                ..Commit::default()
            })?;
            self.apply(part, (drafts, Vec::new()), correction.run, entity, down)
                .await?;
        }
        Ok(())
    }

    fn note_link(&self, correction: &Correction, draft: &Draft) -> Entry {
        Entry {
            at: self.clock.now(),
            run: correction.run,
            kind: EntryKind::Change,
            entity: draft.plan.entity.clone(),
            link: Some(draft.plan.link),
            system: None,
            remote: None,
            field: None,
            content: correction.note.clone().into(),
            mark: None,
        }
    }

    /// Keeps the run, if it changed anything.
    pub(crate) fn end_correction(
        &self,
        correction: &Correction,
        report: &mut Report,
    ) -> Result<(), EngineError> {
        if correction.mode != Mode::Sync || report.is_quiet() {
            return Ok(());
        }
        report.run = Some(correction.run);
        let summary = serde_json::json!({ "correction": correction.note,
            "entities": report.entities });
        self.ledger.commit(&Commit {
            runs: vec![RunChange {
                run: correction.run,
                started_at: correction.started_at,
                ended_at: Some(self.clock.now()),
                summary,
            }],
            ..Commit::default()
        })?;
        Ok(())
    }
}
