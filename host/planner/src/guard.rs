//! Guard: whether a plan may be carried out.
//!
//! A guard stops one link, or the whole plan. What it stops has no operation and
//! changes nothing locally either, so that the next pass decides afresh; and it
//! leaves a name under which exactly that can be approved once.

mod plan;
mod record;

use std::collections::{BTreeMap, BTreeSet};

use treaty_model::{
    Digest, EntityName, LinkId, LinkPlan, Plan, RemoteId, Scope, SystemIndex, SystemName, Trip,
};

/// The names of all guards, also of those that the engine keeps itself because
/// they strike while a plan is carried out.
pub const GUARDS: [&str; 13] = [
    "write-cap",
    "create-cap",
    "delete-guard",
    "record-writes",
    "flip-flop",
    "side-empty",
    "canary",
    "question-flood",
    "fault-flood",
    "error-flood",
    "rule-off",
    "schema-drift",
    "count-difference",
];

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
    /// How many writes one record gets within the window.
    pub record_writes_max: u64,
    /// How often one field of one record is written with one value within the
    /// window.
    pub flips_max: u64,
    /// How far back the two before look, for messages.
    pub window_minutes: u64,
    /// How many records these two hold back before the whole plan is stopped.
    pub records_held_max: u64,
    /// How many records a system must have had for its emptiness to alarm.
    pub empty_from: u64,
    /// How many questions one pass asks.
    pub questions_max: u64,
    /// How many records one pass fails to read, match or write.
    pub faults_max: u64,
}

/// What is known besides the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many records of an entity each system has in links.
    pub records: BTreeMap<(EntityName, SystemName), u64>,
    /// How many writes each system got within the last minute.
    pub writes_last_minute: BTreeMap<SystemName, u64>,
    /// What was written to records of the plan within the window.
    pub recent: BTreeMap<(LinkId, SystemName), Recent>,
    /// Systems that show none of the records they had, and how many these were.
    pub empty: Vec<(SystemName, u64)>,
    /// Records that have to stay visible, and are not.
    pub canaries_lost: Vec<(SystemName, RemoteId)>,
    /// How many questions the plan asks.
    pub asked: u64,
    /// How many records could not be read, matched or written.
    pub faults: u64,
}

/// What was written to one record within the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// How many writes.
    pub writes: u64,
    /// Of the fields to be written, the one whose new value was written most
    /// often, by its own name, and how often that was.
    pub flip: Option<(String, u64)>,
}

/// What a guard looks at besides the plan.
struct Scene<'a> {
    entity: &'a EntityName,
    limits: &'a Limits,
    counts: &'a Counts,
    name_of: &'a dyn Fn(&EntityName, SystemIndex) -> SystemName,
}

/// Weighs the plan of an entity. What a guard stops that nobody approved is taken
/// out, and the trips stand in its place.
///
/// `name_of` gives the name of a system of an entity.
pub fn guard(
    entity: &EntityName,
    mut plan: Plan,
    limits: &Limits,
    counts: &Counts,
    name_of: &dyn Fn(&EntityName, SystemIndex) -> SystemName,
    approved: &BTreeSet<String>,
) -> Plan {
    let scene = Scene {
        entity,
        limits,
        counts,
        name_of,
    };
    let mut trips = record::check(&scene, &plan, approved);
    let held: BTreeSet<Scope> = trips.iter().map(|trip| trip.scope).collect();
    plan.links
        .retain(|link| !held.contains(&Scope::Link(link.link)));
    let whole = plan::check(&scene, &plan);
    let seal = seal(&plan.links, name_of);
    trips.extend(whole.into_iter().map(|found| found.trip(&seal)));
    trips.retain(|trip| !approved.contains(&trip.approval));
    if trips.iter().any(|trip| trip.scope == Scope::Plan) {
        plan.links.clear();
    }
    plan.trips = trips;
    plan
}

/// Something that a guard saw.
struct Finding {
    guard: &'static str,
    message: String,
    /// Whether it holds until a person approves.
    holds: bool,
}

impl Finding {
    fn new(guard: &'static str, message: String) -> Self {
        Self {
            guard,
            message,
            holds: false,
        }
    }

    fn trip(self, seal: &str) -> Trip {
        Trip {
            guard: self.guard.to_owned(),
            approval: format!("{}-{seal}", self.guard),
            message: self.message,
            scope: Scope::Plan,
            holds: self.holds,
        }
    }
}

/// Names exactly these plans: twelve hexadecimal digits over all they would
/// send, and to which system. Runs and times are no part of it, so that a plan
/// keeps its name until it is another plan.
fn seal(plans: &[LinkPlan], name_of: &dyn Fn(&EntityName, SystemIndex) -> SystemName) -> String {
    let operations = plans.iter().flat_map(|plan| {
        let of_link = plan.operations.iter();
        of_link.map(move |operation| (plan, operation))
    });
    let operations: Vec<_> = operations
        .map(|(plan, operation)| {
            let system = name_of(&plan.entity, operation.system());
            (&plan.entity, plan.link, system, operation)
        })
        .collect();
    // Plans are made of strings and numbers, so they always have a JSON form.
    let text = serde_json::to_vec(&operations).unwrap_or_default();
    Digest::of(&text).short()
}
