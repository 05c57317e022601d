//! What Treaty says in the write-ahead log beside its own writes.
//!
//! A message is part of its transaction: it is decoded where the transaction was
//! committed, and vanishes with a savepoint that was rolled back. It names the
//! version of the row (`xmin`) that the write left, so that nobody's later edit is
//! taken for ours, whatever was committed between decoding and reading.

use serde::{Deserialize, Serialize};
use treaty_model::{IntentId, RemoteId};

use crate::postgres::schema::Table;

/// Whose messages these are, as the server shows it.
pub(in crate::postgres) const PREFIX: &str = "treaty";

/// A write of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::postgres) struct Announcement {
    /// The table.
    source: String,
    /// The record.
    pub(super) id: RemoteId,
    /// The intent that it carried out.
    pub(super) intent: IntentId,
    /// The version of the row that it left; none where it left no row.
    pub(super) version: Option<String>,
}

impl Announcement {
    /// The message that an intent was carried out on a record, and left this
    /// version of it.
    pub(in crate::postgres) fn write(
        table: &Table,
        id: &RemoteId,
        intent: &IntentId,
        version: Option<String>,
    ) -> String {
        let said = Self {
            source: table.full_name.clone(),
            id: id.clone(),
            intent: intent.clone(),
            version,
        };
        serde_json::to_string(&said).expect("an announcement has a JSON form")
    }

    /// Reads a message; none where it is about another table.
    pub(super) fn read(content: &str, table: &Table) -> Option<Self> {
        let read: Self = serde_json::from_str(content).ok()?;
        (read.source == table.full_name).then_some(read)
    }
}
