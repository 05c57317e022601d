//! Guards of single records: a loop between two automations is stopped where it
//! is, and everything else goes on.

use std::collections::BTreeSet;

use treaty_model::{LinkPlan, Plan, Scope, Trip};

use super::{Finding, Recent, Scene, seal};

/// What the guards of single records see and nobody approved: a trip for each
/// link, or one for all where they are too many.
pub(super) fn check(scene: &Scene<'_>, plan: &Plan, approved: &BTreeSet<String>) -> Vec<Trip> {
    if scene.counts.recent.is_empty() {
        return Vec::new();
    }
    let found = plan.links.iter().filter_map(|link| {
        let finding = check_link(scene, link)?;
        let seal = seal(std::slice::from_ref(link), scene.name_of);
        Some(Trip {
            scope: Scope::Link(link.link),
            ..finding.trip(&seal)
        })
    });
    let trips: Vec<_> = found
        .filter(|trip| !approved.contains(&trip.approval))
        .collect();
    if trips.len() as u64 <= scene.limits.records_held_max {
        return trips;
    }
    let message = format!(
        "{} {} records are written again and again, more than records-held-max = {}; one of them: {}",
        trips.len(),
        scene.entity,
        scene.limits.records_held_max,
        trips[0].message
    );
    let all = Finding::new("flip-flop", message).trip(&seal(&plan.links, scene.name_of));
    match approved.contains(&all.approval) {
        true => Vec::new(),
        false => vec![all],
    }
}

/// What is wrong with writing a link, for the first of its operations with
/// which something is.
fn check_link(scene: &Scene<'_>, link: &LinkPlan) -> Option<Finding> {
    link.operations.iter().find_map(|operation| {
        let system = (scene.name_of)(&link.entity, operation.system());
        let recent = scene.counts.recent.get(&(link.link, system.clone()))?;
        let Recent { writes, flip } = recent;
        let (limits, entity, number) = (scene.limits, &link.entity, link.link);
        let minutes = limits.window_minutes;
        if let Some((field, times)) = flip
            && *times >= limits.flips_max
        {
            let message = format!(
                "{field} of {entity} {number} in {system} was set to the same value {times} times in \
                 the last {minutes} minutes, and somebody sets it back each time; \
                 flips-max = {}",
                limits.flips_max
            );
            return Some(Finding::new("flip-flop", message));
        }
        (*writes >= limits.record_writes_max).then(|| {
            let message = format!(
                "{entity} {number} in {system} was written {writes} times in the last {minutes} \
                 minutes; record-writes-max = {}",
                limits.record_writes_max
            );
            Finding::new("record-writes", message)
        })
    })
}
