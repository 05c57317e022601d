//! What a mapper could not read: it is told, and never written over. And what
//! could not be written: it is kept with the record.
//!
//! A value that cannot be read may be somebody's edit. It stays where it is, in
//! its own field only, until somebody writes one that can be read; that counts
//! as an edit then, beside whatever was agreed meanwhile.

use serde_json::json;
use treaty_ledger::{Commit, EntryKind, StoredLink, StoredRecord};
use treaty_model::{FieldProblem, LinkPlan, Operation, SystemIndex, SystemName, Trouble};

use crate::draft::{Draft, Held, drop_fields, revisions_of};
use crate::reading::Unread as _;
use crate::report::SystemReport;
use crate::upgrade::SettledOwn as _;
use crate::{Engine, Part};

/// How many problems a report tells; the ledger has them all.
const PROBLEMS_TOLD_MAX: usize = 5;

impl Engine {
    /// Tells the journal and the report what could not be read of a record.
    pub(crate) fn tell_problems(
        &self,
        part: &Part,
        record: &StoredRecord,
        report: &mut SystemReport,
        commit: &mut Commit,
    ) {
        if record.is_parked() {
            report.parked += 1;
        } else if record.unread_all().next().is_some() {
            report.unread += 1;
        }
        for problem in record.unread_all() {
            let field = problem.field().map(|field| part.field_name(field));
            let mut entry = self.record_entry(record, EntryKind::Fault, "cannot be read");
            entry.field = field.map(str::to_owned);
            entry.content = json!({ "what": "cannot be read", "why": problem.message }).into();
            commit.journal.push(entry);
            if report.problems.len() < PROBLEMS_TOLD_MAX {
                let remote = &record.key.remote;
                let of_field = field.map(|field| format!(", {field}")).unwrap_or_default();
                let told = format!("{remote}{of_field}: {}", problem.message);
                report.problems.push(told);
            }
        }
    }
}

/// Takes out of a plan what would write over something that cannot be read, or
/// remove a record with such an edit.
pub(crate) fn hold_unread(part: &Part, stored: &StoredLink, plan: &mut LinkPlan) -> Vec<Held> {
    let mut held = Vec::new();
    plan.operations.retain_mut(|operation| {
        let system = operation.system();
        let Some(record) = &stored.records[system.0] else {
            return true;
        };
        if let Operation::Archive(_) = operation {
            let edit = unread_edit(part, system, record);
            held.extend(edit.map(|problem| {
                let why = format!("not removed, its edit cannot be read: {}", problem.message);
                (system, problem.field(), why)
            }));
            return edit.is_none();
        }
        let mut dropped = Vec::new();
        for (field, _) in revisions_of(operation) {
            if let Some(problem) = record.unread(*field) {
                let why = format!("not written over, it cannot be read: {}", problem.message);
                held.push((system, Some(*field), why));
                dropped.push(*field);
            }
        }
        drop_fields(operation, &dropped);
        !revisions_of(operation).is_empty()
    });
    held
}

/// What cannot be read of a record and stands there since an edit.
fn unread_edit<'a>(
    part: &Part,
    system: SystemIndex,
    record: &'a StoredRecord,
) -> Option<&'a FieldProblem> {
    let names = &part.system(system).selected_names;
    let settled = record.settled_row();
    let edited = |at: usize| settled[at] != record.own[at];
    record.unread_all().find(|problem| {
        let Some(field) = problem.field() else {
            return (0..names.len()).any(edited);
        };
        let column = part.entity.table.row(field).columns[system.0].as_ref();
        column.is_some_and(|column| {
            (0..names.len()).any(|at| column.own.contains(&names[at]) && edited(at))
        })
    })
}

/// Where it is kept that a whole record could not be written to a system: with
/// the system's own record; where it is to get its first one, with the first
/// record of the link, naming the system. None where nobody has a record.
pub(crate) fn keeper(
    records: &[Option<StoredRecord>],
    detached: &[SystemIndex],
    system: SystemIndex,
    name: &SystemName,
    why: &str,
) -> Option<(usize, String)> {
    let takes_part = |at: usize| {
        let record = records[at].as_ref();
        record.is_some_and(|record| record.presence.takes_part())
            && !detached.contains(&SystemIndex(at))
    };
    if records[system.0].is_some() && !detached.contains(&system) {
        return Some((system.0, why.to_owned()));
    }
    let first = (0..records.len()).find(|&at| takes_part(at))?;
    Some((first, format!("as a new record in {name}: {why}")))
}

/// What could not be written of a draft, by the record that it is kept with.
pub(crate) fn unwritten(part: &Part, draft: &Draft) -> Vec<Vec<FieldProblem>> {
    let records = &draft.stored.records;
    let mut unwritten = vec![Vec::new(); records.len()];
    for (system, field, why) in &draft.unwritable {
        let kept = match field {
            // A new record is made without it, and it is tried again once the
            // record is there.
            Some(_) => Some((system.0, why.clone())),
            None => {
                let name = &part.entity.part(*system).system;
                keeper(records, &draft.plan.detached, *system, name, why)
            }
        };
        if let Some((at, why)) = kept {
            unwritten[at].push(FieldProblem::new(*field, Trouble::Unwritten, why));
        }
    }
    unwritten
}

/// Keeps with a record what could not be written to it, until its link is
/// decided again. Gives whether that is news.
pub(crate) fn keep_unwritten(record: &mut StoredRecord, unwritten: Vec<FieldProblem>) -> bool {
    let before = record.problems.clone();
    record
        .problems
        .retain(|problem| !problem.trouble.is_of_writing());
    record.problems.extend(unwritten);
    record.problems != before
}
