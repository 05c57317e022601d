//! Guards of a whole plan.

use std::collections::BTreeMap;

use treaty_model::{Operation, Plan, SystemName};

use super::{Finding, Scene};

#[derive(Default)]
struct Tally {
    writes: u64,
    creates: u64,
    deletes: u64,
}

type Tallies = BTreeMap<SystemName, Tally>;

/// What the guards of a whole plan see.
pub(super) fn check(scene: &Scene<'_>, plan: &Plan) -> Vec<Finding> {
    let mut tallies = Tallies::new();
    for (link, operation) in plan.operations() {
        let system = (scene.name_of)(&link.entity, operation.system());
        let tally = tallies.entry(system).or_default();
        match operation {
            Operation::Write(_) => tally.writes += 1,
            Operation::Create(_) => tally.creates += 1,
            Operation::Archive(_) => tally.deletes += 1,
        }
    }
    let mut findings = Vec::new();
    check_caps(scene, &tallies, &mut findings);
    check_deletes(scene, &tallies, &mut findings);
    check_visibility(scene, &mut findings);
    check_floods(scene, &mut findings);
    findings
}

/// Too much at once: runaway automations, and first syncs that nobody looked at.
fn check_caps(scene: &Scene<'_>, tallies: &Tallies, findings: &mut Vec<Finding>) {
    let (entity, limits) = (scene.entity, scene.limits);
    for (system, tally) in tallies {
        if tally.creates > limits.creates_max {
            let message = format!(
                "{} new {entity} records for {system}, more than creates-max = {}",
                tally.creates, limits.creates_max
            );
            findings.push(Finding::new("create-cap", message));
        }
    }
    for (system, tally) in tallies {
        let planned = tally.writes + tally.creates + tally.deletes;
        let recent = scene.counts.writes_last_minute.get(system);
        let recent = recent.copied().unwrap_or(0);
        if planned + recent > limits.writes_per_minute_max {
            let message = format!(
                "{planned} writes to {system} after {recent} in the last minute, more than \
                 writes-per-minute-max = {}",
                limits.writes_per_minute_max
            );
            findings.push(Finding::new("write-cap", message));
        }
    }
}

/// Deletes that look like a mistake: many, or a large share.
fn check_deletes(scene: &Scene<'_>, tallies: &Tallies, findings: &mut Vec<Finding>) {
    let (entity, limits) = (scene.entity, scene.limits);
    for (system, tally) in tallies {
        let records = scene.counts.records.get(&(entity.clone(), system.clone()));
        let records = records.copied().unwrap_or(0);
        let share = tally.deletes as f64 / records.max(1) as f64;
        let message = if tally.deletes > limits.deletes_count_max {
            format!(
                "{} of {records} {entity} records would be deleted in {system}, more than \
                 deletes-count-max = {}",
                tally.deletes, limits.deletes_count_max
            )
        } else if tally.deletes > 1 && share > limits.deletes_share_max {
            format!(
                "{} of {records} {entity} records would be deleted in {system}, a larger share \
                 than deletes-share-max = {}",
                tally.deletes, limits.deletes_share_max
            )
        } else {
            continue;
        };
        findings.push(Finding::new("delete-guard", message));
    }
}

/// A system that shows less than it should: a lost permission, a wrong address,
/// an empty export.
fn check_visibility(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let entity = scene.entity;
    for (system, records) in &scene.counts.empty {
        if *records >= scene.limits.empty_from {
            let message =
                format!("{system} shows no {entity} record at all, and had {records} of them");
            findings.push(Finding::new("side-empty", message));
        }
    }
    for (system, remote) in &scene.counts.canaries_lost {
        let message = format!("{system} does not show {entity} {remote}, which has to be visible");
        findings.push(Finding::new("canary", message));
    }
}

/// Too much that nobody can decide or a rule cannot do: a wrong table, a wrong
/// rule, a changed format.
fn check_floods(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let (entity, limits, counts) = (scene.entity, scene.limits, scene.counts);
    if counts.asked > limits.questions_max {
        let message = format!(
            "{} questions about {entity} at once, more than questions-max = {}",
            counts.asked, limits.questions_max
        );
        findings.push(Finding::new("question-flood", message));
    }
    if counts.faults > limits.faults_max {
        let message = format!(
            "{} {entity} records at once cannot be read, matched or written, more than \
             faults-max = {}",
            counts.faults, limits.faults_max
        );
        // They are only counted while they are new.
        findings.push(Finding {
            guard: "fault-flood",
            message,
            holds: true,
        });
    }
}
