//! Reconcile: from what is known of links to what happens to them.
//!
//! The planner decides and the rules are asked; what is left here is to load
//! the links, to put questions to the right rules in batches, and to turn what
//! is to be written into the systems' own rows. What is pure is shared among the
//! processors; the ledger is asked by one thread, in one order.

use rayon::prelude::*;
use treaty_ledger::{AskedBatch, StoredLink, StoredQuestion, StoredRecord};
use treaty_model::{
    BaseChange, Link, LinkId, LinkPlan, Operation, Outbound, Purpose, Question, Row, RunId, Settle,
    SystemIndex,
};
use treaty_planner::{Examination, conclude, examine};

use crate::batches::{How, Met};
use crate::beforehand::mark_edited_since_asked;
use crate::consult::{Asked, Keep};
use crate::draft::{Draft, Mapped, drop_fields, revisions_of, take_open};
use crate::merging::join;
use crate::question::answers_of;
use crate::unread::hold_unread;
use crate::{Engine, EngineError, Part};

/// A link that is looked at.
struct Look {
    stored: StoredLink,
    /// How it is met.
    how: How,
    /// Deleted records that it had, whose place a new one has taken.
    replaced: Vec<StoredRecord>,
    /// Links that go into it.
    from: Vec<StoredLink>,
    /// The questions whose answers that carries out.
    answered: Vec<i64>,
    /// The link as the planner sees it.
    link: Link,
    /// Whether something it refers to is not linked yet.
    dangling: bool,
    /// The questions that are open about it.
    questions: Vec<StoredQuestion>,
    /// Those about the links that go into it, by number: they are moot.
    moot: Vec<i64>,
}

impl Look {
    fn at(met: Met) -> Self {
        Self {
            link: met.stored.to_link(),
            stored: met.stored,
            how: met.how,
            replaced: met.replaced,
            from: met.from,
            answered: met.answered,
            dangling: false,
            questions: Vec::new(),
            moot: Vec::new(),
        }
    }
}

/// Links that were decided, and what resolvers were asked about them.
pub(crate) struct Reconciled {
    /// What happens to each.
    pub(crate) drafts: Vec<Draft>,
    /// The batches that are kept.
    pub(crate) asked: Vec<AskedBatch>,
}

impl Engine {
    /// Decides a batch of links, to see what would happen.
    pub(crate) fn foresee_batch(
        &self,
        part: &Part,
        batch: Vec<Met>,
        run: RunId,
    ) -> Result<Vec<Draft>, EngineError> {
        Ok(self.reconcile(part, batch, run, Keep::Nothing)?.drafts)
    }

    /// Decides a batch of links.
    pub(crate) fn reconcile(
        &self,
        part: &Part,
        batch: Vec<Met>,
        run: RunId,
        keep: Keep,
    ) -> Result<Reconciled, EngineError> {
        let mut looks: Vec<_> = batch.into_par_iter().map(Look::at).collect();
        for look in &mut looks {
            look.dangling = self.translate(part, &mut look.link)?;
        }
        let known = looks.iter().filter(|look| look.how != How::New);
        let known: Vec<_> = known.map(|look| look.stored.id).collect();
        let mut questions_of_known = self.ledger.questions_of(&known)?.into_iter();
        for look in looks.iter_mut().filter(|look| look.how != How::New) {
            look.questions = questions_of_known.next().unwrap_or_default();
        }
        for look in looks.iter_mut().filter(|look| !look.from.is_empty()) {
            let from: Vec<_> = look.from.iter().map(|link| link.id).collect();
            let questions = self.ledger.questions_of(&from)?.into_iter();
            look.moot = questions.flatten().map(|open| open.number).collect();
        }
        let columns = self.columns_since(part)?;
        for look in &mut looks {
            columns.mark_never_read(part, &look.stored, &mut look.link);
            // A delete ends questions, and what is edited then was asked about before; so
            // was what is edited where the answer could not be written.
            let mut sides = look.link.sides.iter().flatten();
            let ever = match sides.any(|side| !side.presence.takes_part()) {
                true => self.ledger.all_questions_of(look.stored.id)?,
                false => Vec::new(),
            };
            mark_edited_since_asked(part, &look.questions, &mut look.link);
            mark_edited_since_asked(part, &ever, &mut look.link);
        }
        let examined = |look: &Look| examine(&part.entity, &look.link);
        let examinations: Vec<_> = looks.par_iter().map(examined).collect();
        let links: Vec<_> = looks.iter().map(|look| &look.link).collect();
        let (answers, asked) = self.ask_resolvers(part, &links, &examinations, run, keep);
        let looked = looks.into_par_iter().zip(examinations).zip(answers);
        let mut drafts: Vec<_> = looked
            .map(|((look, examination), answers)| {
                self.conclude_link(part, look, &examination, answers, run)
            })
            .collect();
        self.map_out(part, &mut drafts)?;
        Ok(Reconciled { drafts, asked })
    }

    /// What happens to one link, as far as it can be said without a mapper.
    fn conclude_link(
        &self,
        part: &Part,
        look: Look,
        examination: &Examination,
        asked: Asked,
        run: RunId,
    ) -> Draft {
        let (stored, link, questions) = (look.stored, look.link, look.questions);
        let answers = answers_of(part, &stored, &questions);
        let mut plan = conclude(
            &part.entity,
            &link,
            examination,
            &asked.ruled,
            &answers,
            run,
        );
        if asked.untried.is_some() {
            // Nobody has decided, and nobody is asked instead: the link stays
            // as it is.
            plan = LinkPlan::new(plan.link, plan.entity);
        }
        // What stands behind a column that is away agrees with nothing yet, but the
        // last edit that was read there, where that is what is agreed now.
        let bases = &plan.base;
        let stands_still = |settle: &Settle| {
            let paused = &part.system(settle.system).paused;
            paused.contains(&settle.field) && !became_base(part, settle, bases)
        };
        plan.settle.retain(|settle| !stands_still(settle));
        self.fit_to_systems(part, &link, &mut plan);
        if asked.untried.is_none() {
            join(part, &look.from, &stored, &mut plan);
        }
        let held = hold_unread(part, &stored, &mut plan);
        let still_open = take_open(part, &mut plan, &questions);
        Draft {
            stored,
            joined: look.how != How::Known,
            new: look.how == How::New,
            replaced: look.replaced,
            from: look.from,
            answered: look.answered,
            moot: look.moot,
            plan,
            sends: Vec::new(),
            still_open,
            questions,
            dangling: look.dangling,
            link,
            postponed: asked.untried.is_some(),
            untried: asked.untried,
            held,
            unwritable: Vec::new(),
        }
    }

    /// Takes out what a system cannot do: where it cannot archive, a person is
    /// asked; where it takes no new records, none is made.
    fn fit_to_systems(&self, part: &Part, link: &Link, plan: &mut LinkPlan) {
        let mut stuck: Vec<SystemIndex> = Vec::new();
        plan.operations.retain(|operation| match operation {
            Operation::Archive(archive) => {
                let can = part.system(archive.system).capabilities();
                let able = if archive.for_good {
                    can.delete
                } else {
                    can.archive
                };
                if !able {
                    stuck.push(archive.system);
                }
                able
            }
            Operation::Create(create) => part.system(create.system).capabilities().create,
            Operation::Write(_) => true,
        });
        if stuck.is_empty() {
            return;
        }
        let names: Vec<_> = stuck
            .iter()
            .map(|system| part.entity.part(*system).system.to_string())
            .collect();
        let candidates = link
            .sides
            .iter()
            .enumerate()
            .filter_map(|(at, side)| {
                let side = side.as_ref()?;
                Some(treaty_model::Candidate {
                    system: u32::try_from(at).ok(),
                    value: treaty_model::Value::Boolean(side.presence.takes_part()),
                    standing: treaty_model::Standing::Edited,
                    at: side.changed_at,
                    origin: side.origin.clone(),
                })
            })
            .collect();
        // Nothing else happens to the link until it is settled: half a delete
        // would be carried out otherwise.
        *plan = LinkPlan::new(plan.link, plan.entity.clone());
        plan.questions.push(Question {
            field: None,
            base: None,
            candidates,
            reason: format!("deleted elsewhere, but {} cannot archive", names.join(", ")),
            rule: None,
        });
    }

    /// Turns what is to be written into the systems' own rows.
    pub(crate) fn map_out(&self, part: &Part, drafts: &mut [Draft]) -> Result<(), EngineError> {
        let mut mapped: Vec<Vec<Option<Mapped>>> = drafts
            .iter()
            .map(|draft| draft.plan.operations.iter().map(|_| None).collect())
            .collect();
        for system in part.entity.system_indexes() {
            let mut places: Vec<(usize, usize)> = Vec::new();
            let mut outbound: Vec<Outbound> = Vec::new();
            for (at, draft) in drafts.iter_mut().enumerate() {
                let operations = draft.plan.operations.iter_mut().enumerate();
                for (number, operation) in operations.filter(|(_, op)| op.system() == system) {
                    let before = revisions_of(operation).len();
                    drop_fields(operation, &part.system(system).paused);
                    draft.postponed |= revisions_of(operation).len() < before;
                    let (out, waits) = self.outbound(part, &draft.stored, operation)?;
                    draft.dangling |= waits;
                    let Some(out) = out else { continue };
                    places.push((at, number));
                    outbound.push(out);
                }
            }
            if outbound.is_empty() {
                continue;
            }
            let mapper = &part.mapper;
            let answers = mapper.switch.ask(outbound.len(), || {
                mapper.rule.from_canonical(&mapper.setup, system, &outbound)
            });
            self.tell_log(&mapper.id.name, &answers.log);
            let sent = places.into_iter().zip(outbound).zip(answers.answers);
            for (((at, number), outbound), answer) in sent {
                mapped[at][number] = Some(Mapped {
                    written: answer,
                    expected: outbound.own,
                });
            }
        }
        for (draft, mapped) in drafts.iter_mut().zip(mapped) {
            draft.take_mapped(mapped);
        }
        Ok(())
    }

    /// What the mapper is given for an operation (none for an archive), and
    /// whether a reference has to wait.
    fn outbound(
        &self,
        part: &Part,
        stored: &StoredLink,
        operation: &mut Operation,
    ) -> Result<(Option<Outbound>, bool), EngineError> {
        let (system, purpose) = match operation {
            Operation::Write(write) => (write.system, Purpose::Update),
            Operation::Create(create) => (create.system, Purpose::Create),
            Operation::Archive(_) => return Ok((None, false)),
        };
        let mut canonical = match operation {
            Operation::Write(write) => write.values.clone(),
            Operation::Create(create) => create.values.clone(),
            Operation::Archive(_) => Row::new(),
        };
        let waiting = self.to_remote(part, system, &mut canonical)?;
        drop_fields(operation, &waiting);
        let own = match (purpose, &stored.records[system.0]) {
            (Purpose::Update, Some(record)) => record.own.clone(),
            _ => vec![None; part.system(system).selected.len()],
        };
        let empty = revisions_of(operation).is_empty();
        let outbound = (!empty).then_some(Outbound {
            canonical,
            own,
            purpose,
        });
        Ok((outbound, !waiting.is_empty()))
    }

    /// Links that need to be looked at, from the ledger.
    pub(crate) fn attention_after(
        &self,
        part: &Part,
        after: LinkId,
        links_max: usize,
    ) -> Result<Vec<StoredLink>, EngineError> {
        Ok(self.ledger.attention(&part.entity.name, after, links_max)?)
    }
}

/// Whether what a system settles with is its own value, which becomes base now.
fn became_base(part: &Part, settle: &Settle, bases: &[BaseChange]) -> bool {
    let name = &part.entity.part(settle.system).system;
    bases.iter().any(|change| {
        change.field == settle.field
            && change.provenance.system.as_ref() == Some(name)
            && Some(&change.value) == settle.value.as_ref()
    })
}
