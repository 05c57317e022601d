//! A new version of a mapper or of a field table is not an edit.
//!
//! The ledger keeps each system's own row beside the canonical one, and the own
//! row as it was when it last settled. When the mapping has changed, observed
//! and settled are computed again from these two, so that nothing counts as
//! changed that no user changed; what the new mapping makes different shows in
//! the next plan, under the same guards.

use treaty_ledger::{Commit, CursorChange, Entry, EntryKind, LinkChange, StoredRecord};
use treaty_model::{Cell, Digest, FieldIndex, Inbound, Row, RuleId, Setup, SystemIndex};

use crate::reading::{Reading, Unread as _};
use crate::{Engine, EngineError, Part};

const BATCH_RECORDS: usize = 500;

impl Engine {
    /// Maps every record of an entity again where the mapping has changed since
    /// it was mapped.
    pub(crate) fn map_after_change(&self, part: &Part) -> Result<(), EngineError> {
        let fact = format!("mapping of {}", part.entity.name);
        let mapping = mapping_digest(&part.mapper.id, &part.mapper.setup);
        let before = self.ledger.fact(&fact)?;
        if before.as_ref() == Some(&mapping) {
            return Ok(());
        }
        let mut commit = Commit {
            facts: vec![(fact, mapping.clone())],
            ..Commit::default()
        };
        if let Some(before) = before {
            self.map_all_again(part)?;
            commit.journal.push(Entry {
                at: self.clock.now(),
                run: self.run.get(),
                kind: EntryKind::Change,
                entity: part.entity.name.clone(),
                link: None,
                system: None,
                remote: None,
                field: None,
                content: serde_json::json!({
                    "what": "the mapping has changed", "before": before, "now": mapping,
                    "mapper": part.mapper.id,
                })
                .into(),
                mark: None,
            });
        }
        self.ledger.commit(&commit)?;
        Ok(())
    }

    /// Lists a source again from the start where the table mentions own fields
    /// that the ledger has not kept so far: a feed of changes would not show
    /// them.
    pub(crate) fn list_after_change(&self, part: &Part) -> Result<(), EngineError> {
        for system in part.entity.system_indexes() {
            let name = &part.entity.part(system).system;
            let fact = format!("own fields of {} in {name}", part.entity.name);
            let now = serde_json::json!(part.system(system).selected_names).to_string();
            let before = self.ledger.fact(&fact)?;
            if before.as_ref() == Some(&now) {
                continue;
            }
            let known: Vec<String> = before
                .as_deref()
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default();
            let more = part
                .system(system)
                .selected_names
                .iter()
                .any(|own| !known.contains(own));
            let mut commit = Commit {
                facts: vec![(fact, now)],
                ..Commit::default()
            };
            let feed = self.ledger.feed(&part.entity.name, name)?;
            if before.is_some() && more && feed.cursor.is_some() {
                commit.cursors.push(CursorChange {
                    entity: part.entity.name.clone(),
                    system: name.clone(),
                    cursor: None,
                    listing: feed.listing,
                    listing_open: false,
                    asked_at: self.clock.now(),
                });
            }
            self.ledger.commit(&commit)?;
        }
        Ok(())
    }

    fn map_all_again(&self, part: &Part) -> Result<(), EngineError> {
        for system in part.entity.system_indexes() {
            let name = &part.entity.part(system).system;
            let mut after = 0;
            loop {
                let batch = self
                    .ledger
                    .all_records(&part.entity.name, after, BATCH_RECORDS)?;
                let Some(last) = batch.last() else { break };
                after = last.number;
                let of_system: Vec<_> = batch
                    .into_iter()
                    .filter(|record| record.key.system == *name)
                    .collect();
                self.map_batch_again(part, system, of_system)?;
            }
        }
        Ok(())
    }

    fn map_batch_again(
        &self,
        part: &Part,
        system: SystemIndex,
        records: Vec<StoredRecord>,
    ) -> Result<(), EngineError> {
        let known = self.known_rows(part, records.iter().map(|record| record.link))?;
        let inbound = |own: fn(&StoredRecord) -> &Row| -> Vec<Inbound> {
            let rows = records.iter().zip(&known);
            rows.map(|(record, known)| Inbound {
                own: own(record).clone(),
                known: known.clone(),
            })
            .collect()
        };
        let now = self.map_in(part, system, &inbound(|record| &record.own));
        let then = self.map_in(part, system, &inbound(StoredRecord::settled_row));
        let mut commit = Commit::default();
        for ((mut record, now), then) in records.into_iter().zip(now).zip(then) {
            let presence = record.presence.clone();
            part.take_reading(&mut record, now);
            if !presence.takes_part() {
                // Whether a record is there is not the mapper's to say, unless
                // it was the mapper that left it out.
                let left_out = matches!(presence, treaty_model::Presence::LeftOut(_));
                record.presence = if left_out { record.presence } else { presence };
            }
            if let Reading::Read { canonical, .. } = then {
                for (settled, value) in record.settled.iter_mut().zip(canonical) {
                    if let Some(settled) = settled {
                        settled.value = value;
                    }
                }
            }
            if record.link.is_none() {
                record.waiting = record.presence.takes_part() && !record.is_parked();
            }
            commit.attention.extend(record.link);
            commit
                .links
                .extend(self.base_mapped_again(part, system, &record)?);
            commit.records.push(record);
        }
        self.keep(part, commit)
    }

    /// Base, where it came from this record as it stands settled: the same
    /// value in its new form, at the same revision. It has not been edited.
    fn base_mapped_again(
        &self,
        part: &Part,
        system: SystemIndex,
        record: &StoredRecord,
    ) -> Result<Option<LinkChange>, EngineError> {
        let Some(link) = record.link else {
            return Ok(None);
        };
        let Some(link) = self.ledger.links(&[link])?.pop() else {
            return Ok(None);
        };
        let mut base = link.base.clone();
        let name = &part.entity.part(system).system;
        for (field, settled) in base.iter_mut().zip(&record.settled) {
            let source = field
                .provenance
                .as_ref()
                .and_then(|from| from.system.as_ref());
            let Some(settled) = settled else { continue };
            let speaks = settled.value.is_some() && settled.revision == field.revision;
            if source == Some(name) && speaks && !is_reference(&settled.value) {
                field.value.clone_from(&settled.value);
            }
        }
        if base == link.base {
            return Ok(None);
        }
        let (id, entity, life) = (link.id, link.entity, link.life);
        Ok(Some(LinkChange {
            id,
            entity,
            life,
            base,
            attention: true,
        }))
    }
}

/// References are kept as the system has them and translated elsewhere.
fn is_reference(cell: &Cell) -> bool {
    matches!(cell, Some(treaty_model::Value::Reference(_)))
}

/// Names a mapping: the component and everything that it is told, but the time.
fn mapping_digest(mapper: &RuleId, setup: &Setup) -> String {
    let mut timeless = setup.clone();
    timeless.attributes.retain(|(name, _)| name != "now");
    // A setup is texts in lists, so it always has a JSON form.
    let told = serde_json::to_vec(&timeless).unwrap_or_default();
    format!("{}-{}", mapper.digest.short(), Digest::of(&told).short())
}

/// What stood in a record when its fields last settled, in the system's own
/// form.
pub(crate) trait SettledOwn {
    /// The own row as it was.
    fn settled_row(&self) -> &Row;
    /// A new own row is seen: what stood before stays as what had settled.
    fn see_own(&mut self, own: Row);
    /// A field settles as it stands now.
    fn settle_own(&mut self, part: &Part, system: SystemIndex, field: FieldIndex);
}

impl SettledOwn for StoredRecord {
    fn settled_row(&self) -> &Row {
        self.settled_own.as_ref().unwrap_or(&self.own)
    }

    fn see_own(&mut self, own: Row) {
        if self.settled_own.is_none() && own != self.own {
            self.settled_own = Some(std::mem::take(&mut self.own));
        }
        self.own = own;
        forget_copy(self);
    }

    fn settle_own(&mut self, part: &Part, system: SystemIndex, field: FieldIndex) {
        let Some(settled) = &mut self.settled_own else {
            return;
        };
        let Some(column) = &part.entity.table.row(field).columns[system.0] else {
            return;
        };
        for (at, name) in part.system(system).selected_names.iter().enumerate() {
            if column.own.contains(name) {
                settled[at].clone_from(&self.own[at]);
            }
        }
        forget_copy(self);
    }
}

/// A copy that says nothing of its own is not kept.
fn forget_copy(record: &mut StoredRecord) {
    if record.settled_own.as_ref() == Some(&record.own) {
        record.settled_own = None;
    }
}
