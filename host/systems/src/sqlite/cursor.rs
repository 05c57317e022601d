//! What a sqlite cursor remembers.

use rusqlite::types::{Value as Stored, ValueRef};
use serde::{Deserialize, Serialize};
use treaty_model::Digest;

use crate::{Cursor, Source};

/// A stored value in a cursor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Part {
    /// A whole number.
    Integer(i64),
    /// A binary fraction.
    Real(f64),
    /// Text.
    Text(String),
    /// Nothing.
    Null(()),
}

/// A place in the order by time of change and key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The time of change, as stored.
    pub(super) updated: Part,
    /// The key, as stored.
    pub(super) key: Vec<Part>,
}

/// Where the changes after a listing begin, taken before the listing began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Feed {
    /// Behind an entry of the log.
    Log {
        /// Which log: another one after the triggers were gone.
        epoch: i64,
        /// The last entry that was read.
        seq: i64,
        /// Within a poll of several pages: the last entry that it reads, so that
        /// it ends beside a program that never stops writing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<i64>,
    },
    /// Behind a row in the order by time of change.
    Watermark {
        /// The last row that is certainly followed by later ones only; none:
        /// the beginning.
        safe: Option<Mark>,
        /// Within a poll of several pages: the last row shown, and the time up
        /// to which rows are safe, in microseconds.
        poll: Option<(Mark, i64)>,
    },
}

/// A place in the changes of one table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SqliteCursor {
    /// The version of this form.
    v: u8,
    /// What the treaty says of the source, digested.
    setup: String,
    /// Within a listing: the last key shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) listing: Option<Vec<Part>>,
    /// Where the changes go on.
    pub(super) feed: Feed,
}

/// How this source is read, digested.
pub(super) fn setup(source: &Source) -> String {
    Digest::of(format!("{source:?}").as_bytes()).short()
}

impl SqliteCursor {
    /// A cursor.
    pub(super) fn new(source: &Source, listing: Option<Vec<Part>>, feed: Feed) -> Self {
        Self {
            v: 1,
            setup: setup(source),
            listing,
            feed,
        }
    }

    /// Reads a cursor; none where it belongs to another setup, or to another
    /// connector: everything is listed again then.
    pub(super) fn read(cursor: &Cursor, source: &Source) -> Option<Self> {
        let read: Self = serde_json::from_str(&cursor.0).ok()?;
        (read.setup == setup(source)).then_some(read)
    }

    /// The text of the cursor.
    pub(super) fn write(&self) -> Cursor {
        Cursor(serde_json::to_string(self).expect("a cursor has a JSON form"))
    }
}

impl Part {
    /// The value as messages say it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Text(text) => format!("{text:?}"),
            Self::Null(()) => "null".to_owned(),
        }
    }
}

impl From<ValueRef<'_>> for Part {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null | ValueRef::Blob(_) => Self::Null(()),
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(bytes) => Self::Text(String::from_utf8_lossy(bytes).into_owned()),
        }
    }
}

impl From<Part> for Stored {
    fn from(part: Part) -> Self {
        match part {
            Part::Null(()) => Self::Null,
            Part::Integer(number) => Self::Integer(number),
            Part::Real(number) => Self::Real(number),
            Part::Text(text) => Self::Text(text),
        }
    }
}
