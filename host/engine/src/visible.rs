//! What a system shows of what it had: canary records, and whether it shows
//! anything at all. A permission that was taken away looks like a shorter list,
//! and nothing else tells the two apart.

use treaty_ledger::Commit;
use treaty_model::{EntityName, RemoteId, SystemIndex, SystemName};

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
        let fact = empty_fact(entity, name);
        let accepted = self.ledger.fact(&fact)?.filter(|had| !had.is_empty());
        if !self.ledger.shows_any(entity, name)? {
            let had = self.count_of(part, name)?;
            if had > 0 && accepted != Some(had.to_string()) {
                unseen.empty.push((name.clone(), had));
            }
        } else if accepted.is_some() {
            // It is not empty any more: should it be so again, that is news.
            self.ledger.commit(&Commit {
                facts: vec![(fact, String::new())],
                ..Commit::default()
            })?;
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

    /// Keeps that a person let a plan through though systems show nothing of what they
    /// had: that is no news until they show something again.
    pub(crate) fn accept_empty(&self, part: &Part, unseen: &Unseen) -> Result<(), EngineError> {
        let entity = &part.entity.name;
        let empty = unseen.empty.iter();
        let facts = empty.map(|(system, had)| (empty_fact(entity, system), had.to_string()));
        let commit = Commit {
            facts: facts.collect(),
            ..Commit::default()
        };
        if !commit.is_empty() {
            self.ledger.commit(&commit)?;
        }
        Ok(())
    }
}

/// Where it is kept how many records a system had of an entity when a person let it
/// show none of them; an empty text where nobody did.
fn empty_fact(entity: &EntityName, system: &SystemName) -> String {
    format!("{entity} in {system} may be empty")
}
