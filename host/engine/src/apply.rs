//! Apply: make intents durable, send, confirm.
//!
//! For each batch of links two transactions stand around the sending. The first
//! keeps what was decided (links, base, what lost, questions) and the intents;
//! the second what the systems answered. Whatever happens in between, the next
//! pass finds the intents and asks the systems what became of them.

use rayon::prelude::*;
use treaty_ledger::{
    AskedBatch, Commit, Content, Intent, IntentAction, IntentChange, IntentContent, LinkChange,
    QuestionChange, QuestionState, StoredLink, Subject,
};
use treaty_model::{BaseField, IntentId, Life, Operation, RunId, Settled, SystemIndex};
use treaty_systems::{Action, SystemWrite};

use crate::counted::count;
use crate::draft::{Draft, Send, revisions_of};
use crate::ending::Owed;
use crate::observe::drop_aside;
use crate::question::link_question;
use crate::refused::is_out_of_sight;
use crate::report::{Down, EntityReport, Failure};
use crate::tell::agreed;
use crate::unread::{keep_unwritten, unwritten};
use crate::upgrade::SettledOwn as _;
use crate::{Engine, EngineError, Part};

/// A write on its way.
pub(crate) struct Sending {
    /// Its intent, durable by now.
    pub(crate) intent: Intent,
    /// Where it goes.
    pub(crate) system: SystemIndex,
    /// What is sent.
    pub(crate) write: SystemWrite,
}

impl Engine {
    /// Carries out a batch of drafts. What resolvers were asked is kept with what was
    /// decided.
    pub(crate) async fn apply(
        &self,
        part: &Part,
        (drafts, asked): (Vec<Draft>, Vec<AskedBatch>),
        run: RunId,
        report: &mut EntityReport,
        down: &mut Down,
    ) -> Result<(), EngineError> {
        let mut commit = Commit {
            asked,
            ..Commit::default()
        };
        let mut sendings: Vec<Sending> = Vec::new();
        let mut owed = Owed::default();
        let agreed = |draft: &Draft| agreed(part, &draft.plan);
        let agreed: Vec<_> = drafts.par_iter().map(agreed).collect();
        for (mut draft, agreed) in drafts.into_iter().zip(agreed) {
            self.settle_draft(part, &mut draft, agreed, run, &mut commit, report);
            if draft.dangling || draft.postponed {
                owed.note(draft.plan.link);
            }
            let sends = std::mem::take(&mut draft.sends);
            for (operation, send) in draft.plan.operations.iter().zip(sends) {
                owed.note(draft.plan.link);
                if !down.contains_key(&operation.system()) {
                    sendings.push(self.sending(part, &draft, operation, send, run));
                }
            }
        }
        let opened = sendings
            .iter()
            .map(|sending| IntentChange::Open(sending.intent.clone()));
        commit.intents.extend(opened);
        self.ledger.commit(&commit)?;
        drop_aside(commit);

        for system in part.entity.system_indexes() {
            let of_system: Vec<Sending>;
            (of_system, sendings) = sendings
                .into_iter()
                .partition(|sending| sending.system == system);
            self.send(part, system, of_system, report, down, &mut owed)
                .await?;
        }
        Ok(())
    }

    /// Sends what goes to one system, and keeps its answers.
    async fn send(
        &self,
        part: &Part,
        system: SystemIndex,
        sendings: Vec<Sending>,
        report: &mut EntityReport,
        down: &mut Down,
        owed: &mut Owed,
    ) -> Result<(), EngineError> {
        let to = part.system(system);
        let writes_max = to.capabilities().writes_max.max(1);
        for batch in sendings.chunks(writes_max) {
            let writes: Vec<_> = batch.iter().map(|sending| sending.write.clone()).collect();
            if down.contains_key(&system) {
                self.not_sent(batch)?;
                continue;
            }
            match to.connector.write(&to.source, &writes).await {
                Ok(outcomes) => {
                    self.confirm(part, system, batch, outcomes, report, owed)?;
                    self.stop_at_errors(part, system, report, down);
                }
                Err(error) => {
                    let name = &part.entity.part(system).system;
                    down.insert(system, Failure::new(name, &error));
                    self.not_sent(batch)?;
                }
            }
        }
        Ok(())
    }

    /// Sends nothing more to a system that refuses too much.
    fn stop_at_errors(
        &self,
        part: &Part,
        system: SystemIndex,
        report: &EntityReport,
        down: &mut Down,
    ) {
        let name = &part.entity.part(system).system;
        if let Some(trip) = self.too_many_errors(part, name, report) {
            let failure = Failure {
                system: name.clone(),
                message: trip.message.clone(),
                hint: "see what it refused, then `treaty approve` to go on".to_owned(),
            };
            down.insert(system, failure);
            self.strikes().push(trip);
        }
    }

    /// Nothing of these was sent: their intents are over, and the next pass
    /// decides afresh.
    fn not_sent(&self, batch: &[Sending]) -> Result<(), EngineError> {
        let at = self.clock.now();
        let close = |sending: &Sending| IntentChange::Close {
            id: sending.intent.id.clone(),
            at,
            outcome: "not-sent",
        };
        let intents = batch.iter().map(close).collect();
        self.ledger.commit(&Commit {
            intents,
            ..Commit::default()
        })?;
        Ok(())
    }

    /// What was decided about a link, for the first transaction, which takes the
    /// link's base and records along.
    fn settle_draft(
        &self,
        part: &Part,
        draft: &mut Draft,
        agreed: Option<Content>,
        run: RunId,
        commit: &mut Commit,
        report: &mut EntityReport,
    ) {
        let plan = &draft.plan;
        let stored = &mut draft.stored;
        let mut touched = vec![draft.joined; stored.records.len()];
        for change in &plan.base {
            stored.base[change.field.0] = BaseField {
                value: Some(change.value.clone()),
                revision: change.revision,
                provenance: Some(change.provenance.clone()),
            };
        }
        for settle in &plan.settle {
            let Some(record) = &mut stored.records[settle.system.0] else {
                continue;
            };
            record.settled[settle.field.0] = Some(Settled {
                value: settle.value.clone(),
                revision: settle.revision,
            });
            record.settle_own(part, settle.system, settle.field);
            touched[settle.system.0] = true;
        }
        for (system, presence) in &plan.presence {
            let Some(record) = &mut stored.records[system.0] else {
                continue;
            };
            record.presence = presence.clone();
            touched[system.0] = true;
        }
        let unwritten = unwritten(part, draft);
        let (plan, stored) = (&draft.plan, &mut draft.stored);
        for (at, unwritten) in unwritten.into_iter().enumerate() {
            if let Some(record) = &mut stored.records[at]
                && !is_out_of_sight(record)
            {
                touched[at] |= keep_unwritten(record, unwritten);
            }
        }
        stored.life = plan.life.unwrap_or(stored.life);
        self.tell_decisions(part, draft, agreed, run, commit);
        let stored = &mut draft.stored;
        let detached = draft.plan.detached.iter();
        let detached = detached.filter_map(|system| stored.records[system.0].take());
        // Before those that have taken their places.
        for mut record in detached.chain(std::mem::take(&mut draft.replaced)) {
            record.link = None;
            record.waiting = false;
            record.presence = treaty_model::Presence::Gone;
            commit.records.push(record);
        }
        self.ask(part, draft, commit);
        empty_joined(draft, commit);
        count(part, draft, report);
        let (plan, stored) = (&draft.plan, &mut draft.stored);
        commit.links.push(LinkChange {
            id: stored.id,
            entity: stored.entity.clone(),
            life: stored.life,
            base: std::mem::take(&mut stored.base),
            attention: !plan.operations.is_empty() || draft.dangling || draft.postponed,
        });
        let records = stored.records.drain(..).zip(touched);
        let touched = records.filter_map(|(record, touched)| record.filter(|_| touched));
        commit.records.extend(touched);
    }

    /// Questions about a link: new ones are asked, those that are moot end.
    fn ask(&self, part: &Part, draft: &Draft, commit: &mut Commit) {
        let nothing = draft.plan.questions.is_empty() && draft.questions.is_empty();
        if nothing || draft.untried.is_some() {
            return;
        }
        let records: Vec<_> = draft
            .stored
            .records
            .iter()
            .flatten()
            .map(|record| part.shown(record))
            .collect();
        let now = self.clock.now();
        let asked: Vec<_> = draft
            .plan
            .questions
            .iter()
            .map(|question| link_question(part, draft.stored.id, question, records.clone(), now))
            .collect();
        for open in &draft.questions {
            // One that was answered is over: the answer could not be carried out.
            let again = open.answer.is_none()
                && asked
                    .iter()
                    .any(|question| question.subject == open.subject);
            let still = again || draft.still_open.contains(&open.number);
            if still {
                continue;
            }
            let field = match &open.subject {
                Subject::Field(_, name) => part.entity.table.field(name).ok(),
                _ => None,
            };
            let by_person = draft.plan.base.iter().any(|change| {
                Some(change.field) == field && change.why == treaty_model::Why::PersonDecided
            });
            let state = if by_person || (field.is_none() && open.answer.is_some()) {
                QuestionState::CarriedOut
            } else {
                QuestionState::Superseded
            };
            commit.questions.push(QuestionChange::Close {
                number: open.number,
                state,
            });
        }
        commit
            .questions
            .extend(asked.into_iter().map(QuestionChange::Ask));
    }

    fn sending(
        &self,
        part: &Part,
        draft: &Draft,
        operation: &Operation,
        send: Send,
        run: RunId,
    ) -> Sending {
        let system = operation.system();
        let to = part.system(system);
        let id = self.next_intent();
        let values = to.expand(&send.own);
        let expected = to.expand(&send.expected);
        let (action, kind, remote) = match operation {
            Operation::Write(write) => (
                Action::Update {
                    id: write.remote.clone(),
                    values,
                    expected,
                },
                IntentAction::Update,
                Some(write.remote.clone()),
            ),
            Operation::Create(_) => (Action::Create { values }, IntentAction::Create, None),
            Operation::Archive(archive) if archive.for_good => (
                Action::Delete {
                    id: archive.remote.clone(),
                    expected,
                },
                IntentAction::Delete,
                Some(archive.remote.clone()),
            ),
            Operation::Archive(archive) => (
                Action::Archive {
                    id: archive.remote.clone(),
                    expected,
                },
                IntentAction::Archive,
                Some(archive.remote.clone()),
            ),
        };
        let intent = Intent {
            id: id.clone(),
            run,
            entity: part.entity.name.clone(),
            link: draft.stored.id,
            system: part.entity.part(system).system.clone(),
            remote,
            content: IntentContent {
                action: kind,
                own: send.own,
                expected: send.expected,
                revisions: revisions_of(operation).to_vec(),
            },
            opened_at: self.clock.now(),
        };
        Sending {
            intent,
            system,
            write: SystemWrite { intent: id, action },
        }
    }

    /// The next intent's id: unique among all treaties that write to a system,
    /// and never derived from what is written, so that a value may go from A to
    /// B and back.
    fn next_intent(&self) -> IntentId {
        let number = self.intents.get();
        self.intents.set(number + 1);
        IntentId(format!("{}-{number}", self.instance))
    }
}

/// Ends what was asked about links that go into a draft's, and why they do.
fn empty_joined(draft: &mut Draft, commit: &mut Commit) {
    let close = |number: &i64, state| QuestionChange::Close {
        number: *number,
        state,
    };
    let answered = draft.answered.iter();
    let answered = answered.map(|number| close(number, QuestionState::CarriedOut));
    let moot = draft.moot.iter();
    let moot = moot.map(|number| close(number, QuestionState::Superseded));
    commit.questions.extend(answered.chain(moot));
    commit.links.extend(draft.from.drain(..).map(emptied));
}

/// A link that went into another: it is kept for what was told of it.
fn emptied(link: StoredLink) -> LinkChange {
    LinkChange {
        id: link.id,
        entity: link.entity,
        life: Life::Deleted,
        base: link.base,
        attention: false,
    }
}

/// Whether a link is over: deleted, and nobody has it any more.
pub(crate) fn is_over(link: &StoredLink) -> bool {
    link.life == Life::Deleted
        && link
            .records
            .iter()
            .flatten()
            .all(|record| !record.presence.takes_part())
}
