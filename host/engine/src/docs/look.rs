//! A look at the systems: what they can do, and which fields they have.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_folder::{Schemas, TreatyFolder, undecided};
use treaty_model::{EntityName, OwnField, OwnKind, SystemName};
use treaty_systems::Capabilities;

use crate::EngineError;
use crate::open::open_system;
use crate::opening::Opening;
use crate::part::source_of;
use crate::report::Failure;

/// What the systems said.
#[derive(Default)]
pub(super) struct Looked {
    /// What each system can do, or why it cannot be used.
    pub systems: BTreeMap<SystemName, Result<Capabilities, Failure>>,
    /// The own fields of the sources that could be described.
    pub schemas: Schemas,
    /// Why others could not.
    pub failures: BTreeMap<(EntityName, SystemName), Failure>,
    /// Own fields that nobody has decided on.
    pub undecided: BTreeMap<(EntityName, SystemName), Vec<OwnFieldDocs>>,
}

/// A field of a system, by its own name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnFieldDocs {
    /// The system's name for it.
    pub name: String,
    /// What it stores.
    pub kind: OwnKind,
    /// The system's own name for the type.
    pub native: String,
}

impl From<&OwnField> for OwnFieldDocs {
    fn from(field: &OwnField) -> Self {
        Self {
            name: field.name.clone(),
            kind: field.kind,
            native: field.native.clone(),
        }
    }
}

/// Opens each system and has it describe its sources, each for itself: where one
/// cannot, the others are told all the same.
pub(super) async fn look(folder: &TreatyFolder, opening: &Opening) -> Looked {
    let mut looked = Looked::default();
    for settings in &folder.systems {
        let system = &settings.name;
        let connector = match open_system(folder, settings, opening).await {
            Ok(connector) => connector,
            Err(error) => {
                let failure = failure(system, &error);
                looked.systems.insert(system.clone(), Err(failure));
                continue;
            }
        };
        let capabilities = connector.capabilities().clone();
        looked.systems.insert(system.clone(), Ok(capabilities));
        for entity in &folder.entities {
            let Ok(index) = entity.entity.system(system.as_str()) else {
                continue;
            };
            let key = (entity.entity.name.clone(), system.clone());
            match connector.describe(&source_of(entity, index)).await {
                Ok(schema) => {
                    looked.schemas.insert(key, schema);
                }
                Err(error) => {
                    looked.failures.insert(key, Failure::new(system, &error));
                }
            }
        }
    }
    for field in undecided(folder, &looked.schemas) {
        let key = (field.entity, field.system);
        let fields = looked.schemas.get(&key).map(|schema| &schema.fields);
        let own = fields.and_then(|fields| fields.iter().find(|own| own.name == field.field));
        let of_part = looked.undecided.entry(key).or_default();
        of_part.extend(own.map(OwnFieldDocs::from));
    }
    looked
}

/// Why a system cannot be used. A problem of the treaty is told without its
/// place: the page is not for mending it.
fn failure(system: &SystemName, error: &EngineError) -> Failure {
    match error {
        EngineError::System { source, .. } => Failure::new(system, source),
        EngineError::Treaty(problems) if !problems.0.is_empty() => {
            let first = &problems.0[0];
            let hint = first.hint.as_deref().map(str::to_owned);
            Failure {
                system: system.clone(),
                message: first.message.clone(),
                hint: hint.unwrap_or_else(|| error.hint()),
            }
        }
        error => Failure {
            system: system.clone(),
            message: error.to_string(),
            hint: error.hint(),
        },
    }
}
