//! Audit: every linked record read afresh in all its systems and compared, whatever
//! the ledger believes of it.
//!
//! The ledger says which records are linked, and nothing about what they hold. What
//! is on its way, what was edited within the settle time and what a person is asked
//! about is no difference. An edit that is made while the audit reads is seen by a
//! second look at the systems' feeds, and is on its way as well; one that no feed
//! tells of is a difference that nobody would have noticed.

mod compare;
mod findings;
mod repair;

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::{Commit, StoredLink, StoredRecord, Subject};
use treaty_model::{FieldIndex, Inbound, LinkId, Row, SystemIndex, Timestamp, Value};
use treaty_systems::{Change, Cursor, SystemError};

use crate::reading::Reading;
use crate::report::{Down, EntityReport, Event, Failure};
use crate::{Engine, EngineError, Part};

use compare::{Compared, Fresh, FreshSide};

pub use findings::{Audit, Difference, EntityAudit, FieldAudit, Kind, SideFound};
pub use repair::{Repair, RepairWish};

/// How many links are compared in one batch.
const BATCH_LINKS: usize = 2_000;
/// How many records of a listing are asked for at once.
const PAGE_RECORDS: usize = 4_000;

/// What is said of a difference that no feed told of.
const UNNOTICED: &str = "a record was changed, and its system has not told of it";

/// Links whose records were other than the ledger had them, with what was found.
type Suspects = BTreeMap<LinkId, (Vec<Option<Row>>, Judged)>;

/// How each field of a link compares, and what differs in it.
type Judged = (Vec<(String, Compared)>, Vec<Difference>);

/// When everything was audited last.
const AUDITED: &str = "audited at";
const HOUR_MICROS: i64 = 3_600_000_000;

impl Engine {
    /// Whether the last audit was so many hours ago, or there was none.
    pub fn audit_is_due(&self, every_hours: u32) -> Result<bool, EngineError> {
        let last = self.ledger.fact(AUDITED)?;
        let last = last.and_then(|at| Timestamp::parse(&at).ok());
        let now = self.clock.now();
        Ok(last.is_none_or(|at| now.micros_since(at) >= HOUR_MICROS * i64::from(every_hours)))
    }

    /// Compares all linked records of all entities. At most so many differences
    /// are listed for each entity; all of them are counted.
    pub async fn audit(&self, differences_max: usize) -> Result<Audit, EngineError> {
        let mut audit = Audit {
            at: Some(self.clock.now()),
            ..Audit::default()
        };
        self.run.set(self.ledger.next_run()?);
        for part in &self.parts {
            let entity = self.audit_entity(part, differences_max, &mut audit).await?;
            audit.entities.push(entity);
        }
        self.ledger.commit(&Commit {
            facts: vec![(AUDITED.to_owned(), self.clock.now().to_string())],
            ..Commit::default()
        })?;
        (self.progress)(Event::Finished);
        Ok(audit)
    }

    async fn audit_entity(
        &self,
        part: &Part,
        differences_max: usize,
        audit: &mut Audit,
    ) -> Result<EntityAudit, EngineError> {
        let mut found = EntityAudit::new(&part.entity.name);
        let mut report = EntityReport::default();
        let (mut down, _) = self.look_at_systems(part, &mut report).await?;
        let mut suspects = Suspects::new();
        let mut after = LinkId(0);
        let of = self.ledger.totals()?.links;
        let of = of.get(&part.entity.name).copied().unwrap_or(0);
        loop {
            let links = self
                .ledger
                .all_links(&part.entity.name, after, BATCH_LINKS)?;
            let Some(last) = links.last() else { break };
            after = last.id;
            let fresh = self.read_afresh(part, links, &mut down, &mut found).await?;
            self.compare_links(part, fresh, differences_max, &mut found, &mut suspects)?;
            (self.progress)(Event::Reconciled {
                entity: &part.entity.name,
                links: found.links + found.in_flight,
                of,
            });
        }
        self.look_again(part, suspects, differences_max, &mut found)
            .await?;
        self.find_extra(part, &mut down, differences_max, &mut found)
            .await?;
        for failure in down.into_values() {
            if !audit.failures.contains(&failure) {
                audit.failures.push(failure);
            }
        }
        Ok(found)
    }

    /// Reads the records of links in all systems.
    async fn read_afresh(
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

    fn compare_links(
        &self,
        part: &Part,
        batch: Vec<Fresh>,
        differences_max: usize,
        found: &mut EntityAudit,
        suspects: &mut Suspects,
    ) -> Result<(), EngineError> {
        let numbers: Vec<_> = batch.iter().map(|fresh| fresh.stored.id).collect();
        let on_its_way = self.ledger.attention_among(&numbers)?;
        let questions = self.ledger.questions_of(&numbers)?;
        for (fresh, questions) in batch.into_iter().zip(questions) {
            if on_its_way.contains(&fresh.stored.id) || self.is_restless(&fresh.stored) {
                found.in_flight += 1;
                continue;
            }
            let asked = questions
                .iter()
                .filter_map(|question| match &question.subject {
                    Subject::Field(_, name) => part.entity.table.field(name).ok(),
                    _ => None,
                });
            let asked: BTreeSet<FieldIndex> = asked.collect();
            if fresh.is_unnoticed() && suspects.len() < differences_max {
                let judged = judge(part, &fresh, &asked);
                let own = |side: &FreshSide| match side {
                    FreshSide::There { own, .. } => Some(own.clone()),
                    _ => None,
                };
                let rows = fresh.sides.iter().map(own).collect();
                suspects.insert(fresh.stored.id, (rows, judged));
                continue;
            }
            let (fields, differences) = judge(part, &fresh, &asked);
            found.unnoticed += u64::from(fresh.is_unnoticed());
            found.take_link(fields, differences, differences_max);
        }
        Ok(())
    }

    /// Looks at the feeds again: what was edited meanwhile is on its way.
    async fn look_again(
        &self,
        part: &Part,
        suspects: Suspects,
        differences_max: usize,
        found: &mut EntityAudit,
    ) -> Result<(), EngineError> {
        if suspects.is_empty() {
            return Ok(());
        }
        let mut report = EntityReport::default();
        self.look_at_systems(part, &mut report).await?;
        let numbers: Vec<_> = suspects.keys().copied().collect();
        let stored = self.ledger.links(&numbers)?;
        let on_its_way = self.ledger.attention_among(&numbers)?;
        for (stored, (id, (rows, judged))) in stored.into_iter().zip(suspects) {
            let noticed =
                stored
                    .records
                    .iter()
                    .zip(&rows)
                    .all(|(record, row)| match (record, row) {
                        (Some(record), Some(row)) => record.own == *row,
                        _ => true,
                    });
            if noticed || on_its_way.contains(&id) {
                found.in_flight += 1;
                continue;
            }
            found.unnoticed += 1;
            let (fields, mut differences) = judged;
            for difference in &mut differences {
                difference.note.get_or_insert_with(|| UNNOTICED.to_owned());
            }
            found.take_link(fields, differences, differences_max);
        }
        Ok(())
    }

    /// Lists every system from the start and counts what is in no link.
    async fn find_extra(
        &self,
        part: &Part,
        down: &mut Down,
        differences_max: usize,
        found: &mut EntityAudit,
    ) -> Result<(), EngineError> {
        for system in part.entity.system_indexes() {
            if down.contains_key(&system) {
                continue;
            }
            let to = part.system(system);
            let mut cursor: Option<Cursor> = None;
            loop {
                let page = to
                    .connector
                    .changes(&to.source, cursor.as_ref(), PAGE_RECORDS);
                let page = match page.await {
                    Ok(page) => page,
                    Err(source) => {
                        let name = &part.entity.part(system).system;
                        down.insert(system, Failure::new(name, &source));
                        break;
                    }
                };
                self.count_extra(part, system, &page.changes, differences_max, found)?;
                cursor = Some(page.next);
                // The listing is what counts; changes after it are the next
                // pass's.
                if !page.more || page.listing == treaty_systems::Listing::Ends {
                    break;
                }
            }
        }
        Ok(())
    }

    fn count_extra(
        &self,
        part: &Part,
        system: SystemIndex,
        changes: &[Change],
        differences_max: usize,
        found: &mut EntityAudit,
    ) -> Result<(), EngineError> {
        let shown = changes.iter().filter_map(|change| match change {
            Change::Record(record) => Some(part.key(system, record.id.clone())),
            Change::Deleted { .. } => None,
        });
        let keys: Vec<_> = shown.collect();
        let stored = self.ledger.records(&keys)?;
        for (key, stored) in keys.into_iter().zip(stored) {
            let note = match &stored {
                Some(stored) if stored.link.is_some() => continue,
                Some(stored) => match &stored.presence {
                    treaty_model::Presence::LeftOut(_) => continue,
                    _ if stored.waiting => "it waits to be told from others",
                    _ => "it takes no part",
                },
                None => "no pass has seen it",
            };
            let difference = Difference {
                kind: Kind::Extra,
                link: None,
                field: None,
                sides: vec![SideFound {
                    system: key.system,
                    remote: Some(key.remote),
                    value: None,
                }],
                note: Some(note.to_owned()),
            };
            found.take(vec![difference], differences_max);
        }
        Ok(())
    }
}

fn judge(part: &Part, fresh: &Fresh, asked: &BTreeSet<FieldIndex>) -> Judged {
    let mut fields = Vec::new();
    let mut differences = fresh.missing(part);
    for (field, row) in part.entity.table.fields() {
        let compared = fresh.compare(part, field, asked);
        if compared == Compared::Different {
            differences.push(fresh.difference(part, field));
        }
        fields.push((row.name.clone(), compared));
    }
    (fields, differences)
}

impl FieldAudit {
    fn count(&mut self, compared: Compared) {
        match compared {
            Compared::Nothing => {}
            Compared::Matched => self.matched += 1,
            Compared::Different => self.different += 1,
            Compared::Accepted => self.accepted += 1,
            Compared::Undecided => self.undecided += 1,
            Compared::Unread => self.unread += 1,
        }
    }
}

impl EntityAudit {
    /// Counts a link that was compared.
    fn take_link(
        &mut self,
        fields: Vec<(String, Compared)>,
        differences: Vec<Difference>,
        differences_max: usize,
    ) {
        self.links += 1;
        self.matched += u64::from(differences.is_empty());
        for (name, compared) in fields {
            self.fields.entry(name).or_default().count(compared);
        }
        self.take(differences, differences_max);
    }

    /// Counts what is wrong with one link or record, and lists it while there is
    /// room.
    fn take(&mut self, differences: Vec<Difference>, differences_max: usize) {
        let kinds = |kind| {
            differences
                .iter()
                .filter(|found| found.kind == kind)
                .count() as u64
        };
        let (different, missing, extra) = (
            kinds(Kind::Different),
            kinds(Kind::Missing),
            kinds(Kind::Extra),
        );
        self.different += u64::from(different > 0);
        self.missing += missing;
        self.extra += extra;
        let room = differences_max.saturating_sub(self.differences.len());
        self.differences.extend(differences.into_iter().take(room));
    }
}
