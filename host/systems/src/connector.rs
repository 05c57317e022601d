//! What every system must offer: the connector trait, and its capabilities as
//! data.
//!
//! A connector moves records; it decides nothing. It never retries a write
//! whose outcome is open, never guesses a delete, and answers with what stands
//! in the system *after* a write, so that the caller can learn what the system
//! made of a value.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use treaty_model::{IntentId, Origin, OwnSchema, RemoteId, Row, Timestamp};

use crate::error::SystemError;
use crate::vitals::Vitals;

/// A system of a treaty, opened.
///
/// One connector serves all sources (files, tables, object types) of its
/// system. Calls for one source are made one after the other by one pass; calls
/// for different sources may overlap.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What the system can do. Constant while the connector lives.
    fn capabilities(&self) -> &Capabilities;

    /// The own fields of a source. Everything that the source has, also what no
    /// table mentions and what cannot be kept exactly.
    async fn describe(&self, source: &Source) -> Result<OwnSchema, SystemError>;

    /// The names of all its sources, sorted; Treaty's own are left out.
    ///
    /// # Errors
    /// [`SystemError::Configuration`] from a connector that cannot list them.
    async fn sources(&self) -> Result<Vec<String>, SystemError> {
        Err(SystemError::Configuration {
            message: "its sources cannot be listed; name them".to_owned(),
        })
    }

    /// Some rows of a source as they stand, at most `rows_max`. Leaves no trace:
    /// no log is begun. Where the connector takes any own field as a key, the
    /// source may be one whose key is not known yet.
    ///
    /// # Errors
    /// [`SystemError::Configuration`] from a connector that cannot show any.
    async fn sample(&self, source: &Source, rows_max: usize) -> Result<Sample, SystemError> {
        let _ = (source, rows_max);
        Err(SystemError::Configuration {
            message: "no sample can be read of it".to_owned(),
        })
    }

    /// How it is apart from its records: its clock, and what it has only so much
    /// of.
    async fn vitals(&self) -> Result<Vitals, SystemError> {
        Ok(Vitals::default())
    }

    /// What changed since a cursor, at most `records_max` records.
    ///
    /// Without a cursor: a complete listing, page by page, and after it the
    /// changes since the listing began. A cursor may be used again and then
    /// gives the same changes or later ones; nothing that was committed before
    /// the call is ever skipped by the cursor that it returns. A record may
    /// appear more than once.
    async fn changes(
        &self,
        source: &Source,
        cursor: Option<&Cursor>,
        records_max: usize,
    ) -> Result<Page, SystemError>;

    /// These records as they stand now, in the order asked for; none where
    /// there is no such record.
    async fn get(
        &self,
        source: &Source,
        ids: &[RemoteId],
    ) -> Result<Vec<Option<Record>>, SystemError>;

    /// Sends writes. One outcome for each, in the order given.
    ///
    /// A write stands by itself: that one is refused does not stop the others.
    /// `Err` only where nothing at all was sent.
    async fn write(
        &self,
        source: &Source,
        writes: &[SystemWrite],
    ) -> Result<Vec<Outcome>, SystemError>;

    /// What became of writes whose answer never came: for each intent whether
    /// it landed. Only called after [`Capabilities::index_lag_ms`] has passed
    /// since the write was sent.
    async fn find(&self, source: &Source, intents: &[Sought]) -> Result<Vec<Found>, SystemError>;
}

/// Some rows of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Its own fields. None of them is a key where no key is known yet.
    pub schema: OwnSchema,
    /// Rows in the order of the schema.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
}

/// Where a system holds the records of an entity, and what the treaty says
/// about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file, table or object type: `contacts`, `public.person`.
    pub name: String,
    /// The own fields that make up the remote id. Empty: the connector's
    /// default (a primary key, a column `id`).
    pub key: Vec<String>,
    /// The own field that says when a record was last changed, where there is
    /// one.
    pub updated: Option<String>,
    /// The own field that says who changed a record last, where there is one.
    pub actor: Option<String>,
    /// The own field that marks a record as archived (a boolean, or a time of
    /// deletion), where there is one.
    pub archived: Option<String>,
}

impl Source {
    /// A source of which the treaty says nothing but its name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            key: Vec::new(),
            updated: None,
            actor: None,
            archived: None,
        }
    }
}

/// What a system can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// The connector: `csv`, `sqlite`, `postgres`.
    pub connector: String,
    /// How changes are found.
    pub changes: ChangeFeed,
    /// Whether a write can be made to depend on what stands there.
    pub conditional: Conditional,
    /// Whether records can be created.
    pub create: bool,
    /// Whether records can be archived, that is, brought back. A table or file
    /// can where its source names [`Source::archived`].
    pub archive: bool,
    /// Whether records can be deleted for good.
    pub delete: bool,
    /// Whether own writes carry a mark that comes back with the change.
    pub marks_own_writes: bool,
    /// How many writes are sent in one call at most.
    pub writes_max: usize,
    /// How many records are fetched in one call at most.
    pub gets_max: usize,
    /// How long after a write the system may not show it yet.
    pub index_lag_ms: u64,
}

/// How changes are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeFeed {
    /// Every listing is complete; what did not change is told apart by the
    /// caller.
    Listing,
    /// By a column that says when a record was changed. Shows no deletes.
    Watermark,
    /// By a log of changes. Shows deletes.
    Log,
}

/// How far a write can be made to depend on what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conditional {
    /// The comparison and the write are one step.
    Strong,
    /// Somebody may come between the comparison and the write.
    Weak,
    /// Not at all.
    None,
}

/// A place in a feed of changes, in the connector's own form. Text, so that it
/// can be kept in the ledger and read by a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// A page of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What changed.
    pub changes: Vec<Change>,
    /// Where to go on. To be kept only once the changes are durable.
    pub next: Cursor,
    /// Whether more is waiting now.
    pub more: bool,
    /// Whether this page belongs to a complete listing.
    pub listing: Listing,
}

/// Whether a page belongs to a complete listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// No: it shows changes only, and what it does not show says nothing.
    Changes,
    /// It is part of a complete listing that goes on.
    Continues,
    /// It ends a complete listing: records that none of its pages showed were
    /// not there.
    Ends,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The record as it stands now.
    Record(Record),
    /// The system reports the record as deleted or archived.
    Deleted {
        /// Its id.
        id: RemoteId,
        /// When, by the system's clock.
        at: Option<Timestamp>,
        /// By whom.
        origin: Origin,
    },
}

/// A record as it stands in its system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: RemoteId,
    /// Its own row, in the order of the source's schema.
    pub own: Row,
    /// When it was last changed, by the system's clock.
    pub changed_at: Option<Timestamp>,
    /// Who changed it last.
    pub origin: Origin,
    /// The intent of ours that made this version, where the system says so.
    pub mark: Option<IntentId>,
}

/// A write to one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemWrite {
    /// The intent that it carries out; the same for a repeated attempt.
    pub intent: IntentId,
    /// What is done.
    pub action: Action,
}

/// What a write does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A record is made. A connector for which the caller chooses the id finds
    /// it among the values of the key fields.
    Create {
        /// The own row; absent: the system's default.
        values: Row,
    },
    /// A record gets new values.
    Update {
        /// The record.
        id: RemoteId,
        /// The own row; absent: leave as it is.
        values: Row,
        /// The own row as the caller last saw it. The write goes through only
        /// if every field that it sets still has this value.
        expected: Row,
    },
    /// A record is archived. One that is gone already is done; one of which the
    /// system cannot say whether it is gone or out of sight (a right is missing) is
    /// stale, with no record.
    Archive {
        /// The record.
        id: RemoteId,
        /// The own row as the caller last saw it; absent: no condition. The
        /// write goes through only if every present value still stands, so that
        /// nobody's edit goes with the record unseen.
        expected: Row,
    },
    /// A record is deleted for good. One that is gone already, or of which that cannot
    /// be said, is as for an archive.
    Delete {
        /// The record.
        id: RemoteId,
        /// As for an archive.
        expected: Row,
    },
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done. The record as it stands now; none after a delete or an
    /// archive that hides it.
    Done(Option<Record>),
    /// It was not made, because the record is no longer as expected. The
    /// record as it stands now; none if it is not there.
    Stale(Option<Record>),
    /// The system refuses it, and would again: a value too long, a broken
    /// constraint, a right that is missing.
    Refused {
        /// The own field that it is about, where the system says so.
        field: Option<String>,
        /// What the system said.
        message: String,
    },
    /// It may or may not have landed.
    Ambiguous {
        /// What happened.
        message: String,
    },
    /// It was certainly not made, and may be tried again in the next pass.
    NotSent {
        /// What happened.
        message: String,
    },
}

/// A write whose outcome is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// Its intent.
    pub intent: IntentId,
    /// What it was to do.
    pub action: Action,
}

/// What became of a write whose outcome was open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It landed.
    Landed {
        /// The record as it stands now; none after a delete or an archive that
        /// hides it. A record that was to be removed is gone, whoever removed
        /// it; where it is told nonetheless, somebody has brought it back since.
        now: Option<Record>,
        /// What the write left in the fields that it wrote, of a new record in
        /// all of them, where the system remembers. Where `now` differs,
        /// somebody has edited the record since.
        left: Option<Row>,
    },
    /// It did not land. The record as it stands now, where there is one.
    NotLanded(Option<Record>),
}

impl Found {
    /// The record is gone, as was meant.
    pub const GONE: Self = Self::Landed {
        now: None,
        left: None,
    };
}
