//! Links that turn out to be one thing: what says so, and what keeps them apart.
//!
//! Two links become one where the matcher is certain, a person or the treaty's
//! cross-reference says so, and no system has a living record in both. The records
//! of one join the other, which was there first, as if it met them for the first
//! time. Where both have a record in one system, that is a duplicate there, and
//! nothing is joined.

use std::collections::BTreeSet;

use treaty_ledger::{Commit, QuestionChange, QuestionState, StoredLink, StoredRecord, Subject};
use treaty_model::{Absentees, GivenUp, Life, LinkId, LinkPlan, Presence, SystemIndex};
use treaty_planner::agreed;

use crate::assign::{Apart, Member};
use crate::identify::Identified;
use crate::{Engine, EngineError, Part};

/// A person's answer that two records are the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    /// The question's number.
    pub(crate) question: i64,
    /// The smaller number.
    pub(crate) first: i64,
    /// The larger number.
    pub(crate) second: i64,
}

/// A cross-reference that was not looked through yet: the name of the fact that says
/// so, and its digest.
#[derive(Clone, Debug)]
pub(crate) struct CrossReference {
    fact: String,
    digest: String,
}

impl Identified {
    /// Nothing is made for a link: what it lacks may be there.
    pub(crate) fn make_nothing_of(&mut self, part: &Part, link: LinkId) {
        let systems = part.entity.system_indexes();
        self.doubtful.extend(systems.map(|system| (link, system)));
    }
}

impl Engine {
    /// The answers "same" that were not carried out yet.
    pub(crate) fn said_same(&self, part: &Part) -> Result<Vec<Said>, EngineError> {
        let questions = self.ledger.questions()?.into_iter();
        let of_entity = questions.filter(|question| question.entity == part.entity.name);
        let said = of_entity.filter_map(|question| match question.subject {
            Subject::Same(first, second) if question.answer?.choice == "same" => Some(Said {
                question: question.number,
                first,
                second,
            }),
            _ => None,
        });
        Ok(said.collect())
    }

    /// The treaty's cross-reference, where it says other than when it was looked
    /// through last.
    pub(crate) fn new_cross_reference(
        &self,
        part: &Part,
    ) -> Result<Option<CrossReference>, EngineError> {
        let fact = format!("cross-reference of {}", part.entity.name);
        let before = self.ledger.fact(&fact)?;
        if before.is_none() && part.cross_reference.is_empty() {
            return Ok(None);
        }
        let digest = part.cross_reference_digest.short();
        let news = before.as_ref() != Some(&digest);
        Ok(news.then_some(CrossReference { fact, digest }))
    }

    /// What keeps links apart that may be one thing.
    pub(crate) fn apart(
        &self,
        part: &Part,
        members: &[Member],
        links: &[StoredLink],
    ) -> Result<Apart, EngineError> {
        if links.len() < 2 {
            return Ok(Apart::default());
        }
        let busy = links.iter().filter(|link| is_undecided(part, link));
        let mut busy: BTreeSet<LinkId> = busy.map(|link| link.id).collect();
        for system in &part.entity.systems {
            let open = self.ledger.open_intents(&system.system)?.into_iter();
            busy.extend(open.map(|intent| intent.link));
        }
        let linked = members.iter().filter(|member| member.link.is_some());
        let linked: Vec<_> = linked.map(|member| member.number).collect();
        Ok(Apart {
            busy,
            distinct: self.ledger.distinct_among(&linked)?,
        })
    }

    /// What is told of two records that a person said are the same, and that cannot
    /// be one.
    pub(crate) fn said_in_vain(
        &self,
        part: &Part,
        (first, second): (i64, i64),
    ) -> Result<Option<String>, EngineError> {
        let records = self.ledger.records_by_number(&[first, second])?;
        let [first, second] = records.as_slice() else {
            return Ok(None);
        };
        let named = |record: &treaty_ledger::StoredRecord| {
            format!("{} {}", record.key.system, record.key.remote)
        };
        Ok(Some(format!(
            "{} and {} of {} were said to be the same, but together they have two records in one \
             system: the answer waits until one of the two is gone",
            named(first),
            named(second),
            part.entity.name
        )))
    }

    /// Ends what was asked about two records that are one link by now, or of which one
    /// is gone; and keeps that the cross-reference was looked through, once nothing of
    /// it waits.
    pub(crate) fn end_identified(
        &self,
        part: &Part,
        found: &Identified,
        commit: &mut Commit,
    ) -> Result<(), EngineError> {
        for open in self.ledger.questions()? {
            let Subject::Same(first, second) = open.subject else {
                continue;
            };
            if open.entity != part.entity.name {
                continue;
            }
            let records = self.ledger.records_by_number(&[first, second])?;
            let one_link = match records.as_slice() {
                [first, second] => first.link.is_some() && first.link == second.link,
                _ => false,
            };
            let there = records
                .iter()
                .filter(|record| !matches!(record.presence, Presence::Deleted | Presence::Gone));
            let state = match open.answer {
                Some(_) if one_link || there.count() < 2 => QuestionState::CarriedOut,
                None if one_link => QuestionState::Superseded,
                _ => continue,
            };
            commit.questions.push(QuestionChange::Close {
                number: open.number,
                state,
            });
        }
        let joins = found.links.iter().any(|join| !join.from.is_empty());
        if let Some(CrossReference { fact, digest }) = &found.cross_reference
            && !joins
            && found.waiting.is_empty()
        {
            commit.facts.push((fact.clone(), digest.clone()));
        }
        Ok(())
    }
}

/// Says in a plan which links go into its link, and which values had only been
/// agreed on there: no record that comes holds them.
pub(crate) fn join(part: &Part, from: &[StoredLink], stored: &StoredLink, plan: &mut LinkPlan) {
    for link in from {
        plan.joins.push(link.id);
        for (field, _) in part.entity.table.fields() {
            let base = &link.base[field.0];
            let changes = plan.base.iter().find(|change| change.field == field);
            let winner = match changes {
                Some(change) => Some(change.value.clone()),
                None => stored.base[field.0].value.clone(),
            };
            let records = stored.records.iter().flatten();
            let mut there = records.filter(|record| record.presence.takes_part());
            let stands = there.any(|record| record.observed[field.0] == base.value);
            // Who had settled with it, and has another value now, had it before them.
            let agreed_there = |record: &StoredRecord| {
                let settled = record.settled[field.0].as_ref();
                settled.is_some_and(|settled| {
                    settled.revision == base.revision && settled.value == base.value
                })
            };
            let changes = |record: &StoredRecord| {
                let observed = &record.observed[field.0];
                observed.is_some() && *observed != base.value && agreed_there(record)
            };
            let changed = link.records.iter().flatten().any(changes);
            if base.value.is_none() || base.value == winner || stands || changed {
                continue;
            }
            plan.given_up
                .extend(agreed(&part.entity, base).map(|candidate| GivenUp {
                    winner,
                    field,
                    candidate,
                    reason: format!("link {} went into link {}", link.id, stored.id),
                    rule: None,
                }));
        }
    }
}

/// Whether something about a link's life is not decided yet: a record of it was
/// deleted, or it was deleted and still has one.
fn is_undecided(part: &Part, link: &StoredLink) -> bool {
    let records = || link.records.iter().flatten();
    let restored = records().any(|record| record.presence == Presence::Restored);
    let deleted = link.records.iter().enumerate().any(|(at, record)| {
        let presence = record.as_ref().map(|record| &record.presence);
        let counts = part.entity.part(SystemIndex(at)).absentees == Absentees::Deleted;
        presence == Some(&Presence::Deleted) || counts && presence == Some(&Presence::Missing)
    });
    deleted || (link.life == Life::Deleted && !restored)
}
