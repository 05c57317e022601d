//! The links that a pass decides, batch by batch.

use std::collections::BTreeSet;

use treaty_ledger::{StoredLink, StoredRecord};
use treaty_model::LinkId;

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
    /// Deleted records that it had, whose place a new one has taken.
    pub(crate) replaced: Vec<StoredRecord>,
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
                let joined: BTreeSet<_> = cursor.all.iter().map(|join| join.link).collect();
                let stored = stored
                    .into_iter()
                    .filter(|link| !joined.contains(&link.id) && !self.is_restless(link));
                let met = stored.map(|stored| Met {
                    stored,
                    how: How::Known,
                    replaced: Vec::new(),
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
}
