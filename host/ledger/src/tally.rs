//! How the totals of links and records move in one commit.
//!
//! Counting what there is would make every pass cost what exists instead of
//! what changed. Counted once for a commit, not for each row, the totals cost
//! next to nothing; they are in the same transaction as what they count.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use treaty_model::Presence;

use crate::record::{RecordKey, StoredRecord};

/// Where a record counts, if it counts at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Counted {
    /// Not: it is gone.
    Nowhere,
    /// Among those in no link.
    Unlinked,
    /// Among those in links.
    Linked,
}

impl Counted {
    /// Where a record counts with this presence, in a link or in none.
    pub(crate) fn of(is_linked: bool, is_gone: bool) -> Self {
        match (is_gone, is_linked) {
            (true, _) => Self::Nowhere,
            (false, false) => Self::Unlinked,
            (false, true) => Self::Linked,
        }
    }
}

/// How the totals move in one commit.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    links: BTreeMap<String, i64>,
    /// By entity, system, and whether in links.
    records: BTreeMap<(String, String), [i64; 2]>,
}

impl Tally {
    /// A link is new.
    pub(crate) fn new_link(&mut self, entity: &str) {
        match self.links.get_mut(entity) {
            Some(links) => *links += 1,
            None => {
                self.links.insert(entity.to_owned(), 1);
            }
        }
    }

    /// A record counts elsewhere than before.
    pub(crate) fn moved(&mut self, key: &RecordKey, before: Counted, now: Counted) {
        if before == now {
            return;
        }
        let of_system = (key.entity.to_string(), key.system.to_string());
        let moved = self.records.entry(of_system).or_default();
        for (counted, by) in [(before, -1), (now, 1)] {
            match counted {
                Counted::Nowhere => {}
                Counted::Unlinked => moved[0] += by,
                Counted::Linked => moved[1] += by,
            }
        }
    }

    /// Moves the totals.
    pub(crate) fn write(self, db: &Connection) -> rusqlite::Result<()> {
        let mut links = db.prepare_cached(
            "INSERT INTO link_total (entity, links) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET links = links + excluded.links",
        )?;
        for (entity, moved) in self.links {
            links.execute(params![entity, moved])?;
        }
        let mut records = db.prepare_cached(
            "INSERT INTO record_total (entity, system, linked, records) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET records = records + excluded.records",
        )?;
        for ((entity, system), moved) in self.records {
            for (linked, moved) in moved.into_iter().enumerate() {
                if moved != 0 {
                    records.execute(params![entity, system, linked == 1, moved])?;
                }
            }
        }
        Ok(())
    }
}

impl StoredRecord {
    /// Where it counts.
    pub(crate) fn counted(&self) -> Counted {
        Counted::of(self.link.is_some(), self.presence == Presence::Gone)
    }
}
