//! What a system shows of what it had: canary records, and whether it shows
//! anything at all. A permission that was taken away looks like a shorter list,
//! and nothing else tells the two apart.

use treaty_model::{RemoteId, SystemIndex, SystemName};

use crate::{Engine, EngineError, Part};

/// What systems of an entity no longer show.
#[derive(Debug, Default)]
pub(crate) struct Unseen {
    /// Systems that show nothing, and how many records they had.
    pub(crate) empty: Vec<(SystemName, u64)>,
    /// Records that have to stay visible.
    pub(crate) canaries: Vec<(SystemName, RemoteId)>,
}

impl Engine {
    /// Notices what a system that has just been read no longer shows.
    pub(crate) async fn notice_unseen(
        &self,
        part: &Part,
        system: SystemIndex,
        unseen: &mut Unseen,
    ) -> Result<(), EngineError> {
        let (to, entity) = (part.system(system), &part.entity.name);
        let name = &part.entity.part(system).system;
        if !self.ledger.shows_any(entity, name)? {
            let had = self.count_of(part, name)?;
            if had > 0 {
                unseen.empty.push((name.clone(), had));
            }
        }
        for canaries in to.canaries.chunks(to.capabilities().gets_max.max(1)) {
            let found = to.connector.get(&to.source, canaries).await;
            let found = found.map_err(|source| EngineError::System {
                system: name.clone(),
                source,
            })?;
            let lost = canaries.iter().zip(found);
            let lost = lost.filter(|(_, found)| found.is_none());
            let lost = lost.map(|(remote, _)| (name.clone(), remote.clone()));
            unseen.canaries.extend(lost);
        }
        Ok(())
    }
}
