//! A system that cannot be used now ends its own part of a pass and no other:
//! something stands in for it that answers every call with the reason, and its
//! fields are those that it had when it was last described.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use treaty_folder::{EntitySettings, SystemSettings, TreatyFolder};
use treaty_ledger::{Commit, Ledger};
use treaty_model::{EntityName, OwnSchema, RemoteId, SystemName};
use treaty_systems::{
    Capabilities, ChangeFeed, Conditional, Connector, Cursor, Found, Outcome, Page, Record, Sought,
    Source, SystemError, SystemWrite,
};

use crate::EngineError;
use crate::drift::Described;
use crate::open::{Systems, open_system, system_error};
use crate::opening::Opening;
use crate::part::source_of;

/// Stands in for a system that could not be opened.
struct Absent {
    reason: SystemError,
    capabilities: Capabilities,
}

impl Absent {
    fn new(settings: &SystemSettings, reason: SystemError) -> Self {
        // Nothing is sent to it, so it is thought able to do everything: what
        // it is owed stays as it is.
        let capabilities = Capabilities {
            connector: settings.connector.clone(),
            changes: ChangeFeed::Listing,
            conditional: Conditional::None,
            create: true,
            archive: true,
            delete: true,
            marks_own_writes: false,
            writes_max: 1,
            gets_max: 1,
            index_lag_ms: 0,
        };
        Self {
            reason,
            capabilities,
        }
    }

    fn why<T>(&self) -> Result<T, SystemError> {
        Err(self.reason.clone())
    }
}

#[async_trait]
impl Connector for Absent {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn describe(&self, _: &Source) -> Result<OwnSchema, SystemError> {
        self.why()
    }

    async fn changes(&self, _: &Source, _: Option<&Cursor>, _: usize) -> Result<Page, SystemError> {
        self.why()
    }

    async fn get(&self, _: &Source, _: &[RemoteId]) -> Result<Vec<Option<Record>>, SystemError> {
        self.why()
    }

    async fn write(&self, _: &Source, _: &[SystemWrite]) -> Result<Vec<Outcome>, SystemError> {
        self.why()
    }

    async fn find(&self, _: &Source, _: &[Sought]) -> Result<Vec<Found>, SystemError> {
        self.why()
    }
}

/// Opens every system of a treaty. One that cannot be used now is stood in for;
/// one that never could be, because its settings are wrong, is an error.
pub(crate) async fn open_or_stand_in(
    folder: &TreatyFolder,
    opening: &Opening,
) -> Result<Systems, EngineError> {
    let mut systems = Systems::new();
    for settings in &folder.systems {
        let connector: Arc<dyn Connector> = match open_system(folder, settings, opening).await {
            Ok(connector) => connector,
            Err(EngineError::System { source, .. })
                if !matches!(source, SystemError::Configuration { .. }) =>
            {
                Arc::new(Absent::new(settings, source))
            }
            Err(error) => return Err(error),
        };
        systems.insert(settings.name.clone(), connector);
    }
    Ok(systems)
}

/// An entity's sources, in the order of its systems; of a system that cannot say
/// now, as they were the last time. `approved` says whether a person lets a trip
/// through.
pub(crate) async fn describe_or_recall(
    ledger: &Ledger,
    settings: &EntitySettings,
    systems: &Systems,
    approved: &BTreeSet<String>,
) -> Result<Vec<Described>, EngineError> {
    let mut sources = Vec::new();
    for system in settings.entity.system_indexes() {
        let name = &settings.entity.part(system).system;
        let fact = schema_fact(&settings.entity.name, name);
        let recalled = ledger.fact(&fact)?;
        let known: Option<OwnSchema> = recalled
            .as_ref()
            .and_then(|text| serde_json::from_str(text).ok());
        match systems[name].describe(&source_of(settings, system)).await {
            Ok(schema) => {
                let described = match &known {
                    Some(known) => {
                        let approved = |name: &str| approved.contains(name);
                        Described::beside(settings, system, schema, known, approved)
                    }
                    None => Described::unchanged(schema),
                };
                // A schema is names and flags, so it always has a JSON form.
                let text = serde_json::to_string(&described.effective).unwrap_or_default();
                if recalled.as_ref() != Some(&text) {
                    let facts = vec![(fact, text)];
                    ledger.commit(&Commit {
                        facts,
                        ..Commit::default()
                    })?;
                }
                sources.push(described);
            }
            Err(error) => {
                let known = known.ok_or_else(|| system_error(name, error))?;
                sources.push(Described::unchanged(known));
            }
        }
    }
    Ok(sources)
}

/// Where the fields of an entity in a system are kept, as they were last seen.
pub(crate) fn schema_fact(entity: &EntityName, system: &SystemName) -> String {
    format!("schema of {entity} in {system}")
}
