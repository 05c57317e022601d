//! Guard: whether a plan may be carried out.
//!
//! A guard that trips leaves a plan without any operation, and a name under
//! which exactly this plan can be approved once.

use std::collections::{BTreeMap, BTreeSet};

use treaty_model::{Digest, EntityName, Operation, Plan, SystemIndex, SystemName, Trip};

/// What the treaty allows in one pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How many writes of any kind one system gets within a minute.
    pub writes_per_minute_max: u64,
    /// How many records are made in one system by one pass.
    pub creates_max: u64,
    /// How many records are archived or deleted by one pass in one system.
    pub deletes_count_max: u64,
    /// Which share of a system's records is archived or deleted by one pass,
    /// from 0 to 1.
    pub deletes_share_max: f64,
}

/// What is known besides the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many records of an entity each system has in links.
    pub records: BTreeMap<(EntityName, SystemName), u64>,
    /// How many writes each system got within the last minute.
    pub writes_last_minute: BTreeMap<SystemName, u64>,
}

#[derive(Default)]
struct Tally {
    writes: u64,
    creates: u64,
    deletes: u64,
}

/// Weighs a plan. If a guard trips that nobody approved, all operations are
/// taken out and the trips stand in their place; the links' local changes go
/// too, so that the next pass decides afresh.
///
/// `name_of` gives the name of a system of an entity.
pub fn guard(
    mut plan: Plan,
    limits: &Limits,
    counts: &Counts,
    name_of: &dyn Fn(&EntityName, SystemIndex) -> SystemName,
    approved: &BTreeSet<String>,
) -> Plan {
    let mut tallies: BTreeMap<(EntityName, SystemName), Tally> = BTreeMap::new();
    for (link, operation) in plan.operations() {
        let system = name_of(&link.entity, operation.system());
        let tally = tallies.entry((link.entity.clone(), system)).or_default();
        match operation {
            Operation::Write(_) => tally.writes += 1,
            Operation::Create(_) => tally.creates += 1,
            Operation::Archive(_) => tally.deletes += 1,
        }
    }
    let seal = seal(&plan, name_of);
    let mut trips: Vec<Trip> = Vec::new();
    let mut trip = |guard: &str, message: String| {
        let approval = format!("{guard}-{seal}");
        if !approved.contains(&approval) {
            trips.push(Trip {
                guard: guard.to_owned(),
                message,
                approval,
            });
        }
    };
    check_caps(&tallies, limits, counts, &mut trip);
    check_deletes(&tallies, limits, counts, &mut trip);
    if !trips.is_empty() {
        plan.links.clear();
        plan.trips = trips;
    }
    plan
}

fn check_caps(
    tallies: &BTreeMap<(EntityName, SystemName), Tally>,
    limits: &Limits,
    counts: &Counts,
    trip: &mut dyn FnMut(&str, String),
) {
    let mut writes: BTreeMap<&SystemName, u64> = BTreeMap::new();
    for ((entity, system), tally) in tallies {
        *writes.entry(system).or_default() += tally.writes + tally.creates + tally.deletes;
        if tally.creates > limits.creates_max {
            let message = format!(
                "{} new {entity} records for {system}, more than creates-max = {}",
                tally.creates, limits.creates_max
            );
            trip("create-cap", message);
        }
    }
    for (system, planned) in writes {
        let recent = counts.writes_last_minute.get(system).copied().unwrap_or(0);
        if planned + recent > limits.writes_per_minute_max {
            let message = format!(
                "{planned} writes to {system} after {recent} in the last minute, more than \
                 writes-per-minute-max = {}",
                limits.writes_per_minute_max
            );
            trip("write-cap", message);
        }
    }
}

fn check_deletes(
    tallies: &BTreeMap<(EntityName, SystemName), Tally>,
    limits: &Limits,
    counts: &Counts,
    trip: &mut dyn FnMut(&str, String),
) {
    for ((entity, system), tally) in tallies {
        if tally.deletes == 0 {
            continue;
        }
        let records = counts
            .records
            .get(&(entity.clone(), system.clone()))
            .copied()
            .unwrap_or(0);
        let share = tally.deletes as f64 / records.max(1) as f64;
        if tally.deletes > limits.deletes_count_max {
            let message = format!(
                "{} of {records} {entity} records would be deleted in {system}, more than \
                 deletes-count-max = {}",
                tally.deletes, limits.deletes_count_max
            );
            trip("delete-guard", message);
        } else if tally.deletes > 1 && share > limits.deletes_share_max {
            let message = format!(
                "{} of {records} {entity} records would be deleted in {system}, a larger share \
                 than deletes-share-max = {}",
                tally.deletes, limits.deletes_share_max
            );
            trip("delete-guard", message);
        }
    }
}

/// Names exactly this plan: twelve hexadecimal digits over all it would send,
/// and to which system. Runs and times are no part of it, so that a plan keeps
/// its name until it is another plan.
fn seal(plan: &Plan, name_of: &dyn Fn(&EntityName, SystemIndex) -> SystemName) -> String {
    let operations: Vec<_> = plan
        .operations()
        .map(|(link, operation)| {
            let system = name_of(&link.entity, operation.system());
            (&link.entity, link.link, system, operation)
        })
        .collect();
    // Plans are made of strings and numbers, so they always have a JSON form.
    let text = serde_json::to_vec(&operations).unwrap_or_default();
    Digest::of(&text).short()
}
