//! What a postgres cursor remembers.

use serde::{Deserialize, Serialize};
use treaty_model::Digest;

use crate::Cursor;
use crate::postgres::decoding::lsn::Lsn;
use crate::postgres::schema::Table;

/// A place in the order by time of change and key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The time of change, to the microsecond, as the server writes it.
    pub(super) updated: String,
    /// The parts of the key.
    pub(super) key: Vec<String>,
}

/// A place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Which log: another one after the triggers were gone.
    pub(super) epoch: i64,
    /// The snapshot up to which everything was read, as the server writes it:
    /// the oldest transaction that was open, the next one, those open between.
    pub(super) seen: String,
    /// Within a poll of several pages: how far it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) poll: Option<Poll>,
}

/// How far a poll of the log has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Poll {
    /// The snapshot up to which this poll reads.
    pub(super) until: String,
    /// The transaction of the last entry that was read.
    pub(super) xact: u64,
    /// The last entry that was read.
    pub(super) seq: i64,
}

/// A place in what a slot decodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DecodingPlace {
    /// Which server and which publication.
    pub(super) identity: String,
    /// Every transaction whose commit stands before this was read. The slot is
    /// never ahead of it.
    pub(super) lsn: Lsn,
    /// Of the transaction that comes next: how many of its messages were read.
    #[serde(default)]
    pub(super) read: u64,
    /// And how many of the records that the message behind them is about.
    #[serde(default)]
    pub(super) shown: usize,
}

impl DecodingPlace {
    /// The place between two transactions.
    pub(super) fn at(&self, lsn: Lsn) -> Self {
        Self {
            identity: self.identity.clone(),
            lsn,
            read: 0,
            shown: 0,
        }
    }
}

/// Where the changes after a listing begin, taken before the listing began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Feed {
    /// Behind a place in the log.
    Log(Place),
    /// Behind a place in what a slot decodes.
    Decoding(DecodingPlace),
    /// Behind a row in the order by time of change.
    Watermark {
        /// The last row that is certainly followed by later ones only; none:
        /// the beginning.
        safe: Option<Mark>,
        /// Within a poll of several pages: the last row shown, and the time up
        /// to which rows are safe.
        poll: Option<(Mark, String)>,
    },
}

/// A place in the changes of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PostgresCursor {
    /// The version of this form.
    v: u8,
    /// What the treaty says of the source and which table of which database it
    /// is, digested.
    setup: String,
    /// Within a listing: the last key shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) listing: Option<Vec<String>>,
    /// Where the changes go on.
    pub(super) feed: Feed,
}

fn setup(table: &Table) -> String {
    Digest::of(format!("{:?} {:?}", table.source, table.key).as_bytes()).short()
}

impl PostgresCursor {
    /// A cursor.
    pub(super) fn new(table: &Table, listing: Option<Vec<String>>, feed: Feed) -> Self {
        Self {
            v: 1,
            setup: setup(table),
            listing,
            feed,
        }
    }

    /// Reads a cursor; none where it belongs to another setup, or to another
    /// connector: everything is listed again then.
    pub(super) fn read(cursor: &Cursor, table: &Table) -> Option<Self> {
        let read: Self = serde_json::from_str(&cursor.0).ok()?;
        (read.setup == setup(table)).then_some(read)
    }

    /// The text of the cursor.
    pub(super) fn write(&self) -> Cursor {
        Cursor(serde_json::to_string(self).expect("a cursor has a JSON form"))
    }
}
