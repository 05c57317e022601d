//! From a treaty folder to an engine: opens the systems, loads the rules, finds
//! the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use treaty_folder::{
    EntitySettings, Guards, Problems, Schemas, Severity, TreatyFolder, check_schemas, own_fields,
    read_cross_reference, resolver_setup, setup,
};
use treaty_ledger::{Commit, Ledger, TripState};
use treaty_model::{
    Clock, Digest, EntityName, FieldIndex, OwnSchema, Setup, SystemIndex, SystemName,
};
use treaty_planner::Limits;
use treaty_systems::{Connector, SystemError};

use crate::absent::{describe_or_recall, open_or_stand_in};
use crate::alerting::Alerting;
use crate::check::refuse_misfits;
use crate::drift::Described;
use crate::opening::Opening;
use crate::packs::PackInUse;
use crate::part::{Bound, PartSystem, source_of};
use crate::report::Event;
use crate::rules::Rules;
use crate::switch::Switches;
use crate::{Counter, Engine, EngineError, Part, RunCell};

impl Engine {
    /// Makes a treaty ready to work.
    pub async fn open(folder: &TreatyFolder, opening: &Opening) -> Result<Self, EngineError> {
        let ledger = Ledger::open_with(&folder.state, &opening.ledger)?;
        let instance = instance(&ledger, folder, &*opening.clock)?;
        let systems = open_or_stand_in(folder, opening).await?;
        let rules = Rules::load(folder, opening)?;
        for (name, error) in rules.shadow_problems() {
            let line = &format!("what stands beside it is not asked: {error}");
            (opening.progress)(Event::RuleLog { rule: name, line });
        }
        let switches = Switches::default();
        let approved = approved_names(&ledger)?;
        let mut parts = Vec::new();
        for settings in in_reference_order(folder) {
            let sources = describe_or_recall(&ledger, settings, &systems, &approved).await?;
            let schemas: Vec<_> = sources
                .iter()
                .map(|source| source.effective.clone())
                .collect();
            refuse_drift(folder, settings, &schemas)?;
            let part = part(
                folder,
                settings,
                &systems,
                &rules,
                &switches,
                &sources,
                &*opening.clock,
            )?;
            refuse_misfits(folder, &part)?;
            parts.push(part);
        }
        ledger.use_shapes(parts.iter().map(Part::shape).collect());
        let engine = Self {
            parts,
            packs: folder.packs.iter().map(PackInUse::of).collect(),
            clock: opening.clock.clone(),
            guards: limits(&folder.guards),
            count_difference_max: folder.guards.count_difference_max,
            errors_max: folder.guards.errors_max,
            rule_faults_max: folder.guards.rule_faults_max,
            journal_keep_days: folder.upkeep.journal_keep_days,
            audit_every_hours: folder.upkeep.audit_every_hours,
            settle_micros: settle_micros(&folder.guards),
            switches,
            strikes: Mutex::default(),
            alerting: Alerting::new(folder, opening),
            progress: opening.progress.clone(),
            instance,
            intents: Counter::default(),
            run: RunCell::default(),
            pending: Mutex::default(),
            refused: Mutex::default(),
            ledger,
        };
        engine.intents.set(engine.ledger.intents_ever()? + 1);
        Ok(engine)
    }
}

/// What the planner's guards allow.
fn limits(guards: &Guards) -> Limits {
    Limits {
        writes_per_minute_max: guards.writes_per_minute_max,
        creates_max: guards.creates_max,
        deletes_count_max: guards.deletes_count_max,
        deletes_share_max: guards.deletes_share_max,
        record_writes_max: guards.record_writes_max,
        flips_max: guards.flips_max,
        window_minutes: guards.window_minutes,
        records_held_max: guards.records_held_max,
        empty_from: guards.empty_from,
        questions_max: guards.questions_max,
        faults_max: guards.faults_max,
    }
}

fn settle_micros(guards: &Guards) -> i64 {
    i64::try_from(guards.settle_seconds.saturating_mul(1_000_000)).unwrap_or(i64::MAX)
}

/// The ledger's own name, made when it is new.
fn instance(
    ledger: &Ledger,
    folder: &TreatyFolder,
    clock: &dyn Clock,
) -> Result<String, EngineError> {
    const FACT: &str = "instance";
    if let Some(instance) = ledger.fact(FACT)? {
        return Ok(instance);
    }
    let made_of = format!("{} {} {}", folder.name, clock.now(), folder.root.display());
    let instance = Digest::of(made_of.as_bytes()).short();
    let facts = vec![(FACT.to_owned(), instance.clone())];
    ledger.commit(&Commit {
        facts,
        ..Commit::default()
    })?;
    Ok(instance)
}

/// The open systems of a treaty, by name.
pub(crate) type Systems = BTreeMap<SystemName, Arc<dyn Connector>>;

/// Opens one system.
pub(crate) async fn open_system(
    folder: &TreatyFolder,
    settings: &treaty_folder::SystemSettings,
    opening: &Opening,
) -> Result<Arc<dyn Connector>, EngineError> {
    let url = folder
        .url(settings, &*opening.env)
        .map_err(|problem| EngineError::Treaty(Problems(vec![problem])))?;
    let for_connector = treaty_systems::SystemSettings {
        name: settings.name.clone(),
        path: settings.path.clone(),
        url,
        options: settings.options.clone(),
    };
    let opened = opening
        .systems
        .open(&settings.connector, &for_connector, opening.clock.clone())
        .await;
    opened
        .map(Arc::from)
        .map_err(|source| system_error(&settings.name, source))
}

pub(crate) fn system_error(system: &SystemName, source: SystemError) -> EngineError {
    EngineError::System {
        system: system.clone(),
        source,
    }
}

/// The own schemas of an entity's sources, in the order of its systems.
pub(crate) async fn describe(
    settings: &EntitySettings,
    systems: &Systems,
) -> Result<Vec<OwnSchema>, EngineError> {
    let mut schemas = Vec::new();
    for system in settings.entity.system_indexes() {
        let name = &settings.entity.part(system).system;
        let source = source_of(settings, system);
        let schema = systems[name].describe(&source).await;
        schemas.push(schema.map_err(|error| system_error(name, error))?);
    }
    Ok(schemas)
}

/// Refuses a table that no longer fits what a system holds: a field that was
/// renamed or dropped there would be silent, and what is owed to it forgotten.
fn refuse_drift(
    folder: &TreatyFolder,
    settings: &EntitySettings,
    schemas: &[OwnSchema],
) -> Result<(), EngineError> {
    let entity = &settings.entity;
    let known: Schemas = entity
        .systems
        .iter()
        .zip(schemas)
        .map(|(part, schema)| ((entity.name.clone(), part.system.clone()), schema.clone()))
        .collect();
    let mut problems = check_schemas(folder, &known);
    problems.retain(|problem| problem.severity == Severity::Error);
    if problems.is_empty() {
        return Ok(());
    }
    Err(EngineError::Treaty(Problems(problems)))
}

/// Entities in the order of their references: what is pointed at comes first.
/// Those in a circle keep the order of the treaty.
pub(crate) fn in_reference_order(folder: &TreatyFolder) -> Vec<&EntitySettings> {
    let mut left: Vec<&EntitySettings> = folder.entities.iter().collect();
    let mut ordered: Vec<&EntitySettings> = Vec::new();
    while !left.is_empty() {
        let ready = left.iter().position(|settings| {
            references(settings).iter().flatten().all(|target| {
                *target == settings.entity.name
                    || ordered.iter().any(|done| done.entity.name == *target)
            })
        });
        ordered.push(left.remove(ready.unwrap_or(0)));
    }
    ordered
}

/// For each field the entity that it refers to.
fn references(settings: &EntitySettings) -> Vec<Option<EntityName>> {
    let target = |cells: &[(String, String)]| {
        let cell = cells.iter().find(|(heading, _)| heading == "references");
        cell.map(|(_, target)| EntityName(target.clone()))
    };
    settings
        .entity
        .table
        .rows
        .iter()
        .map(|row| target(&row.cells))
        .collect()
}

pub(crate) fn part(
    folder: &TreatyFolder,
    settings: &EntitySettings,
    systems: &Systems,
    rules: &Rules,
    switches: &Switches,
    sources: &[Described],
    clock: &dyn Clock,
) -> Result<Part, EngineError> {
    let schemas = sources.iter().map(|source| source.effective.clone());
    let schemas: Vec<OwnSchema> = schemas.collect();
    let now = clock.now();
    let bound = |name: &str, setup: Setup| -> Result<Bound, EngineError> {
        let (id, rule) = rules.get(name)?;
        let switch = switches.of(&id);
        Ok(Bound {
            id,
            rule,
            setup,
            switch,
            shadow: None,
        })
    };
    let bind = |name: &str| bound(name, setup(folder, settings, name, &schemas, now));
    let bind_resolver = |name: &str| {
        let mut bound = bound(name, resolver_setup(folder, settings, name, &schemas, now))?;
        bound.shadow = rules.shadow(name).map(|rule| {
            let told = folder.rule(name).and_then(|rule| rule.shadow.as_ref());
            let mut setup = bound.setup.clone();
            setup.configuration =
                told.map_or_else(String::new, |told| told.configuration.to_string());
            (rule, setup)
        });
        Ok(bound)
    };
    let entity = &settings.entity;
    let (resolvers, resolver_of) = bind_resolvers(folder, settings, &bind_resolver)?;
    let part_systems = entity
        .system_indexes()
        .map(|system| part_system(folder, settings, systems, &sources[system.0], system))
        .collect();
    let matching = match &settings.matching {
        Some(matching) => Some((matching.clone(), bind(&matching.matcher)?)),
        None => None,
    };
    let cross_reference = read_cross_reference(folder, settings).map_err(EngineError::Treaty)?;
    Ok(Part {
        entity: entity.clone(),
        systems: part_systems,
        mapper: bind(&settings.mapper)?,
        resolvers,
        resolver_of,
        matching,
        cross_reference_digest: digest_of(&cross_reference),
        cross_reference,
        references: references(settings),
    })
}

/// The resolvers of an entity, each once, and which of them decides a field.
fn bind_resolvers(
    folder: &TreatyFolder,
    settings: &EntitySettings,
    bind: &dyn Fn(&str) -> Result<Bound, EngineError>,
) -> Result<(Vec<Bound>, Vec<usize>), EngineError> {
    let mut resolvers: Vec<Bound> = Vec::new();
    let mut resolver_of = Vec::new();
    for field in 0..settings.entity.table.len() {
        let name = folder
            .resolver_of(settings, FieldIndex(field))
            .unwrap_or(&settings.resolver);
        let known = resolvers
            .iter()
            .position(|resolver| resolver.id.name == name);
        let place = match known {
            Some(place) => place,
            None => {
                resolvers.push(bind(name)?);
                resolvers.len() - 1
            }
        };
        resolver_of.push(place);
    }
    Ok((resolvers, resolver_of))
}

fn digest_of(cross_reference: &[Vec<Option<treaty_model::RemoteId>>]) -> Digest {
    Digest::of(serde_json::json!(cross_reference).to_string().as_bytes())
}

fn part_system(
    folder: &TreatyFolder,
    settings: &EntitySettings,
    systems: &Systems,
    described: &Described,
    system: SystemIndex,
) -> PartSystem {
    let name = &settings.entity.part(system).system;
    let selected = own_fields(settings, &described.effective, system);
    let known = folder.system(name.as_str());
    let fields = selected
        .iter()
        .map(|at| described.effective.fields[*at].clone());
    let fields: Vec<_> = fields.collect();
    let names: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
    PartSystem {
        connector: systems[name].clone(),
        source: source_of(settings, system),
        canaries: settings.sources[system.0].canaries.clone(),
        // The reader refuses an entity whose system is not in the treaty.
        settings: known.expect("an entity's systems are the treaty's").clone(),
        selected: described.places(&names),
        selected_names: names,
        fields,
        paused: paused(settings, described, system),
        drifted: described
            .drifted
            .iter()
            .map(|(_, trip)| trip.clone())
            .collect(),
        schema: described.current.clone(),
    }
}

/// The rows of the field table that stand for a column that has changed.
fn paused(
    settings: &EntitySettings,
    described: &Described,
    system: SystemIndex,
) -> Vec<FieldIndex> {
    let has_changed = |own: &String| described.drifted.iter().any(|(name, _)| name == own);
    let rows = settings.entity.table.fields().filter(|(_, row)| {
        let column = row.columns[system.0].as_ref();
        column.is_some_and(|column| column.own.iter().any(has_changed))
    });
    rows.map(|(field, _)| field).collect()
}

/// The trips that a person let through, taken up or still waiting to be.
fn approved_names(ledger: &Ledger) -> Result<BTreeSet<String>, EngineError> {
    let trips = ledger.trips()?.into_iter();
    let approved = trips.filter(|kept| kept.state == TripState::Approved);
    let approved = approved.map(|kept| kept.trip.approval);
    let left = ledger.left_approvals()?.into_iter();
    Ok(approved.chain(left.map(|left| left.approval)).collect())
}
