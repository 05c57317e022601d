//! What doctor finds at the systems themselves.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_folder::{EntitySettings, Schemas, SystemSettings, TreatyFolder, check_schemas};
use treaty_model::{EntityName, OwnField, OwnSchema, SystemIndex, SystemName, Timestamp};
use treaty_systems::{Connector, Quota};

use super::seconds_between;
use crate::absent::schema_fact;
use crate::last_read::LastRead;
use crate::open::open_system;
use crate::opening::Opening;
use crate::part::source_of;
use crate::report::Failure;
use crate::{EngineError, Reader};

/// How long a write may be open before it is a worry: every pass looks such
/// writes up.
const OPEN_SECONDS_MAX: u64 = 3_600;

/// How one system is.
#[derive(Clone, Debug, Serialize)]
pub struct SystemHealth {
    /// The system.
    pub system: SystemName,
    /// What reaches it.
    pub connector: String,
    /// Why it cannot be used: not there, or not with these credentials.
    pub failure: Option<Failure>,
    /// How far its clock is ahead of this machine's, where it has one of its own;
    /// negative: behind.
    pub clock_ahead_ms: Option<i64>,
    /// Whether that is further than `clock-tolerance-ms`.
    pub is_clock_off: bool,
    /// What it has only so much of.
    pub quotas: Vec<Quota>,
    /// By entity.
    pub entities: BTreeMap<EntityName, SystemEntityHealth>,
}

/// How one entity is in one system.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SystemEntityHealth {
    /// Why its source cannot be read.
    pub failure: Option<Failure>,
    /// Where the field table does not fit its fields.
    pub unfit: Vec<String>,
    /// How its fields changed since they were last seen.
    pub changes: Vec<String>,
    /// How long ago it was last read to its end; none: never.
    pub lag_seconds: Option<u64>,
    /// Whether that is longer ago than `silent-minutes`.
    pub is_late: bool,
    /// How far the newest change lies in the future: the system's clock is
    /// ahead of this machine's.
    pub ahead_seconds: Option<u64>,
    /// Writes whose outcome is open.
    pub open_writes: u64,
    /// For how long the oldest of them has been.
    pub open_for_seconds: Option<u64>,
    /// Things that cannot be read or written there.
    pub problems: u64,
}

impl SystemHealth {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.failure.is_none()
            && !self.is_clock_off
            && !self.quotas.iter().any(Quota::is_short)
            && self.entities.values().all(SystemEntityHealth::is_well)
    }
}

impl SystemEntityHealth {
    /// Whether nothing is wrong. What waits for a person to change it is not
    /// counted: `treaty status` tells it.
    pub fn is_well(&self) -> bool {
        self.failure.is_none()
            && self.unfit.is_empty()
            && self.changes.is_empty()
            && self.ahead_seconds.is_none()
            && !self.is_late
            && self
                .open_for_seconds
                .is_none_or(|open| open <= OPEN_SECONDS_MAX)
    }
}

/// Opens every system and looks at it.
pub(super) async fn examine(
    folder: &TreatyFolder,
    opening: &Opening,
    reader: Option<&Reader>,
    now: Timestamp,
) -> Result<Vec<SystemHealth>, EngineError> {
    let mut found = Vec::new();
    for settings in &folder.systems {
        let mut health = SystemHealth {
            system: settings.name.clone(),
            connector: settings.connector.clone(),
            failure: None,
            clock_ahead_ms: None,
            is_clock_off: false,
            quotas: Vec::new(),
            entities: BTreeMap::new(),
        };
        let connector = match open_system(folder, settings, opening).await {
            Ok(connector) => Some(connector),
            Err(error) => {
                health.failure = Some(failure(settings, &error));
                None
            }
        };
        if let Some(connector) = &connector {
            take_vitals(folder, opening, &**connector, &mut health).await;
        }
        for entity in &folder.entities {
            let mut indexes = entity.entity.system_indexes();
            let index = indexes.find(|at| entity.entity.part(*at).system == settings.name);
            let Some(index) = index else { continue };
            let mut of = match reader {
                Some(reader) => remembered(folder, reader, entity, settings, now)?,
                None => SystemEntityHealth::default(),
            };
            if let Some(connector) = &connector {
                let about = (entity, index);
                describe(folder, reader, &**connector, about, &mut of).await?;
            }
            health.entities.insert(entity.entity.name.clone(), of);
        }
        found.push(health);
    }
    Ok(found)
}

/// Asks a system for its clock and its quotas.
async fn take_vitals(
    folder: &TreatyFolder,
    opening: &Opening,
    connector: &dyn Connector,
    health: &mut SystemHealth,
) {
    let asked = opening.clock.now();
    let vitals = match connector.vitals().await {
        Ok(vitals) => vitals,
        Err(error) => {
            health.failure = Some(Failure::new(&health.system, &error));
            return;
        }
    };
    health.quotas = vitals.quotas;
    if let Some(told) = vitals.clock {
        let tolerance = i64::try_from(folder.clock_tolerance_ms).unwrap_or(i64::MAX);
        let (ahead_ms, is_off) = clock_ahead(asked, told, opening.clock.now(), tolerance);
        health.clock_ahead_ms = Some(ahead_ms);
        health.is_clock_off = is_off;
    }
}

/// How far a clock is ahead that was read somewhere on the way there and back, and
/// whether that is certainly further than what is tolerated.
fn clock_ahead(
    asked: Timestamp,
    told: Timestamp,
    answered: Timestamp,
    tolerance_ms: i64,
) -> (i64, bool) {
    let half_way = answered.micros_since(asked).max(0) / 2;
    let ahead = told.micros_since(asked) - half_way;
    let allowed = tolerance_ms.saturating_mul(1_000).saturating_add(half_way);
    (ahead / 1_000, ahead.abs() > allowed)
}

fn failure(settings: &SystemSettings, error: &EngineError) -> Failure {
    match error {
        EngineError::System { source, .. } => Failure::new(&settings.name, source),
        error => Failure {
            system: settings.name.clone(),
            message: error.to_string(),
            hint: error.hint(),
        },
    }
}

/// What the ledger knows of an entity in a system.
fn remembered(
    folder: &TreatyFolder,
    reader: &Reader,
    entity: &EntitySettings,
    settings: &SystemSettings,
    now: Timestamp,
) -> Result<SystemEntityHealth, EngineError> {
    let (name, ledger) = (&entity.entity.name, &reader.ledger);
    let last = LastRead::of(ledger, name, &settings.name)?;
    let open = ledger.open_intents(&settings.name)?.into_iter();
    let open: Vec<_> = open.filter(|intent| intent.entity == *name).collect();
    let lag_seconds = last.at.and_then(|at| seconds_between(at, now));
    let tolerance = folder.clock_tolerance_ms / 1_000;
    let ahead = last
        .newest_change_at
        .and_then(|at| seconds_between(now, at));
    Ok(SystemEntityHealth {
        lag_seconds,
        is_late: lag_seconds.is_some_and(|lag| lag / 60 >= folder.alerts.silent_minutes),
        ahead_seconds: ahead.filter(|ahead| *ahead > tolerance),
        open_writes: open.len() as u64,
        open_for_seconds: open
            .first()
            .and_then(|oldest| seconds_between(oldest.opened_at, now)),
        problems: ledger.problems(name, &settings.name)?.len() as u64,
        ..SystemEntityHealth::default()
    })
}

/// Compares what a system holds with the field table and with the last time.
async fn describe(
    folder: &TreatyFolder,
    reader: Option<&Reader>,
    connector: &dyn Connector,
    (entity, index): (&EntitySettings, SystemIndex),
    health: &mut SystemEntityHealth,
) -> Result<(), EngineError> {
    let (name, system) = (&entity.entity.name, &entity.entity.part(index).system);
    let schema = match connector.describe(&source_of(entity, index)).await {
        Ok(schema) => schema,
        Err(error) => {
            health.failure = Some(Failure::new(system, &error));
            return Ok(());
        }
    };
    if let Some(reader) = reader
        && let Some(text) = reader.ledger.fact(&schema_fact(name, system))?
        && let Ok(before) = serde_json::from_str::<OwnSchema>(&text)
    {
        health.changes = changes(&before, &schema);
    }
    let key = (name.clone(), system.clone());
    let problems = check_schemas(folder, &Schemas::from([(key, schema)]));
    health.unfit = problems.iter().map(ToString::to_string).collect();
    Ok(())
}

/// What became of the fields of a source.
fn changes(before: &OwnSchema, now: &OwnSchema) -> Vec<String> {
    let find = |schema: &OwnSchema, name: &str| {
        let found = schema.fields.iter().find(|field| field.name == name);
        found.cloned()
    };
    let gone = before.fields.iter();
    let gone = gone.filter(|field| find(now, &field.name).is_none());
    let gone = gone.map(|field| format!("{} is gone", field.name));
    let others = now.fields.iter().filter_map(|field| {
        let name = &field.name;
        let Some(was) = find(before, name) else {
            return Some(format!("{name} is new"));
        };
        let said = |field: &OwnField| {
            let (nullable, read_only) = (field.nullable, field.read_only);
            let can = if nullable { "" } else { ", never empty" };
            let write = if read_only { ", read only" } else { "" };
            let key = if field.key { ", part of the key" } else { "" };
            format!("{}{can}{write}{key}", field.native)
        };
        (was != *field).then(|| format!("{name} was {}, is {}", said(&was), said(field)))
    });
    gone.chain(others).collect()
}

#[cfg(test)]
mod tests {
    use treaty_model::OwnKind;

    use super::*;

    #[test]
    fn a_clock_is_off_only_where_the_way_to_it_does_not_explain_it() {
        let check = |told_ms: i64, answered_ms: i64, expected| {
            let at = |ms: i64| Timestamp::from_micros(1_000_000_000 + ms * 1_000);
            let found = clock_ahead(at(0), at(told_ms), at(answered_ms), 5_000);
            assert_eq!(found, expected, "told {told_ms}, answered {answered_ms}");
        };
        check(0, 0, (0, false));
        check(5_000, 0, (5_000, false));
        check(5_001, 0, (5_001, true));
        check(-5_001, 0, (-5_001, true));
        // Read when it was asked, or just before it answered.
        check(0, 4_000, (-2_000, false));
        check(4_000, 4_000, (2_000, false));
        check(9_001, 4_000, (7_001, true));
        check(-5_001, 4_000, (-7_001, true));
    }

    #[test]
    fn changed_fields_are_told() {
        let field = |name: &str, native: &str, nullable| OwnField {
            name: name.to_owned(),
            kind: OwnKind::Text,
            nullable,
            key: false,
            read_only: false,
            native: native.to_owned(),
        };
        let schema = |fields: &[OwnField]| OwnSchema {
            fields: fields.to_vec(),
        };
        let (mail, city) = (field("mail", "TEXT", true), field("city", "TEXT", true));
        let before = schema(&[mail.clone(), city.clone()]);
        let now = schema(&[field("mail", "TEXT", false), field("ort", "TEXT", true)]);
        assert_eq!(changes(&before, &before), [""; 0]);
        assert_eq!(
            changes(&before, &now),
            [
                "city is gone",
                "mail was TEXT, is TEXT, never empty",
                "ort is new"
            ]
        );
    }
}
