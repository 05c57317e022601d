//! Who runs Treaty: looks at what guards have stopped, lets it through, and answers
//! questions.

use std::sync::Arc;

use treaty_engine::{Reader, Report};
use treaty_model::{Scope, Trip};

use super::Player;
use crate::answer::reply;
use crate::broken::Broken;

/// What stands in the alert about systems with very different numbers of records: it
/// stops nothing.
const UNEQUAL: &str = "count-difference-max";

impl Player<'_> {
    /// A plan that a guard has stopped carries no operation.
    pub(super) fn guarded(&mut self, report: &Report, sent_before: usize) {
        for trip in &report.trips {
            let tripped = self.figures.tripped.entry(trip.guard.clone());
            *tripped.or_default() += 1;
            self.note(format!("guard {}: {}", trip.guard, trip.message));
        }
        let alerts = report.entities.iter().flat_map(|entity| &entity.alerts);
        let unequal = alerts.filter(|alert| alert.contains(UNEQUAL)).count() as u64;
        if unequal > 0 {
            *self
                .figures
                .tripped
                .entry("count-difference".to_owned())
                .or_default() += unequal;
        }
        let told = report.trips.iter().any(|trip| trip.guard == "canary");
        let missed = std::mem::take(&mut self.stage.lock().canary_missed);
        if missed && !told && report.failures.is_empty() {
            let how = "a canary was not seen, and nobody was told";
            self.broken.push(Broken::new(5, how));
        }
        // That one strikes while a plan is carried out.
        let stops = |trip: &Trip| trip.scope == Scope::Plan && trip.guard != "error-flood";
        let stopped = report.trips.iter().find(|trip| stops(trip));
        let sent = self.stage.lock().history.sent.len();
        self.figures.check(5, usize::from(stopped.is_some()));
        if let (Some(trip), true) = (stopped, sent > sent_before) {
            let writes = sent - sent_before;
            let how = format!("{writes} writes though {} stopped the plan", trip.guard);
            self.broken.push(Broken::new(5, how));
        }
    }

    /// The operator lets through whatever guards have stopped.
    pub(super) fn approve(&mut self) -> anyhow::Result<()> {
        if !self.folder.state.join("ledger.db").exists() {
            return Ok(());
        }
        let Ok(reader) = Reader::open(&self.folder, Arc::new(self.stage.clone())) else {
            return Ok(());
        };
        for kept in reader.trips()? {
            // What a hidden canary warns of is no plan to be let through.
            if kept.trip.scope != Scope::Nothing && kept.trip.guard != "canary" {
                let approved = reader.approve(&kept.trip.approval, "olga").is_ok();
                self.note(format!("approve {}: {approved}", kept.trip.approval));
            }
        }
        Ok(())
    }

    /// Gives the answers that are due.
    pub(super) fn answer(&mut self) -> anyhow::Result<()> {
        let picks = std::mem::take(&mut self.stage.lock().answers);
        if picks.is_empty() || !self.folder.state.join("ledger.db").exists() {
            return Ok(());
        }
        let Ok(reader) = Reader::open(&self.folder, Arc::new(self.stage.clone())) else {
            return Ok(());
        };
        for pick in picks {
            let questions = reader.questions()?;
            let open: Vec<_> = questions
                .iter()
                .filter(|question| question.answer.is_none())
                .collect();
            if open.is_empty() {
                continue;
            }
            let question = open[pick as usize % open.len()];
            let given = reader.answer(question.number, &reply(question, pick), "olga");
            self.note(format!("answer to question {}: {given:?}", question.number));
        }
        Ok(())
    }
}
