//! The links that a pass decides, batch by batch.

use std::collections::BTreeSet;

use treaty_ledger::StoredLink;
use treaty_model::LinkId;

use crate::identify::Joined;
use crate::{Engine, EngineError, Part};

/// How many links are decided and carried out in one batch.
const BATCH_LINKS: usize = 4_000;

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
    /// that identify found. Each with whether it is new or joined.
    pub(crate) fn next_batch(
        &self,
        part: &Part,
        cursor: &mut Batches<'_>,
    ) -> Result<Option<Vec<(StoredLink, bool)>>, EngineError> {
        if !cursor.stored_done {
            let stored = self.attention_after(part, cursor.after, BATCH_LINKS)?;
            if let Some(last) = stored.last() {
                cursor.after = last.id;
                // A link that is joined is decided once, with its new records.
                let joined: BTreeSet<_> = cursor.all.iter().map(|join| join.link).collect();
                let stored = stored.into_iter().filter(|link| !joined.contains(&link.id));
                return Ok(Some(stored.map(|link| (link, false)).collect()));
            }
            cursor.stored_done = true;
        }
        let (batch, rest) = cursor.joined.split_at(BATCH_LINKS.min(cursor.joined.len()));
        cursor.joined = rest;
        if batch.is_empty() {
            return Ok(None);
        }
        let links = self.joined_links(part, batch)?;
        Ok(Some(links.into_iter().map(|link| (link, true)).collect()))
    }
}
