//! Records of a system for the laws: read, and nothing else.

use std::collections::BTreeMap;

use treaty_engine::{Sampled, sample};
use treaty_folder::{CaseFile, TreatyFolder};
use treaty_model::EntityName;
use treaty_workshop::{Pool, Workshop, pool};

use crate::exit::Failed;
use crate::output::counted;
use crate::rules::named;
use crate::{open, progress, tell};

/// Reads records of a system of the treaty.
pub async fn read(
    folder: &TreatyFolder,
    system: &str,
    rows_max: usize,
) -> Result<Vec<Sampled>, Failed> {
    let Some(settings) = folder.system(system) else {
        let known = folder.systems.iter().map(|known| known.name.as_str());
        let known: Vec<_> = known.collect();
        return Err(Failed::new(
            format!("the treaty has no system {system:?}"),
            format!("it has: {}", known.join(", ")),
        ));
    };
    let opening = open::opening(progress::progress());
    Ok(sample(folder, &opening, &settings.name, rows_max).await?)
}

/// The records by entity, as the mapper of each reads them. `file` is told the kinds
/// of own fields.
pub fn pools(
    workshop: &Workshop,
    folder: &TreatyFolder,
    file: &mut CaseFile,
    sampled: &[Sampled],
) -> Result<BTreeMap<EntityName, Pool>, Failed> {
    let mut pools = BTreeMap::new();
    for one in sampled {
        let Some(settings) = folder.entity(one.entity.as_str()) else {
            continue;
        };
        let mappers = workshop.load_all(folder, [settings.mapper.as_str()]);
        let mappers = mappers.map_err(|error| named(&error))?;
        let Some(mapper) = mappers.get(&settings.mapper) else {
            continue;
        };
        let records = (&one.schema, one.rows.as_slice());
        let pool = pool(folder, file, &one.entity, one.system, records, mapper);
        pools.extend(pool.map(|pool| (one.entity.clone(), pool)));
    }
    Ok(pools)
}

/// Says what the laws are held against.
pub fn tell(system: &str, sampled: &[Sampled], pools: &BTreeMap<EntityName, Pool>) {
    for one in sampled {
        let Some(pool) = pools.get(&one.entity) else {
            continue;
        };
        let read = counted(pool.read() as u64, "record");
        let unread = match pool.unread {
            0 => String::new(),
            many => format!(", {many} that the mapper does not read"),
        };
        let more = if one.more { "; there are more" } else { "" };
        tell::remark(format!("{}: {read} of {system}{unread}{more}", one.entity));
    }
}
