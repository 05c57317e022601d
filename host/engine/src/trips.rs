//! Guards that tripped: kept, told, approved once, and over.

use std::collections::BTreeSet;

use treaty_ledger::{
    Commit, Content, Entry, EntryKind, LeftApproval, StoredTrip, TripChange, TripState,
};
use treaty_model::{Digest, EntityName, Scope, SystemName, Trip};

use crate::report::{EntityReport, Report};
use crate::{Engine, EngineError, Mode, Part};

/// Guards that trip over what a system does not show.
const OUT_OF_SIGHT: [&str; 2] = ["canary", SIDE_EMPTY];
/// The guard that trips over a system that shows nothing.
const SIDE_EMPTY: &str = "side-empty";

/// How guards stand when a pass begins.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// The names that a person let through.
    pub(crate) approved: BTreeSet<String>,
    /// Trips that are open or approved.
    pub(crate) trips: Vec<StoredTrip>,
}

impl Standing {
    /// Trips of an entity that hold until a person approves.
    pub(crate) fn holding(&self, entity: &EntityName) -> impl Iterator<Item = &Trip> {
        let of_entity = self.trips.iter().filter(move |kept| {
            kept.entity == *entity
                && kept.trip.holds
                && !self.approved.contains(&kept.trip.approval)
        });
        of_entity.map(|kept| &kept.trip)
    }

    /// Trips of an entity about what a system no longer showed, unless they were
    /// approved. While a system cannot be used nobody sees whether they are over.
    pub(crate) fn out_of_sight(&self, entity: &EntityName) -> impl Iterator<Item = &Trip> {
        let of_entity = self.trips.iter().filter(move |kept| {
            kept.entity == *entity
                && OUT_OF_SIGHT.contains(&kept.trip.guard.as_str())
                && !self.approved.contains(&kept.trip.approval)
        });
        of_entity.map(|kept| &kept.trip)
    }

    /// Whether a person let systems show nothing of an entity.
    pub(crate) fn may_be_empty(&self, entity: &EntityName) -> bool {
        let mut of_entity = self.trips.iter().filter(|kept| kept.entity == *entity);
        of_entity.any(|kept| {
            kept.trip.guard == SIDE_EMPTY && self.approved.contains(&kept.trip.approval)
        })
    }

    /// Whether a trip is known and not over.
    fn knows(&self, trip: &Trip) -> bool {
        let mut known = self.trips.iter();
        known.any(|kept| kept.trip.approval == trip.approval)
    }
}

impl Engine {
    /// Takes up what people have approved since the last pass, and says how the
    /// guards stand. `also` is approved for this pass.
    pub(crate) fn stand(&self, also: &BTreeSet<String>) -> Result<Standing, EngineError> {
        for left in self.ledger.left_approvals()? {
            self.take_approval(&left)?;
            self.ledger.forget_approval(&left)?;
        }
        let trips = self.ledger.trips()?;
        let approved = trips
            .iter()
            .filter(|kept| kept.state == TripState::Approved);
        let approved = approved.map(|kept| kept.trip.approval.clone());
        let standing = Standing {
            approved: also.iter().cloned().chain(approved).collect(),
            trips,
        };
        self.switches.begin(|approval| {
            let open = |kept: &StoredTrip| kept.trip.approval == approval;
            standing.trips.iter().any(open) && !standing.approved.contains(approval)
        });
        Ok(standing)
    }

    fn take_approval(&self, left: &LeftApproval) -> Result<(), EngineError> {
        let LeftApproval { approval, by, at } = left.clone();
        let trips = self.ledger.trips()?;
        let Some(kept) = trips.iter().find(|kept| kept.trip.approval == approval) else {
            // What it let through is no longer what would happen.
            return Ok(());
        };
        let journal = vec![Entry {
            at,
            run: self.run.get(),
            kind: EntryKind::Guard,
            entity: kept.entity.clone(),
            link: None,
            system: None,
            remote: None,
            field: None,
            content: serde_json::json!({ "approved": approval, "by": by }).into(),
            mark: Some(format!("approval {approval} {at}")),
        }];
        self.ledger.commit(&Commit {
            trips: vec![TripChange::Approve { approval, by }],
            journal,
            ..Commit::default()
        })?;
        Ok(())
    }

    /// Keeps the trips of an entity's pass. In a sync those that did not trip again
    /// are over; what was approved stays so until a plan is carried out.
    pub(crate) fn keep_trips(
        &self,
        part: &Part,
        trips: &[Trip],
        standing: &Standing,
        mode: Mode,
        report: &mut Report,
    ) -> Result<(), EngineError> {
        let (entity, at) = (&part.entity.name, self.clock.now());
        let mut commit = Commit::default();
        for trip in trips {
            commit.trips.push(TripChange::Seen {
                trip: trip.clone(),
                entity: entity.clone(),
                at,
            });
            if standing.knows(trip) {
                continue;
            }
            report.news = true;
            if mode == Mode::Sync {
                commit.journal.push(self.trip_entry(entity, trip));
            }
        }
        if mode == Mode::Sync {
            let of_entity = standing.trips.iter().filter(|kept| kept.entity == *entity);
            // What another guard stopped was not let through yet: who approves one
            // after the other would else never come to the end.
            let stopped = trips.iter().any(|trip| trip.scope == Scope::Plan);
            let over = of_entity.filter(|kept| {
                let mut still = trips.iter();
                let waits = stopped && kept.state == TripState::Approved;
                !waits && !still.any(|trip| trip.approval == kept.trip.approval)
            });
            commit.trips.extend(over.map(|kept| TripChange::End {
                approval: kept.trip.approval.clone(),
            }));
        }
        if !commit.is_empty() {
            self.ledger.commit(&commit)?;
        }
        Ok(())
    }

    fn trip_entry(&self, entity: &EntityName, trip: &Trip) -> Entry {
        Entry {
            at: self.clock.now(),
            run: self.run.get(),
            kind: EntryKind::Guard,
            entity: entity.clone(),
            link: match trip.scope {
                Scope::Link(link) => Some(link),
                _ => None,
            },
            system: None,
            remote: None,
            field: None,
            content: Content::of(trip),
            mark: None,
        }
    }

    /// A trip for a system that refuses too much, once for each pass.
    pub(crate) fn too_many_errors(
        &self,
        part: &Part,
        system: &SystemName,
        report: &EntityReport,
    ) -> Option<Trip> {
        let refused = report
            .systems
            .get(system)
            .map_or(0, |system| system.refused);
        if refused <= self.errors_max {
            return None;
        }
        let entity = &part.entity.name;
        let named = format!("{entity} {system} {}", self.run.get());
        Some(Trip {
            guard: "error-flood".to_owned(),
            message: format!(
                "{system} refused {refused} {entity} writes at once, more than errors-max = {}",
                self.errors_max
            ),
            approval: format!("error-flood-{}", Digest::of(named.as_bytes()).short()),
            scope: Scope::Plan,
            holds: true,
        })
    }
}
