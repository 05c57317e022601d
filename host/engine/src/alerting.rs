//! Alerts: people are told once that a guard tripped, and that a system is
//! silent.
//!
//! What is told is kept as trips, so that a restart tells nothing twice and
//! forgets nothing. It is told after a pass, whatever came of it, and cannot
//! fail one: what could not be delivered waits for the next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use treaty_folder::{Alerts, Problem, TreatyFolder, secret};
use treaty_ledger::{Commit, StoredTrip, TripChange, TripState};
use treaty_model::{Scope, Timestamp};
use treaty_systems::{Alert, AlertError, AlertWay};

use crate::opening::{DeliverAlerts, Environment, Opening};
use crate::silence::SILENT;
use crate::{Engine, EngineError};

/// How long all alerts of a pass may take.
const WITHIN: Duration = Duration::from_secs(10);

/// The way that is always there.
const LOG: &str = "log";

/// What telling people needs.
pub(crate) struct Alerting {
    treaty: String,
    pub(crate) settings: Alerts,
    root: PathBuf,
    env: Environment,
    delivery: Arc<dyn DeliverAlerts>,
}

/// A way to tell people, as the treaty names it; or why it cannot be used.
type Way = (&'static str, Result<AlertWay, String>);

/// Why alerts could not be delivered, by approval.
type Missed = BTreeMap<String, Vec<String>>;

impl Alerting {
    pub(crate) fn new(folder: &TreatyFolder, opening: &Opening) -> Self {
        Self {
            treaty: folder.name.clone(),
            settings: folder.alerts.clone(),
            root: folder.root.clone(),
            env: opening.env.clone(),
            delivery: opening.alerts.clone(),
        }
    }

    /// The ways that the treaty names, their references resolved now: a secret
    /// may have been changed since the last pass.
    fn ways(&self) -> Vec<Way> {
        let resolve = |reference: &str| {
            let found = secret(reference, &*self.env, &self.root);
            found.map_err(|problem| problem.message)
        };
        let webhook = self.settings.webhook.as_ref().map(|webhook| {
            let authorization = webhook.authorization.as_deref().map(resolve);
            Ok(AlertWay::Webhook {
                url: resolve(&webhook.url)?,
                authorization: authorization.transpose()?,
            })
        });
        let mail = self.settings.mail.as_ref().map(|mail| {
            let credentials = mail
                .credentials
                .as_ref()
                .map(|of| Ok::<_, String>((resolve(&of.user)?, resolve(&of.password)?)));
            Ok(AlertWay::Mail {
                server: resolve(&mail.server)?,
                from: mail.from.clone(),
                to: mail.to.clone(),
                credentials: credentials.transpose()?,
            })
        });
        let ways = [("webhook", webhook), ("mail", mail)].into_iter();
        ways.filter_map(|(name, way)| Some((name, way?))).collect()
    }

    /// Ways that cannot be used as the treaty and the environment stand. They
    /// end no pass, so they are warnings.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let unusable = self.ways().into_iter().filter_map(|(name, way)| {
            let message = format!("alerts by {name} cannot be sent: {}", way.err()?);
            let hint = "they wait until they can; a sync goes on without them";
            Some(
                Problem::of_file("treaty.toml", message)
                    .hint(hint)
                    .warning(),
            )
        });
        unusable.collect()
    }

    fn alert(&self, kept: &StoredTrip, at: Timestamp) -> Alert {
        let trip = &kept.trip;
        let is_open = kept.state != TripState::Over;
        let can_approve = is_open && trip.scope != Scope::Nothing;
        let since = if is_open { kept.first_at } else { kept.last_at };
        Alert {
            treaty: self.treaty.clone(),
            id: format!("{} {since}", trip.approval),
            code: code(&trip.guard),
            state: if is_open { "open" } else { "over" },
            guard: trip.guard.clone(),
            entity: Some(kept.entity.to_string()).filter(|entity| !entity.is_empty()),
            scope: match trip.scope {
                Scope::Plan => "plan",
                Scope::Link(_) => "link",
                Scope::Rule => "rule",
                Scope::Field => "field",
                Scope::Nothing => "nothing",
            },
            message: trip.message.clone(),
            approval: can_approve.then(|| trip.approval.clone()),
            since: kept.first_at,
            at,
            command: match can_approve {
                true => format!("treaty approve {}", trip.approval),
                false => "treaty status".to_owned(),
            },
        }
    }
}

/// What an alert is called in logs and documents; it never changes.
fn code(guard: &str) -> String {
    match guard {
        SILENT => "system.silent".to_owned(),
        guard => format!("guard.{guard}"),
    }
}

impl Engine {
    /// Tells people what they were not told yet. `approved` needs no telling:
    /// somebody has seen it.
    pub(crate) async fn tell_people(&self, approved: &BTreeSet<String>) -> Result<(), EngineError> {
        let untold = self.ledger.untold_trips()?;
        if untold.is_empty() {
            return Ok(());
        }
        let at = self.clock.now();
        let is_seen = |kept: &StoredTrip| {
            kept.approved_by.is_some() || approved.contains(&kept.trip.approval)
        };
        let (seen, mut untold): (Vec<_>, Vec<_>) = untold.into_iter().partition(is_seen);
        for kept in &mut untold {
            if !kept.told_by.iter().any(|way| way == LOG) {
                log(kept);
                kept.told_by.push(LOG.to_owned());
            }
        }
        let missed = self.deliver(&mut untold, at).await;
        let told = |kept: &StoredTrip| {
            let approval = kept.trip.approval.clone();
            match missed.get(&approval) {
                None => TripChange::Told { approval, at },
                Some(why) => TripChange::PartlyTold {
                    approval,
                    told_by: kept.told_by.clone(),
                    undelivered: why.join("; "),
                },
            }
        };
        self.ledger.commit(&Commit {
            trips: seen.iter().chain(&untold).map(told).collect(),
            ..Commit::default()
        })?;
        Ok(())
    }

    /// Delivers what people were not told in each way, and says what could not
    /// be.
    async fn deliver(&self, untold: &mut [StoredTrip], at: Timestamp) -> Missed {
        let mut missed = Missed::new();
        let mut usable = Vec::new();
        for (name, way) in self.alerting.ways() {
            let waits = |kept: &StoredTrip| !kept.told_by.iter().any(|told| told == name);
            let places: Vec<_> = (0..untold.len()).filter(|at| waits(&untold[*at])).collect();
            match way {
                _ if places.is_empty() => {}
                Ok(way) => usable.push((name, way, places)),
                Err(why) => {
                    let failed = places.iter().map(|place| (*place, why.clone()));
                    note_missed(&mut missed, untold, name, failed.collect());
                }
            }
        }
        if usable.is_empty() {
            return missed;
        }
        let alerts = |places: &[usize]| -> Vec<Alert> {
            let of = |place: &usize| self.alerting.alert(&untold[*place], at);
            places.iter().map(of).collect()
        };
        let asked = usable.iter();
        let asked = asked.map(|(_, way, places)| (way.clone(), alerts(places)));
        let results = self.alerting.delivery.deliver(asked.collect(), WITHIN);
        for ((name, _, places), results) in usable.into_iter().zip(results.await) {
            let mut failed = Vec::new();
            for (place, result) in places.into_iter().zip(results) {
                match result {
                    Ok(()) => untold[place].told_by.push(name.to_owned()),
                    Err(error) => failed.push((place, AlertError::to_string(&error))),
                }
            }
            note_missed(&mut missed, untold, name, failed);
        }
        missed
    }
}

fn log(kept: &StoredTrip) {
    let StoredTrip { trip, entity, .. } = kept;
    let (code, approval, message) = (code(&trip.guard), &trip.approval, &trip.message);
    tracing::warn!(code, %entity, approval, "{message}");
}

/// Logs what could not be delivered in one way, and keeps it in mind.
fn note_missed(
    missed: &mut Missed,
    untold: &[StoredTrip],
    way: &str,
    failed: Vec<(usize, String)>,
) {
    let Some((_, why)) = failed.first() else {
        return;
    };
    let (code, alerts) = ("alert.undelivered", failed.len());
    tracing::warn!(
        code,
        way,
        alerts,
        "{why}; it is tried again after the next pass"
    );
    for (place, why) in failed {
        let of = missed.entry(untold[place].trip.approval.clone());
        of.or_default().push(format!("{way}: {why}"));
    }
}
