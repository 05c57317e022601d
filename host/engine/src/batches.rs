//! The links that a pass decides, batch by batch, with the records that join them.

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::{StoredLink, StoredRecord};
use treaty_model::{Life, LinkId};

use crate::identify::Joined;
use crate::{Engine, EngineError, Part};

/// How many links are decided and carried out in one batch.
const BATCH_LINKS: usize = 4_000;

/// A link that is to be decided.
pub(crate) struct Met {
    /// The link, as stored or as it will be stored.
    pub(crate) stored: StoredLink,
    /// How it is met.
    pub(crate) how: How,
    /// Deleted records that it had, whose place a new one has taken, and those of
    /// links that go into it.
    pub(crate) replaced: Vec<StoredRecord>,
    /// Links that go into it, with the records that join as they stood to them.
    pub(crate) from: Vec<StoredLink>,
    /// The questions whose answers that carries out.
    pub(crate) answered: Vec<i64>,
}

/// How a link is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It is in the ledger as it is.
    Known,
    /// It is in the ledger, and gets more records.
    Joined,
    /// It is new.
    New,
}

/// A walk over the links of a pass.
pub(crate) struct Batches<'a> {
    after: LinkId,
    stored_done: bool,
    all: &'a [Joined],
    joined: &'a [Joined],
}

impl<'a> Batches<'a> {
    /// A walk that has not begun, over what is stored and what identify found.
    pub(crate) fn new(joined: &'a [Joined]) -> Self {
        Self {
            after: LinkId(0),
            stored_done: false,
            all: joined,
            joined,
        }
    }
}

impl Engine {
    /// The next links to decide: those that are in the ledger first, then those
    /// that identify found.
    pub(crate) fn next_batch(
        &self,
        part: &Part,
        cursor: &mut Batches<'_>,
    ) -> Result<Option<Vec<Met>>, EngineError> {
        if !cursor.stored_done {
            let stored = self.attention_after(part, cursor.after, BATCH_LINKS)?;
            if let Some(last) = stored.last() {
                cursor.after = last.id;
                // A link that is joined is decided once, with its new records.
                let joined = cursor.all.iter();
                let joined = joined.flat_map(|join| join.from.iter().chain([&join.link]));
                let joined: BTreeSet<_> = joined.collect();
                let stored = stored
                    .into_iter()
                    .filter(|link| !joined.contains(&link.id) && !self.is_restless(link));
                let met = stored.map(|stored| Met {
                    stored,
                    how: How::Known,
                    replaced: Vec::new(),
                    from: Vec::new(),
                    answered: Vec::new(),
                });
                return Ok(Some(met.collect()));
            }
            cursor.stored_done = true;
        }
        let (batch, rest) = cursor.joined.split_at(BATCH_LINKS.min(cursor.joined.len()));
        cursor.joined = rest;
        if batch.is_empty() {
            return Ok(None);
        }
        let mut met = self.joined_links(part, batch)?;
        met.retain(|met| !self.is_restless(&met.stored));
        Ok(Some(met))
    }

    /// Links with the records that join them, as they will be stored.
    fn joined_links(&self, part: &Part, joined: &[Joined]) -> Result<Vec<Met>, EngineError> {
        let known = joined.iter().filter(|join| !join.new);
        let known: Vec<_> = known
            .flat_map(|join| join.from.iter().chain([&join.link]).copied())
            .collect();
        let known = self.ledger.links(&known)?.into_iter();
        let mut known: BTreeMap<LinkId, StoredLink> = known.map(|link| (link.id, link)).collect();
        let numbers = joined.iter().flat_map(|join| join.records.iter().copied());
        let records = self
            .ledger
            .records_by_number(&numbers.collect::<Vec<_>>())?;
        let records = records.into_iter().map(|record| (record.number, record));
        let mut records: BTreeMap<i64, StoredRecord> = records.collect();
        let mut links = Vec::with_capacity(joined.len());
        for join in joined {
            let mut link = known.remove(&join.link).unwrap_or_else(|| StoredLink {
                id: join.link,
                entity: part.entity.name.clone(),
                life: Life::Alive,
                base: vec![Default::default(); part.fields()],
                records: vec![None; part.systems.len()],
            });
            let mut replaced = Vec::new();
            let joining = join.records.iter();
            for mut record in joining.filter_map(|number| records.remove(number)) {
                let Ok(place) = part.entity.system(record.key.system.as_str()) else {
                    continue;
                };
                if record.link.is_some() {
                    // What it agreed on was another link's base.
                    record.settled = vec![None; part.fields()];
                    record.settled_own = None;
                }
                record.link = Some(join.link);
                record.waiting = false;
                replaced.extend(link.records[place.0].replace(record));
            }
            let mut from = Vec::with_capacity(join.from.len());
            for mut gone in join.from.iter().filter_map(|gone| known.remove(gone)) {
                let records = gone.records.iter_mut();
                let left = |record: &mut StoredRecord| !join.records.contains(&record.number);
                replaced.extend(records.filter_map(|record| record.take_if(left)));
                from.push(gone);
            }
            let how = match join.new {
                true => How::New,
                false => How::Joined,
            };
            links.push(Met {
                stored: link,
                how,
                replaced,
                from,
                answered: join.answered.clone(),
            });
        }
        Ok(links)
    }
}
