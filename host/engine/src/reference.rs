//! References: a contact's company is a link, and each system has its own id
//! for it.
//!
//! What a system says is kept as that system's id and translated when a link is
//! looked at, so that a reference to something that is linked later comes right
//! by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{MutexGuard, PoisonError};

use treaty_ledger::{RecordKey, StoredLink};
use treaty_model::{
    EntityName, FieldIndex, Link, LinkId, RemoteId, Row, SystemIndex, SystemName, Value,
};

use crate::{Engine, EngineError, Part};

/// What a plan would make, for what refers to it: a pass that only plans keeps
/// no links, and a contact's company may be as new as the contact.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    links: BTreeMap<RecordKey, LinkId>,
    /// By entity, because the links of all of them begin at the same number as
    /// long as none is kept.
    made: BTreeSet<(EntityName, LinkId, SystemName)>,
}

impl Pending {
    /// A link with the records that it would have.
    pub(crate) fn link(&mut self, link: &StoredLink) {
        let records = link.records.iter().flatten();
        self.links
            .extend(records.map(|record| (record.key.clone(), link.id)));
        let systems = link
            .records
            .iter()
            .flatten()
            .map(|record| record.key.system.clone());
        self.made
            .extend(systems.map(|system| (link.entity.clone(), link.id, system)));
    }

    /// A record that would be made.
    pub(crate) fn make(&mut self, entity: EntityName, link: LinkId, system: SystemName) {
        self.made.insert((entity, link, system));
    }
}

/// Stands for an id that a system has yet to give.
const NOT_MADE_YET: &str = "(new)";

impl Engine {
    /// Puts link numbers in place of the systems' ids. Gives whether something
    /// the link refers to is not linked yet.
    pub(crate) fn translate(&self, part: &Part, link: &mut Link) -> Result<bool, EngineError> {
        let mut dangling = false;
        for (field, target) in part.references.iter().enumerate() {
            let Some(target) = target else { continue };
            for (at, side) in link.sides.iter_mut().enumerate() {
                let Some(side) = side else { continue };
                let system = &part.entity.systems[at].system;
                let Some(Value::Reference(remote)) = &side.observed[field] else {
                    continue;
                };
                let number = self.link_number(target, system, remote)?;
                dangling |= number.is_none();
                // What is not linked yet is not known to differ: it waits.
                side.observed[field] = number.map(|link| Value::Reference(link.to_string()));
            }
        }
        Ok(dangling)
    }

    /// The link of the record to which a system refers.
    pub(crate) fn link_number(
        &self,
        target: &EntityName,
        system: &SystemName,
        remote: &str,
    ) -> Result<Option<LinkId>, EngineError> {
        let key = RecordKey {
            entity: target.clone(),
            system: system.clone(),
            remote: remote.into(),
        };
        let record = self.ledger.records(std::slice::from_ref(&key))?;
        let record = record.into_iter().next().flatten();
        let pending = || self.pending().links.get(&key).copied();
        Ok(record.and_then(|record| record.link).or_else(pending))
    }

    /// Puts one system's ids in place of link numbers. Fields whose target has
    /// no record in that system yet are taken out and named: they wait until
    /// it has.
    pub(crate) fn to_remote(
        &self,
        part: &Part,
        system: SystemIndex,
        values: &mut Row,
    ) -> Result<Vec<FieldIndex>, EngineError> {
        let mut waiting = Vec::new();
        for (field, target) in part.references.iter().enumerate() {
            let Some(target) = target else { continue };
            let Some(Value::Reference(number)) = &values[field] else {
                continue;
            };
            let remote = self.remote_of(part, target, system, number)?;
            if remote.is_none() {
                waiting.push(FieldIndex(field));
            }
            values[field] = remote.map(|remote| Value::Reference(remote.0));
        }
        Ok(waiting)
    }

    fn remote_of(
        &self,
        part: &Part,
        target: &EntityName,
        system: SystemIndex,
        number: &str,
    ) -> Result<Option<RemoteId>, EngineError> {
        let Ok(number) = number.parse() else {
            return Ok(None);
        };
        let name = &part.entity.part(system).system;
        let Some(target) = self.parts.iter().find(|part| part.entity.name == *target) else {
            return Ok(None);
        };
        let Ok(place) = target.entity.system(name.as_str()) else {
            return Ok(None);
        };
        let number = LinkId(number);
        let record = match self.ledger.links(&[number])?.pop() {
            Some(link) => link.records.into_iter().nth(place.0).flatten(),
            None => None,
        };
        let there = record.filter(|record| record.presence.takes_part());
        let pending = || {
            let key = (target.entity.name.clone(), number, name.clone());
            let made = self.pending().made.contains(&key);
            made.then(|| RemoteId::from(NOT_MADE_YET))
        };
        Ok(there.map(|record| record.key.remote).or_else(pending))
    }

    /// What the plan under way would make.
    pub(crate) fn pending(&self) -> MutexGuard<'_, Pending> {
        // It is only ever added to, so a panic elsewhere leaves it whole.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
