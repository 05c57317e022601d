//! Linked records read in their systems, and mapped, as if nothing were known of
//! them.

use treaty_ledger::{StoredLink, StoredRecord};
use treaty_model::{Inbound, Row, SystemIndex, Value};
use treaty_systems::SystemError;

use super::compare::{Fresh, FreshSide};
use super::findings::EntityAudit;
use crate::reading::Reading;
use crate::report::{Down, Failure};
use crate::{Engine, EngineError, Part};

impl Engine {
    /// Reads the records of links in all systems.
    pub(super) async fn read_afresh(
        &self,
        part: &Part,
        links: Vec<StoredLink>,
        down: &mut Down,
        found: &mut EntityAudit,
    ) -> Result<Vec<Fresh>, EngineError> {
        let mut fresh: Vec<Fresh> = links
            .into_iter()
            .map(|stored| Fresh {
                sides: stored.records.iter().map(|_| FreshSide::None).collect(),
                stored,
            })
            .collect();
        for system in part.entity.system_indexes() {
            let takes_part = |record: &StoredRecord| record.presence.takes_part();
            let places: Vec<usize> = (0..fresh.len())
                .filter(|at| {
                    let record = fresh[*at].stored.records[system.0].as_ref();
                    record.is_some_and(takes_part)
                })
                .collect();
            let rows = match self.get_rows(part, system, &fresh, &places).await {
                Ok(rows) => rows,
                Err(source) => {
                    let name = &part.entity.part(system).system;
                    down.insert(system, Failure::new(name, &source));
                    for at in places {
                        fresh[at].sides[system.0] = FreshSide::NotRead;
                    }
                    continue;
                }
            };
            let name = part.entity.part(system).system.clone();
            *found.read.entry(name).or_default() += rows.iter().flatten().count() as u64;
            self.read_rows(part, system, &mut fresh, places, rows)?;
        }
        Ok(fresh)
    }

    async fn get_rows(
        &self,
        part: &Part,
        system: SystemIndex,
        fresh: &[Fresh],
        places: &[usize],
    ) -> Result<Vec<Option<Row>>, SystemError> {
        let to = part.system(system);
        let mut rows = Vec::with_capacity(places.len());
        for places in places.chunks(to.capabilities().gets_max.max(1)) {
            let records = places.iter().map(|at| &fresh[*at].stored.records[system.0]);
            let ids = records.flatten().map(|record| record.key.remote.clone());
            let ids: Vec<_> = ids.collect();
            let records = to.connector.get(&to.source, &ids).await?.into_iter();
            let known = places.iter().map(|at| &fresh[*at].stored.records[system.0]);
            rows.extend(records.zip(known).map(|(record, known)| {
                let known = known.as_ref().map(|known| &known.own);
                Some(to.select(&record?.own, known))
            }));
        }
        Ok(rows)
    }

    /// Maps what was read.
    fn read_rows(
        &self,
        part: &Part,
        system: SystemIndex,
        fresh: &mut [Fresh],
        places: Vec<usize>,
        rows: Vec<Option<Row>>,
    ) -> Result<(), EngineError> {
        let mut inbound = Vec::new();
        let mut there = Vec::new();
        for (at, own) in places.into_iter().zip(rows) {
            let Some(own) = own else {
                fresh[at].sides[system.0] = FreshSide::Gone;
                continue;
            };
            let base = fresh[at].stored.base.iter();
            let known = base.map(|field| field.value.clone()).collect();
            inbound.push(Inbound { own, known });
            there.push(at);
        }
        let readings = self.map_in(part, system, &inbound);
        for ((at, inbound), mut reading) in there.into_iter().zip(inbound).zip(readings) {
            if let Reading::Read { canonical, .. } = &mut reading {
                self.name_links(part, system, canonical)?;
            }
            let own = inbound.own;
            fresh[at].sides[system.0] = FreshSide::There { own, reading };
        }
        Ok(())
    }

    /// Puts link numbers in place of a system's ids. What is not linked is not
    /// known to differ.
    fn name_links(
        &self,
        part: &Part,
        system: SystemIndex,
        canonical: &mut Row,
    ) -> Result<(), EngineError> {
        let name = &part.entity.part(system).system;
        for (cell, target) in canonical.iter_mut().zip(&part.references) {
            if let (Some(target), Some(Value::Reference(remote))) = (target, &*cell) {
                let link = self.link_number(target, name, remote)?;
                *cell = link.map(|link| Value::Reference(link.to_string()));
            }
        }
        Ok(())
    }
}
