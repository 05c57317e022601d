//! A new version of a mapper or of a field table is not an edit.
//!
//! The ledger keeps each system's own row beside the canonical one, and the own
//! row as it was when it last settled. When the mapping has changed, observed
//! and settled are computed again from these two, so that nothing counts as
//! changed that no user changed; what the new mapping makes different shows in
//! the next plan, under the same guards.

use treaty_ledger::{Commit, CursorChange, Entry, EntryKind, LinkChange, StoredLink, StoredRecord};
use treaty_model::{
    BaseField, Cell, Digest, FieldIndex, Inbound, LinkId, Presence, Revision, Row, RuleId, Setup,
    SystemIndex,
};

use crate::reading::{Reading, Unread as _};
use crate::{Engine, EngineError, Part};

const BATCH_RECORDS: usize = 500;

impl Engine {
    /// Maps every record of an entity again where the mapping has changed since
    /// it was mapped.
    pub(crate) fn map_after_change(&self, part: &Part) -> Result<(), EngineError> {
        let fact = format!("mapping of {}", part.entity.name);
        let mapping = rule_digest(&part.mapper.id, &part.mapper.setup);
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

    /// Asks the rules again about every field that waits for a person, where
    /// these are other rules than those that escalated it.
    pub(crate) fn resolve_after_change(&self, part: &Part) -> Result<(), EngineError> {
        let fact = format!("resolvers of {}", part.entity.name);
        let resolvers = part.resolvers.iter();
        let now: Vec<_> = resolvers
            .map(|resolver| rule_digest(&resolver.id, &resolver.setup))
            .collect();
        let now = now.join(" ");
        let before = self.ledger.fact(&fact)?;
        if before.as_ref() == Some(&now) {
            return Ok(());
        }
        let mut commit = Commit {
            facts: vec![(fact, now)],
            ..Commit::default()
        };
        if before.is_some() {
            let questions = self.ledger.questions()?.into_iter();
            commit.attention = questions
                .filter(|question| question.entity == part.entity.name)
                .filter_map(|question| question.link)
                .collect();
        }
        self.ledger.commit(&commit)?;
        Ok(())
    }

    /// Lists a source again from the start where the table mentions own fields
    /// that the ledger has not kept so far, or that are of another type now: a
    /// feed of changes would not show them.
    pub(crate) fn list_after_change(&self, part: &Part) -> Result<(), EngineError> {
        for system in part.entity.system_indexes() {
            let name = &part.entity.part(system).system;
            let fact = format!("own fields of {} in {name}", part.entity.name);
            let mentioned: Vec<_> = part.system(system).selected_types().collect();
            let now = serde_json::json!(mentioned).to_string();
            let before = self.ledger.fact(&fact)?;
            if before.as_ref() == Some(&now) {
                continue;
            }
            let known: Vec<String> = before
                .as_deref()
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default();
            // A column that has changed is listed again once it is back.
            let paused = part.system(system).selected.iter().map(Option::is_none);
            let names = &part.system(system).selected_names;
            let listed = mentioned.iter().zip(paused).zip(names);
            let listed = listed.filter(|((own, paused), _)| !paused && !known.contains(*own));
            let more: Vec<_> = listed.map(|(_, name)| name.clone()).collect();
            let mut commit = Commit {
                facts: vec![(fact, now)],
                ..Commit::default()
            };
            let feed = self.ledger.feed(&part.entity.name, name)?;
            let again = before.is_some() && !more.is_empty();
            if again {
                let listing = feed.listing + 1;
                let since = self.columns_from(part, system, more.into_iter(), listing)?;
                commit.facts.push(since);
            }
            if again && feed.cursor.is_some() {
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
        let entity = &part.entity.name;
        let mut after = LinkId(0);
        loop {
            let links = self.ledger.all_links(entity, after, BATCH_RECORDS)?;
            let Some(last) = links.last() else { break };
            after = last.id;
            self.map_links_again(part, links)?;
        }
        let mut after = 0;
        loop {
            let mut records = self.ledger.all_records(entity, after, BATCH_RECORDS)?;
            let Some(last) = records.last() else { break };
            after = last.number;
            records.retain(|record| record.link.is_none());
            self.map_unlinked_again(part, records)?;
        }
        Ok(())
    }

    fn map_links_again(&self, part: &Part, links: Vec<StoredLink>) -> Result<(), EngineError> {
        let before = links.clone();
        let mut links = links;
        for system in part.entity.system_indexes() {
            let known: Vec<Row> = before.iter().map(values_of_base).collect();
            let records = links.iter_mut().zip(known);
            let (mut records, known): (Vec<&mut StoredRecord>, Vec<Row>) = records
                .filter_map(|(link, known)| Some((link.records[system.0].as_mut()?, known)))
                .unzip();
            self.map_records_again(part, system, &mut records, &known);
        }
        let mut commit = Commit::default();
        for (before, mut link) in before.iter().zip(links) {
            map_base_again(part, &mut link);
            for (was, now) in before.records.iter().zip(&mut link.records) {
                if let (Some(was), Some(now)) = (was, now) {
                    leave_behind(&before.base, was, &link.base, now);
                }
            }
            commit
                .records
                .extend(link.records.iter().flatten().cloned());
            commit.links.push(LinkChange {
                id: link.id,
                entity: link.entity,
                life: link.life,
                base: link.base,
                attention: true,
            });
        }
        self.keep(part, commit)
    }

    fn map_unlinked_again(
        &self,
        part: &Part,
        mut records: Vec<StoredRecord>,
    ) -> Result<(), EngineError> {
        for system in part.entity.system_indexes() {
            let name = &part.entity.part(system).system;
            let of_system = records.iter_mut();
            let mut of_system: Vec<_> = of_system
                .filter(|record| record.key.system == *name)
                .collect();
            let known = vec![part.nothing(); of_system.len()];
            self.map_records_again(part, system, &mut of_system, &known);
            for record in of_system {
                record.waiting = record.presence.takes_part() && !record.is_parked();
            }
        }
        let commit = Commit {
            records,
            ..Commit::default()
        };
        self.keep(part, commit)
    }

    /// Reads own rows of one system again: as they stand now, and as they were
    /// when they last settled.
    fn map_records_again(
        &self,
        part: &Part,
        system: SystemIndex,
        records: &mut [&mut StoredRecord],
        known: &[Row],
    ) {
        let inbound = |own: fn(&StoredRecord) -> &Row| -> Vec<Inbound> {
            let rows = records.iter().zip(known);
            rows.map(|(record, known)| Inbound {
                own: own(record).clone(),
                known: known.clone(),
            })
            .collect()
        };
        let now = self.map_in(part, system, &inbound(|record| &record.own));
        let then = self.map_in(part, system, &inbound(StoredRecord::settled_row));
        for ((record, now), then) in records.iter_mut().zip(now).zip(then) {
            let presence = record.presence.clone();
            part.take_reading(record, now);
            // Whether a record is there is not the mapper's to say, unless it
            // was the mapper that left it out.
            let left_out = matches!(presence, Presence::LeftOut(_));
            if !presence.takes_part() && !left_out {
                record.presence = presence;
            }
            if let Reading::Read { canonical, .. } = then {
                for (settled, value) in record.settled.iter_mut().zip(canonical) {
                    if let Some(settled) = settled {
                        settled.value = value;
                    }
                }
            }
        }
    }
}

fn values_of_base(link: &StoredLink) -> Row {
    link.base.iter().map(|field| field.value.clone()).collect()
}

/// Base, where it came from a record as it stands settled: the same value in its
/// new form, at the same revision. It has not been edited.
fn map_base_again(part: &Part, link: &mut StoredLink) {
    for (at, field) in link.base.iter_mut().enumerate() {
        let provenance = field.provenance.as_ref();
        let Some(source) = provenance.and_then(|from| from.system.as_ref()) else {
            continue;
        };
        let place = part.entity.system(source.as_str()).ok();
        let record = place.and_then(|place| link.records[place.0].as_ref());
        let Some(settled) = record.and_then(|record| record.settled[at].as_ref()) else {
            continue;
        };
        let speaks = settled.value.is_some() && settled.revision == field.revision;
        if speaks && !is_reference(&settled.value) {
            field.value.clone_from(&settled.value);
        }
    }
}

/// A record that agreed with base, and under the new mapping does not, is behind:
/// what would be written to it shows in the plan. One that settled with a value
/// of its own before keeps it.
fn leave_behind(
    base_was: &[BaseField],
    was: &StoredRecord,
    base: &[BaseField],
    now: &mut StoredRecord,
) {
    let fields = was.settled.iter().zip(&mut now.settled);
    for ((was, now), (base_was, base)) in fields.zip(base_was.iter().zip(base)) {
        let (Some(was), Some(now)) = (was, now) else {
            continue;
        };
        let agreed = was.revision == base_was.revision && was.value == base_was.value;
        if agreed && now.value != base.value && !is_reference(&now.value) {
            now.revision = Revision(base.revision.0.saturating_sub(1));
        }
    }
}

/// References are kept as the system has them and translated elsewhere.
fn is_reference(cell: &Cell) -> bool {
    matches!(cell, Some(treaty_model::Value::Reference(_)))
}

/// Names a rule at work: the component and everything that it is told, but the time.
fn rule_digest(rule: &RuleId, setup: &Setup) -> String {
    let mut timeless = setup.clone();
    timeless.attributes.retain(|(name, _)| name != "now");
    // A setup is texts in lists, so it always has a JSON form.
    let told = serde_json::to_vec(&timeless).unwrap_or_default();
    format!("{}-{}", rule.digest.short(), Digest::of(&told).short())
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
