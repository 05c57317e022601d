//! Feeds: how far each system's changes have been read.

use rusqlite::{Connection, OptionalExtension as _, params};
use treaty_model::{EntityName, SystemName, Timestamp};

use crate::{Ledger, LedgerError, number};

/// How far a feed of changes has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedState {
    /// Where to go on; none: from the start.
    pub cursor: Option<String>,
    /// The complete listing under way, or the last.
    pub listing: u64,
    /// Whether a complete listing is under way.
    pub listing_open: bool,
    /// When the system was asked last.
    pub asked_at: Option<Timestamp>,
}

/// A cursor that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorChange {
    /// The entity.
    pub entity: EntityName,
    /// The system.
    pub system: SystemName,
    /// Where to go on.
    pub cursor: Option<String>,
    /// The complete listing under way, or the last.
    pub listing: u64,
    /// Whether a complete listing is under way.
    pub listing_open: bool,
    /// When the system was asked.
    pub asked_at: Timestamp,
}

impl Ledger {
    /// How far a feed has been read.
    pub fn feed(&self, entity: &EntityName, system: &SystemName) -> Result<FeedState, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT cursor, listing, listing_open, asked_at FROM feed
                 WHERE entity = ?1 AND system = ?2",
            )?;
            let found = statement.query_row(params![entity.as_str(), system.as_str()], |row| {
                Ok(FeedState {
                    cursor: row.get(0)?,
                    listing: number::read(row.get(1)?),
                    listing_open: row.get(2)?,
                    asked_at: Some(Timestamp::from_micros(row.get(3)?)),
                })
            });
            Ok(found.optional()?.unwrap_or_default())
        })
    }
}

pub(crate) fn write(db: &Connection, change: &CursorChange) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO feed (entity, system, cursor, listing, listing_open, asked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        change.entity.as_str(),
        change.system.as_str(),
        change.cursor,
        number::stored(change.listing),
        change.listing_open,
        change.asked_at.as_micros(),
    ])?;
    Ok(())
}
