//! What the journal is told of a link's plan.

use serde_json::json;
use treaty_ledger::{Commit, Entry, EntryKind};
use treaty_model::{BaseChange, FieldIndex, LinkPlan, RunId, SystemIndex};

use crate::draft::Draft;
use crate::{Engine, Part};

impl Engine {
    /// Tells the journal what was decided, before anything is overwritten.
    pub(crate) fn tell_decisions(
        &self,
        part: &Part,
        draft: &Draft,
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
                .map(|record| json!({ "system": record.key.system, "remote": record.key.remote }))
                .collect();
            commit
                .journal
                .push(about.entry(EntryKind::Link, None, None, json!(records)));
        }
        let (decided, agreed): (Vec<_>, Vec<_>) = plan
            .base
            .iter()
            .partition(|change| change.decided.is_some());
        // What nobody contested stands in one entry: a first meeting would
        // otherwise fill the journal with one for each field of each record.
        if !agreed.is_empty() {
            let fields: Vec<_> = agreed
                .iter()
                .map(|change| json!({ "field": part.field_name(change.field), "to": told(change) }))
                .collect();
            let content = json!({ "fields": fields });
            commit
                .journal
                .push(about.entry(EntryKind::Base, None, None, content));
        }
        for change in decided {
            let mut content = told(change);
            content["decided"] = json!(change.decided);
            let entry = about.entry(EntryKind::Verdict, None, Some(change.field), content);
            commit.journal.push(entry);
        }
        for lost in &plan.given_up {
            let system = lost.candidate.system.map(|at| SystemIndex(at as usize));
            let content = json!(lost);
            commit
                .journal
                .push(about.entry(EntryKind::GivenUp, system, Some(lost.field), content));
        }
        for (system, presence) in &plan.presence {
            let content = json!({ "presence": presence });
            commit
                .journal
                .push(about.entry(EntryKind::Deleted, Some(*system), None, content));
        }
        for system in &plan.detached {
            let content = json!({ "why": "an edit elsewhere won over the delete" });
            commit
                .journal
                .push(about.entry(EntryKind::Unlink, Some(*system), None, content));
        }
        for question in &plan.questions {
            let content = json!(question);
            commit
                .journal
                .push(about.entry(EntryKind::Question, None, question.field, content));
        }
        for (system, field, why) in draft.held.iter().chain(&draft.unwritable) {
            let content = json!({ "what": why });
            commit
                .journal
                .push(about.entry(EntryKind::Fault, Some(*system), *field, content));
        }
    }
}

/// A change of base as the journal tells it.
fn told(change: &BaseChange) -> serde_json::Value {
    json!({
        "before": change.before,
        "value": change.value,
        "revision": change.revision,
        "system": change.provenance.system,
        "origin": change.provenance.origin,
        "at": change.provenance.at,
        "why": change.why,
    })
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
        content: serde_json::Value,
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
