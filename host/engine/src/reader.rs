//! What a person asks while Treaty works: it reads the ledger beside a process
//! that may be writing it, and opens no system and no rule.

use std::sync::Arc;

use treaty_folder::{Assignment, TreatyFolder};
use treaty_ledger::{
    AnswerGiven, EntityShape, Ledger, LeftAnswer, LeftApproval, QuestionState, StoredQuestion,
    StoredTrip, TripState,
};
use treaty_model::{Clock, Entity, EntitySystem, Scope, Timestamp};

use crate::last_read::LastRead;
use crate::question::choice_for;
use crate::status::{
    EntitySystemStatus, Lately, ProblemShown, Status, TripShown, UndeliveredShown,
};
use crate::{EngineError, PackInUse, Reply};

/// The ledger of a treaty, opened to be asked.
pub struct Reader {
    pub(crate) ledger: Ledger,
    pub(crate) entities: Vec<Entity>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Reader {
    /// Opens the ledger of a treaty. Fails where nothing was synced yet.
    pub fn open(folder: &TreatyFolder, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        let ledger = Ledger::open_to_read(&folder.state)?;
        Ok(Self::over(ledger, folder, clock))
    }

    /// Asks a ledger that is open already.
    pub(crate) fn over(ledger: Ledger, folder: &TreatyFolder, clock: Arc<dyn Clock>) -> Self {
        let entities = folder.entities.iter();
        let entities: Vec<_> = entities.map(|settings| settings.entity.clone()).collect();
        ledger.use_shapes(entities.iter().map(shape).collect());
        Self {
            ledger,
            entities,
            assignments: folder.assignments.clone(),
            clock,
        }
    }

    /// How the treaty stands.
    pub fn status(&self) -> Result<Status, EngineError> {
        let totals = self.ledger.totals()?;
        let now = self.clock.now();
        let mut status = Status {
            packs: PackInUse::remembered(&self.ledger)?,
            trips: self.trips()?.iter().map(TripShown::of).collect(),
            undelivered: self
                .ledger
                .untold_trips()?
                .into_iter()
                .filter_map(UndeliveredShown::of)
                .collect(),
            lately: Lately::of(&self.ledger, now)?,
            ..Status::default()
        };
        for question in self.questions()? {
            match question.answer {
                Some(_) => status.questions_answered += 1,
                None => status.questions_open += 1,
            }
        }
        for Entity { name, systems, .. } in &self.entities {
            let entity = status.entities.entry(name.clone()).or_default();
            entity.links = totals.links.get(name).copied().unwrap_or(0);
            for EntitySystem { system, .. } in systems {
                let key = (name.clone(), system.clone());
                let open = self.ledger.open_intents(system)?;
                let problems = self.ledger.problems(name, system)?.into_iter();
                let last = LastRead::of(&self.ledger, name, system)?;
                let ago = |at: Timestamp| now.as_micros().saturating_sub(at.as_micros());
                let row = EntitySystemStatus {
                    looked_at: last.at,
                    lag_seconds: last
                        .at
                        .map(|at| u64::try_from(ago(at) / 1_000_000).unwrap_or(0)),
                    newest_change_at: last.newest_change_at,
                    echoes_by_mark: last.echoes_by_mark,
                    echoes_by_value: last.echoes_by_value,
                    linked: totals.linked.get(&key).copied().unwrap_or(0),
                    unlinked: totals.unlinked.get(&key).copied().unwrap_or(0),
                    read_at: self.ledger.feed(name, system)?.asked_at,
                    open_writes: open.iter().filter(|intent| intent.entity == *name).count() as u64,
                    problems: problems
                        .map(|problem| ProblemShown {
                            remote: problem.remote,
                            field: problem.field,
                            trouble: problem.trouble,
                            message: problem.message,
                        })
                        .collect(),
                };
                entity.systems.insert(system.clone(), row);
            }
        }
        Ok(status)
    }

    /// Questions that are open, or answered and not carried out yet.
    pub fn questions(&self) -> Result<Vec<StoredQuestion>, EngineError> {
        let mut questions = self.ledger.questions()?;
        for left in self.ledger.left_answers()? {
            let of = |question: &&mut StoredQuestion| question.number == left.number;
            if let Some(question) = questions.iter_mut().find(of) {
                question.state = QuestionState::Answered;
                question.answer = Some(left.answer);
            }
        }
        Ok(questions)
    }

    /// How many questions nobody has answered.
    pub(crate) fn questions_unanswered(&self) -> Result<u64, EngineError> {
        let questions = self.questions()?.into_iter();
        let open = questions.filter(|question| question.answer.is_none());
        Ok(open.count() as u64)
    }

    /// Guards that tripped and are not over, with the approvals that wait for the
    /// next pass.
    pub fn trips(&self) -> Result<Vec<StoredTrip>, EngineError> {
        let mut trips = self.ledger.trips()?;
        for left in self.ledger.left_approvals()? {
            let of = |kept: &&mut StoredTrip| kept.trip.approval == left.approval;
            if let Some(kept) = trips.iter_mut().find(of) {
                kept.state = TripState::Approved;
                kept.approved_by = Some(left.by);
            }
        }
        Ok(trips)
    }

    /// Lets through what a guard has stopped, once. The next pass does it, if it
    /// is still exactly what would happen.
    ///
    /// # Errors
    /// [`EngineError::Approval`] where nothing of that name is stopped.
    pub fn approve(&self, approval: &str, by: &str) -> Result<StoredTrip, EngineError> {
        let stops = |kept: &StoredTrip| kept.trip.scope != Scope::Nothing;
        let mut trips = self.trips()?;
        trips.retain(stops);
        let known: Vec<_> = trips
            .iter()
            .map(|kept| kept.trip.approval.as_str())
            .collect();
        let unknown = || EngineError::Approval {
            name: approval.to_owned(),
            known: known.join(", "),
        };
        let place = known.iter().position(|known| *known == approval);
        let place = place.ok_or_else(unknown)?;
        self.ledger.leave_approval(&LeftApproval {
            approval: approval.to_owned(),
            by: by.to_owned(),
            at: self.clock.now(),
        })?;
        Ok(trips.swap_remove(place))
    }

    /// Leaves a person's answer for the next pass, which carries it out like any
    /// other change, unless the sides have changed by then.
    ///
    /// # Errors
    /// [`EngineError::Answer`] where there is no such question, or it cannot be
    /// answered like that.
    pub fn answer(&self, number: i64, reply: &Reply, by: &str) -> Result<(), EngineError> {
        let questions = self.ledger.questions()?;
        let question = questions
            .iter()
            .find(|question| question.number == number)
            .ok_or_else(|| EngineError::Answer {
                message: format!("there is no open question {number}"),
            })?;
        let answer = AnswerGiven {
            choice: choice_for(question, reply)?,
            by: by.to_owned(),
            at: self.clock.now(),
        };
        self.ledger.leave_answer(&LeftAnswer { number, answer })?;
        Ok(())
    }
}

/// The names behind the ledger's rows. A system's own fields are not known here:
/// it would have to be asked.
fn shape(entity: &Entity) -> EntityShape {
    let systems = entity.systems.iter();
    EntityShape {
        entity: entity.name.clone(),
        fields: entity
            .table
            .rows
            .iter()
            .map(|row| row.name.clone())
            .collect(),
        systems: systems
            .map(|part| (part.system.clone(), Vec::new()))
            .collect(),
    }
}
