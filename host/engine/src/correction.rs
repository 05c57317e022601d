//! Corrections: plans that a person asks for, beside what the treaty decides by
//! itself. Undo and repair are corrections. They are weighed by the same guards,
//! sent on the same conditions and told in the same journal.

use serde_json::Value as Json;
use treaty_ledger::{Commit, Entry, EntryKind, RunChange};
use treaty_model::{EntityName, Plan, RunId, Scope, SystemIndex, Timestamp, Trip};
use treaty_planner::{Counts, guard};

use crate::apply::count_planned;
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

/// Gives the next drafts of a correction; none: there are no more. What it gives is
/// made afresh each time it is walked through.
pub(crate) type NextDrafts<'a> = dyn FnMut() -> Result<Option<Vec<Draft>>, EngineError> + Send + 'a;

impl Engine {
    /// Asks the guards about a correction of one entity.
    pub(crate) fn weigh_correction(
        &self,
        part: &Part,
        correction: &Correction,
        down: &Down,
        (entity, report): (&mut EntityReport, &mut Report),
        next: &mut NextDrafts<'_>,
    ) -> Result<Vec<Trip>, EngineError> {
        let mut weighed = Plan::default();
        while let Some(drafts) = next()? {
            for mut draft in drafts {
                draft.leave_out(down);
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

    /// Does what was weighed, unless a guard stops it, and keeps the trips.
    pub(crate) async fn carry_out_correction(
        &self,
        part: &Part,
        correction: &Correction,
        trips: Vec<Trip>,
        down: &mut Down,
        (entity, report): (&mut EntityReport, &mut Report),
        next: &mut NextDrafts<'_>,
    ) -> Result<(), EngineError> {
        let stopped = trips.iter().any(|trip| trip.scope == Scope::Plan);
        if correction.mode == Mode::Sync && !stopped {
            while let Some(mut drafts) = next()? {
                for draft in &mut drafts {
                    draft.leave_out(down);
                }
                drafts.retain(|draft| !draft.plan.operations.is_empty());
                let entries = drafts.iter().map(|draft| self.note_link(correction, draft));
                let journal = entries.collect();
                self.ledger.commit(&Commit {
                    journal,
                    ..Commit::default()
                })?;
                self.apply(part, drafts, correction.run, entity, down)
                    .await?;
            }
        }
        // A correction says nothing about what a pass would do.
        self.keep_trips(part, &trips, &correction.standing, Mode::Plan, report)?;
        report.trips.extend(trips);
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
