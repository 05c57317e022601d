//! What the journal is told of a link's plan.

use serde::Serialize;
use serde_json::json;
use treaty_ledger::{Commit, Content, Entry, EntryKind, StoredRecord};
use treaty_model::{
    BaseChange, Candidate, Cell, FieldIndex, LinkId, LinkPlan, Origin, RemoteId, Revision, RuleId,
    RunId, Standing, SystemIndex, SystemName, Timestamp, Value, Why,
};

use crate::draft::Draft;
use crate::{Engine, Part};

impl Engine {
    /// Tells the journal what was decided, before anything is overwritten.
    /// `agreed` is what [`agreed`] said of the draft.
    pub(crate) fn tell_decisions(
        &self,
        part: &Part,
        draft: &Draft,
        agreed: Option<Content>,
        run: RunId,
        commit: &mut Commit,
    ) {
        let plan = &draft.plan;
        let about = About {
            engine: self,
            part,
            plan,
            run,
        };
        if draft.joined {
            let records: Vec<_> = draft
                .stored
                .records
                .iter()
                .flatten()
                .map(|record| RecordTold {
                    remote: &record.key.remote,
                    system: &record.key.system,
                })
                .collect();
            let content = Content::of(&records);
            commit
                .journal
                .push(about.entry(EntryKind::Link, None, None, content));
        }
        for from in &plan.joins {
            let content = Content::of(&JoinTold {
                from: *from,
                into: plan.link,
            });
            let entry = about.entry(EntryKind::Link, None, None, content);
            // Each of the two tells where the other is.
            commit.journal.push(Entry {
                link: Some(*from),
                ..entry.clone()
            });
            commit.journal.push(entry);
        }
        if let Some(content) = agreed {
            commit
                .journal
                .push(about.entry(EntryKind::Base, None, None, content));
        }
        let decided = plan.base.iter().filter(|change| change.decided.is_some());
        for change in decided {
            let content = Content::of(&ChangeTold::of(part, change));
            let entry = about.entry(EntryKind::Verdict, None, Some(change.field), content);
            commit.journal.push(entry);
        }
        for lost in &plan.given_up {
            let system = lost.candidate.system.map(|at| SystemIndex(at as usize));
            let content = Content::of(lost);
            commit
                .journal
                .push(about.entry(EntryKind::GivenUp, system, Some(lost.field), content));
        }
        for (system, presence) in &plan.presence {
            let content = json!({ "presence": presence }).into();
            commit
                .journal
                .push(about.entry(EntryKind::Deleted, Some(*system), None, content));
        }
        for system in &plan.detached {
            let content = json!({ "why": "an edit elsewhere won over the delete" }).into();
            commit
                .journal
                .push(about.entry(EntryKind::Unlink, Some(*system), None, content));
        }
        for question in &plan.questions {
            let content = Content::of(&QuestionTold {
                base: &question.base,
                reason: &question.reason,
                rule: question.rule.as_ref(),
                sides: sides_told(part, &question.candidates),
            });
            commit
                .journal
                .push(about.entry(EntryKind::Question, None, question.field, content));
        }
        for (system, field, why) in draft.held.iter().chain(&draft.unwritable) {
            let content = json!({ "what": why }).into();
            commit
                .journal
                .push(about.entry(EntryKind::Fault, Some(*system), *field, content));
        }
    }

    /// An entry about one record.
    pub(crate) fn record_entry(&self, record: &StoredRecord, kind: EntryKind, what: &str) -> Entry {
        Entry {
            at: self.clock.now(),
            run: self.run.get(),
            kind,
            entity: record.key.entity.clone(),
            link: record.link,
            system: Some(record.key.system.clone()),
            remote: Some(record.key.remote.clone()),
            field: None,
            content: serde_json::json!({ "what": what }).into(),
            mark: None,
        }
    }
}

/// The changes of base that nobody contested, in one entry's content: a first
/// meeting would otherwise fill the journal with one for each field of each
/// record.
pub(crate) fn agreed(part: &Part, plan: &LinkPlan) -> Option<Content> {
    let agreed = plan.base.iter().filter(|change| change.decided.is_none());
    let fields: Vec<_> = agreed
        .map(|change| FieldTold {
            field: part.field_name(change.field),
            to: ChangeTold::of(part, change),
        })
        .collect();
    (!fields.is_empty()).then(|| Content::of(&FieldsTold { fields }))
}

/// A record of a new link.
#[derive(Serialize)]
struct RecordTold<'a> {
    remote: &'a RemoteId,
    system: &'a SystemName,
}

/// A link that went into another.
#[derive(Serialize)]
struct JoinTold {
    from: LinkId,
    into: LinkId,
}

/// Changes of base that nobody contested.
#[derive(Serialize)]
struct FieldsTold<'a> {
    fields: Vec<FieldTold<'a>>,
}

#[derive(Serialize)]
struct FieldTold<'a> {
    field: &'a str,
    to: ChangeTold<'a>,
}

/// A change of base as the journal tells it.
#[derive(Serialize)]
struct ChangeTold<'a> {
    at: Option<Timestamp>,
    before: &'a Cell,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<DecidedTold<'a>>,
    origin: &'a Origin,
    revision: Revision,
    system: Option<&'a SystemName>,
    value: &'a Value,
    why: Why,
}

impl<'a> ChangeTold<'a> {
    fn of(part: &'a Part, change: &'a BaseChange) -> Self {
        let from = &change.provenance;
        Self {
            at: from.at,
            before: &change.before,
            decided: change.decided.as_ref().map(|decided| DecidedTold {
                reason: &decided.reason,
                rule: decided.rule.as_ref(),
                sides: sides_told(part, &decided.candidates),
            }),
            origin: &from.origin,
            revision: change.revision,
            system: from.system.as_ref(),
            value: &change.value,
            why: change.why,
        }
    }
}

/// A conflict that was decided, as the journal tells it.
#[derive(Serialize)]
struct DecidedTold<'a> {
    reason: &'a str,
    rule: Option<&'a RuleId>,
    sides: Vec<SideTold<'a>>,
}

/// What a person is asked, as the journal tells it.
#[derive(Serialize)]
struct QuestionTold<'a> {
    base: &'a Cell,
    reason: &'a str,
    rule: Option<&'a RuleId>,
    sides: Vec<SideTold<'a>>,
}

/// A side by its system's name: a treaty's list of systems may change.
#[derive(Serialize)]
struct SideTold<'a> {
    at: Option<Timestamp>,
    origin: &'a Origin,
    standing: Standing,
    system: Option<&'a SystemName>,
    value: &'a Value,
}

fn sides_told<'a>(part: &'a Part, candidates: &'a [Candidate]) -> Vec<SideTold<'a>> {
    let side = |candidate: &'a Candidate| {
        let at = candidate.system.map(|at| SystemIndex(at as usize));
        SideTold {
            at: candidate.at,
            origin: &candidate.origin,
            standing: candidate.standing,
            system: at.map(|at| &part.entity.part(at).system),
            value: &candidate.value,
        }
    };
    candidates.iter().map(side).collect()
}

/// Makes journal entries about one link.
struct About<'a> {
    engine: &'a Engine,
    part: &'a Part,
    plan: &'a LinkPlan,
    run: RunId,
}

impl About<'_> {
    fn entry(
        &self,
        kind: EntryKind,
        system: Option<SystemIndex>,
        field: Option<FieldIndex>,
        content: Content,
    ) -> Entry {
        Entry {
            at: self.engine.clock.now(),
            run: self.run,
            kind,
            entity: self.plan.entity.clone(),
            link: Some(self.plan.link),
            system: system.map(|system| self.part.entity.part(system).system.clone()),
            remote: None,
            field: field.map(|field| self.part.field_name(field).to_owned()),
            content,
            mark: None,
        }
    }
}
