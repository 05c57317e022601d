//! Observe: ask a system what changed, map it, and keep it before the cursor
//! moves.

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::{Commit, CursorChange, EntryKind, StoredRecord, Whose};
use treaty_model::{
    Absentees, FieldProblem, Inbound, LinkId, Origin, Presence, Row, SystemIndex, Timestamp,
    Trouble,
};
use treaty_systems::{Change, Cursor, Listing, Record, SystemError};

use crate::matching::Matchable as _;
use crate::reading::Unread as _;
use crate::refused::{presence_when_read, take_out_of_sight};
use crate::report::{Event, SystemReport};
use crate::upgrade::SettledOwn as _;
use crate::{Engine, EngineError, Part};

/// How many records are asked for at once, and kept in one transaction.
const PAGE_RECORDS: usize = 4_000;

impl Engine {
    /// Reads everything that changed in one system since the last time.
    pub(crate) async fn observe(
        &self,
        part: &Part,
        system: SystemIndex,
        report: &mut SystemReport,
    ) -> Result<(), EngineError> {
        let name = &part.entity.part(system).system;
        let entity = &part.entity.name;
        self.try_again(part, system, report)?;
        let mut feed = self.ledger.feed(entity, name)?;
        loop {
            let cursor = feed.cursor.clone().map(Cursor);
            let connector = &part.system(system).connector;
            let page = connector
                .changes(&part.system(system).source, cursor.as_ref(), PAGE_RECORDS)
                .await
                .map_err(|source| EngineError::System {
                    system: name.clone(),
                    source,
                })?;
            self.refuse_other_fields(part, system, &page.changes)
                .await?;
            if page.listing != Listing::Changes && !feed.listing_open {
                feed.listing += 1;
                feed.listing_open = true;
            }
            let now = self.clock.now();
            let moved = feed.cursor.as_deref() != Some(page.next.0.as_str());
            let listed = (page.listing != Listing::Changes).then_some(feed.listing);
            let mut commit = self.take_in(part, system, page.changes, listed, report)?;
            feed.cursor = Some(page.next.0);
            // The last page is only left behind once its absentees are noted:
            // until then a repeated pass reads it again.
            let ended = page.listing == Listing::Ends;
            if ended {
                self.keep(part, commit)?;
                self.miss(part, system, feed.listing, report)?;
                feed.listing_open = false;
                commit = Commit::default();
            }
            if moved || ended || !commit.is_empty() {
                commit.cursors.push(CursorChange {
                    entity: entity.clone(),
                    system: name.clone(),
                    cursor: feed.cursor.clone(),
                    listing: feed.listing,
                    listing_open: feed.listing_open,
                    asked_at: now,
                });
            }
            if !commit.is_empty() {
                self.keep(part, commit)?;
            }
            (self.progress)(Event::Observed {
                entity,
                system: name,
                records: report.seen,
            });
            if !page.more {
                return Ok(());
            }
        }
    }

    /// Refuses a page of a source whose fields are no longer those that the
    /// treaty was opened with: every value would be read as its neighbour's.
    async fn refuse_other_fields(
        &self,
        part: &Part,
        system: SystemIndex,
        changes: &[Change],
    ) -> Result<(), EngineError> {
        let to = part.system(system);
        let failed = |source| EngineError::System {
            system: part.entity.part(system).system.clone(),
            source,
        };
        let now = to.connector.describe(&to.source).await.map_err(failed)?;
        // A column may have gone and come back between the two.
        let width = to.schema.fields.len();
        let fits = changes.iter().all(|change| match change {
            Change::Record(record) => record.own.len() == width,
            Change::Deleted { .. } => true,
        });
        if now == to.schema && fits {
            return Ok(());
        }
        Err(failed(SystemError::Schema {
            source_name: to.source.name.clone(),
            message: "its fields have changed since the treaty was opened".to_owned(),
        }))
    }

    /// Prepares a batch's records for matching and makes it all durable: a
    /// record that is kept is never without what the matcher made of it.
    pub(crate) fn keep(&self, part: &Part, mut commit: Commit) -> Result<(), EngineError> {
        let mut records = std::mem::take(&mut commit.records);
        let (places, taking_part): (Vec<_>, Vec<_>) = records
            .iter()
            .enumerate()
            .filter(|(_, record)| record.presence.takes_part() && !record.is_parked())
            .map(|(place, record)| (place, (Whose::InCommit(place), record)))
            .unzip();
        let failed = self.prepare(part, &taking_part, &mut commit);
        for (place, failed) in places.into_iter().zip(failed) {
            records[place].take_unmatched(failed);
        }
        commit.records = records;
        self.ledger.commit(&commit)?;
        drop_aside(commit);
        Ok(())
    }

    /// Turns a page of changes into what the ledger keeps.
    pub(crate) fn take_in(
        &self,
        part: &Part,
        system: SystemIndex,
        changes: Vec<Change>,
        listing: Option<u64>,
        report: &mut SystemReport,
    ) -> Result<Commit, EngineError> {
        report.seen += changes.len() as u64;
        let keys: Vec<_> = changes
            .iter()
            .map(|change| part.key(system, id_of(change).clone()))
            .collect();
        let stored = self.ledger.records(&keys)?;
        let mut commit = Commit::default();
        let mut changed: Vec<(StoredRecord, Record)> = Vec::new();
        for ((change, key), stored) in changes.into_iter().zip(keys).zip(stored) {
            match change {
                Change::Record(record) => {
                    let known = stored.as_ref().map(|stored| &stored.own);
                    let own = part.system(system).select(&record.own, known);
                    let mut kept = stored
                        .unwrap_or_else(|| StoredRecord::new(key, own.clone(), part.fields()));
                    let same = kept.number != 0
                        && kept.own == own
                        && matches!(kept.presence, Presence::Present | Presence::LeftOut(_))
                        && !kept.is_parked();
                    if let Some(listing) = listing {
                        kept.listing = listing;
                    }
                    report.newest_change_at = report.newest_change_at.max(record.changed_at);
                    if same && listing.is_none() {
                        match record.mark {
                            Some(_) => report.echoes_by_mark += 1,
                            None => report.echoes_by_value += 1,
                        }
                    }
                    if !same {
                        kept.see_own(own);
                        changed.push((kept, record));
                    } else if listing.is_some() {
                        commit.listed.push((kept.number, kept.listing));
                    }
                }
                Change::Deleted { at, origin, .. } => {
                    let Some(kept) = stored else { continue };
                    self.take_delete(part, system, kept, at, &origin, &mut commit);
                }
            }
        }
        report.changed += changed.len() as u64;
        self.take_records(part, system, changed, &mut commit, report)?;
        Ok(commit)
    }

    /// Tries records again on which the host could not run the mapper.
    fn try_again(
        &self,
        part: &Part,
        system: SystemIndex,
        report: &mut SystemReport,
    ) -> Result<(), EngineError> {
        let name = &part.entity.part(system).system;
        let untried = self.ledger.problems(&part.entity.name, name)?.into_iter();
        let keys: Vec<_> = untried
            .filter(|problem| problem.trouble == Trouble::NotTried)
            .map(|problem| part.key(system, problem.remote))
            .collect();
        for keys in keys.chunks(PAGE_RECORDS) {
            let records = self.ledger.records(keys)?.into_iter().flatten();
            let changed = records.map(|kept| {
                let record = Record {
                    id: kept.key.remote.clone(),
                    own: Row::new(),
                    changed_at: kept.changed_at,
                    origin: kept.origin.clone(),
                    mark: None,
                };
                (kept, record)
            });
            let mut commit = Commit::default();
            self.take_records(part, system, changed.collect(), &mut commit, report)?;
            self.keep(part, commit)?;
        }
        Ok(())
    }

    /// Maps changed records and keeps what they say now.
    fn take_records(
        &self,
        part: &Part,
        system: SystemIndex,
        changed: Vec<(StoredRecord, Record)>,
        commit: &mut Commit,
        report: &mut SystemReport,
    ) -> Result<(), EngineError> {
        let known = self.known_rows(part, changed.iter().map(|(kept, _)| kept.link))?;
        let inbound: Vec<_> = changed
            .iter()
            .zip(known)
            .map(|((kept, _), known)| Inbound {
                own: kept.own.clone(),
                known,
            })
            .collect();
        let answers = self.map_in(part, system, &inbound);
        for ((mut kept, record), answer) in changed.into_iter().zip(answers) {
            let before = Before::of(&kept);
            part.take_reading(&mut kept, answer);
            kept.changed_at = record.changed_at;
            kept.quiet_at = self.quiet_at(&kept);
            kept.origin = part.system(system).origin(&record.origin);
            kept.presence = presence_when_read(&before.presence, &mut kept);
            match kept.link {
                Some(link) => {
                    if before.observed.as_ref() != Some(&kept.observed)
                        || kept.presence != before.presence
                        || kept.problems != before.problems
                    {
                        commit.attention.push(link);
                    }
                }
                // What cannot be read cannot be told from others either.
                None => kept.waiting = kept.presence.takes_part() && !kept.is_parked(),
            }
            if kept.problems != before.problems {
                self.tell_problems(part, &kept, report, commit);
            }
            commit.records.push(kept);
        }
        Ok(())
    }

    fn take_delete(
        &self,
        part: &Part,
        system: SystemIndex,
        mut kept: StoredRecord,
        at: Option<Timestamp>,
        origin: &Origin,
        commit: &mut Commit,
    ) {
        if matches!(kept.presence, Presence::Deleted | Presence::Gone) {
            if take_out_of_sight(&mut kept).is_some() {
                commit.records.push(kept);
            }
            return;
        }
        kept.changed_at = at;
        kept.origin = part.system(system).origin(origin);
        kept.waiting = false;
        match kept.link {
            Some(link) => {
                kept.presence = Presence::Deleted;
                commit.attention.push(link);
                commit
                    .journal
                    .push(self.record_entry(&kept, EntryKind::Deleted, "reported"));
            }
            None => kept.presence = Presence::Gone,
        }
        commit.records.push(kept);
    }

    /// Records that a complete listing did not show: missing, which proves
    /// nothing, unless the treaty says that it does.
    fn miss(
        &self,
        part: &Part,
        system: SystemIndex,
        listing: u64,
        report: &mut SystemReport,
    ) -> Result<(), EngineError> {
        let name = &part.entity.part(system).system;
        let mut after = 0;
        loop {
            let missed =
                self.ledger
                    .unlisted(&part.entity.name, name, listing, after, PAGE_RECORDS)?;
            let Some(last) = missed.last() else {
                return Ok(());
            };
            after = last.number;
            let mut commit = Commit::default();
            for mut record in missed {
                report.missing += 1;
                record.waiting = false;
                record.presence = match part.entity.part(system).absentees {
                    Absentees::Report => Presence::Missing,
                    Absentees::Deleted if record.link.is_some() => Presence::Deleted,
                    Absentees::Deleted => Presence::Gone,
                };
                commit.attention.extend(record.link);
                commit
                    .journal
                    .push(self.record_entry(&record, EntryKind::Deleted, "not listed"));
                commit.records.push(record);
            }
            self.ledger.commit(&commit)?;
        }
    }

    /// The canonical rows as agreed, for records that are in links.
    pub(crate) fn known_rows(
        &self,
        part: &Part,
        links: impl Iterator<Item = Option<LinkId>>,
    ) -> Result<Vec<Row>, EngineError> {
        let links: Vec<_> = links.collect();
        let wanted: BTreeSet<LinkId> = links.iter().flatten().copied().collect();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let found: BTreeMap<LinkId, Row> = self
            .ledger
            .links(&wanted)?
            .into_iter()
            .map(|link| {
                let row = link.base.into_iter().map(|field| field.value);
                (link.id, row.collect())
            })
            .collect();
        let row = |link: Option<LinkId>| found.get(&link?).cloned();
        Ok(links
            .into_iter()
            .map(|link| row(link).unwrap_or_else(|| part.nothing()))
            .collect())
    }
}

/// Gives a commit's memory back on another thread: there are a hundred pieces
/// of it for each record, and nobody needs to wait for that.
pub(crate) fn drop_aside(commit: Commit) {
    rayon::spawn(move || drop(commit));
}

/// What is compared with what a record says now.
struct Before {
    presence: Presence,
    problems: Vec<FieldProblem>,
    /// The canonical row, of a record in a link.
    observed: Option<Row>,
}

impl Before {
    fn of(record: &StoredRecord) -> Self {
        Self {
            presence: record.presence.clone(),
            problems: record.problems.clone(),
            observed: record.link.map(|_| record.observed.clone()),
        }
    }
}

fn id_of(change: &Change) -> &treaty_model::RemoteId {
    match change {
        Change::Record(record) => &record.id,
        Change::Deleted { id, .. } => id,
    }
}
