//! Some records of a system as they stand, for whoever looks at rules. Nothing is
//! written there, and no log is begun.

use treaty_folder::TreatyFolder;
use treaty_model::{EntityName, OwnSchema, Row, SystemIndex, SystemName};

use crate::EngineError;
use crate::open::{open_system, system_error};
use crate::opening::Opening;
use crate::part::source_of;

/// Some records of an entity, as a system has them.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The entity.
    pub entity: EntityName,
    /// The system's place in the entity.
    pub system: SystemIndex,
    /// All own fields.
    pub schema: OwnSchema,
    /// The records, in the order of the schema.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
}

/// Reads at most so many records of each entity in which a system takes part. No
/// ledger is opened, and no other system.
pub async fn sample(
    folder: &TreatyFolder,
    opening: &Opening,
    system: &SystemName,
    rows_max: usize,
) -> Result<Vec<Sampled>, EngineError> {
    let mut sampled = Vec::new();
    let Some(settings) = folder.system(system.as_str()) else {
        return Ok(sampled);
    };
    let connector = open_system(folder, settings, opening).await?;
    for entity in &folder.entities {
        let Ok(index) = entity.entity.system(system.as_str()) else {
            continue;
        };
        let found = connector.sample(&source_of(entity, index), rows_max).await;
        let found = found.map_err(|error| system_error(system, error))?;
        sampled.push(Sampled {
            entity: entity.entity.name.clone(),
            system: index,
            schema: found.schema,
            rows: found.rows,
            more: found.more,
        });
    }
    Ok(sampled)
}
