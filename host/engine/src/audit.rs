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
mod fresh;
mod repair;

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::{Commit, Subject};
use treaty_model::{FieldIndex, LinkId, Row, SystemIndex, Timestamp};
use treaty_systems::{Change, Cursor};

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
    /// Whether the last audit was so many hours ago, or there was none. Without a
    /// number it is the treaty's, `[audit] every-hours`; without that, never.
    pub fn audit_is_due(&self, every_hours: Option<u64>) -> Result<bool, EngineError> {
        let Some(hours) = every_hours.or(self.audit_every_hours) else {
            return Ok(false);
        };
        let wait = i64::try_from(hours).unwrap_or(i64::MAX);
        let wait = wait.saturating_mul(HOUR_MICROS);
        let last = self.ledger.fact(AUDITED)?;
        let last = last.and_then(|at| Timestamp::parse(&at).ok());
        let now = self.clock.now();
        Ok(last.is_none_or(|at| now.micros_since(at) >= wait))
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
