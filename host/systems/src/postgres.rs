//! The postgres connector: one database, each table a source.
//!
//! Changes come from a log that Treaty keeps in the schema `treaty`
//! (`changes = "log"`, two triggers for each table), from the server's own log
//! (`changes = "decoding"`, a slot and a publication for each table), or from a
//! column that says when a row was changed (`changes = "watermark"`). Treaty's log
//! is read by snapshots of which transactions had ended, and decoding goes by
//! commits, so one that comes late is never missed; a watermark relies on
//! transactions being shorter than its overlap.
//!
//! Everything crosses the wire as text, in a session whose formats are fixed, so
//! that no value depends on a setting or on a type that the driver knows. Writes
//! are one transaction for each call, made together in a few round trips, and one
//! that stops the others in a savepoint of its own; a row is locked before it is
//! compared with what was expected, so nobody comes between. Sessions are encrypted
//! as the address says, in libpq's words.

mod address;
mod cursor;
mod decoding;
mod error;
mod feed;
mod install;
mod listing;
mod log;
mod rows;
mod schema;
mod session;
mod tls;
mod value;
mod vitals;
mod watermark;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use treaty_model::{Clock, OwnSchema, RemoteId, SystemName};

use crate::open::Options;
use crate::{
    Capabilities, ChangeFeed, Conditional, Connector, ConnectorKind, ConnectorOption, Cursor,
    Found, Needs, Outcome, Page, Record, Sample, Sought, Source, SystemError, SystemSettings,
    SystemWrite, Vitals,
};
use address::Address;
use session::Line;

/// The connector as a treaty names it.
pub(crate) const KIND: ConnectorKind = ConnectorKind {
    name: "postgres",
    about: "a PostgreSQL database, version 13 or later; a source is a table, schema.table",
    needs: Needs::Url,
    options: &[
        ConnectorOption {
            name: "changes",
            about: "how changes are found: a log kept by triggers (so without it, where the role \
                    may create them), the source's column that says when a row was changed, or \
                    logical decoding, which keeps the server's log until it was read and must be \
                    asked for",
            values: &["log", "watermark", "decoding"],
        },
        ConnectorOption {
            name: "slots",
            about: "decoding: what the names of replication slots begin with, where two treaties \
                    read one table; lower case letters, digits and _; without it: treaty",
            values: &[],
        },
        ConnectorOption {
            name: "overlap-ms",
            about: "watermark: how long after its time of change a row may be committed, in \
                    milliseconds; without it: 60000",
            values: &[],
        },
        ConnectorOption {
            name: "log-keep",
            about: "log: how many changes are kept after they were read, for other readers; \
                    without it: 10000",
            values: &[],
        },
        ConnectorOption {
            name: "statement-timeout-ms",
            about: "how long a statement may take, in milliseconds; without it: 60000",
            values: &[],
        },
        ConnectorOption {
            name: "lock-timeout-ms",
            about: "how long to wait for somebody else's lock, in milliseconds; without it: 5000",
            values: &[],
        },
    ],
};

/// How long the option `slots` may be; a name takes 63 characters in all.
const SLOTS_CHARS_MAX: usize = 20;

/// A PostgreSQL database.
pub(crate) struct PostgresConnector {
    line: Line,
    context: Context,
    capabilities: Capabilities,
}

/// How the changes of a table are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By the log that triggers keep.
    Log,
    /// By a column that says when a row was changed.
    Watermark,
    /// By decoding the server's own log.
    Decoding,
}

/// What all work on the database knows.
struct Context {
    /// What the treaty says.
    changes: Option<Way>,
    /// The system's name in the treaty.
    system: SystemName,
    /// What the names of slots begin with.
    slots: String,
    /// Whether Treaty has its tables there or may make them.
    may_log: bool,
    overlap_ms: u64,
    log_keep: u64,
    clock: Arc<dyn Clock>,
}

impl PostgresConnector {
    /// Opens a database. The server must answer: what it allows decides how
    /// changes are found.
    pub(crate) async fn open(
        settings: &SystemSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SystemError> {
        let options = Options::of(settings);
        let line = Line::to(Address::read(settings, &options, clock.clone())?);
        let lease = line.lease().await?;
        let may_log = install::is_possible(&lease).await?;
        let read_only = install::is_read_only(&lease).await?;
        lease.give_back();
        let changes = match options.get("changes") {
            Some("log") => Some(Way::Log),
            Some("decoding") => Some(Way::Decoding),
            Some(_) => Some(Way::Watermark),
            None => None,
        };
        let feed = match changes {
            Some(Way::Log | Way::Decoding) => ChangeFeed::Log,
            None if may_log => ChangeFeed::Log,
            Some(Way::Watermark) | None => ChangeFeed::Watermark,
        };
        Ok(Self {
            line,
            context: Context {
                changes,
                system: settings.name.clone(),
                slots: slots(&options)?,
                may_log,
                overlap_ms: options.number("overlap-ms", 60_000)?,
                log_keep: options.number("log-keep", 10_000)?,
                clock,
            },
            capabilities: capabilities(feed, read_only),
        })
    }
}

/// What the names of slots begin with.
fn slots(options: &Options<'_>) -> Result<String, SystemError> {
    let slots = options.get("slots").unwrap_or("treaty");
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = slots.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && slots.len() <= SLOTS_CHARS_MAX && slots.chars().all(fits) {
        return Ok(slots.to_owned());
    }
    Err(options.wrong(format!(
        "option slots takes a lower case letter and then lower case letters, digits and _, \
         {SLOTS_CHARS_MAX} in all"
    )))
}

fn capabilities(changes: ChangeFeed, read_only: bool) -> Capabilities {
    Capabilities {
        connector: KIND.name.to_owned(),
        changes,
        conditional: Conditional::Strong,
        create: !read_only,
        archive: !read_only,
        delete: !read_only,
        marks_own_writes: changes == ChangeFeed::Log,
        writes_max: 500,
        gets_max: 10_000,
        index_lag_ms: 0,
    }
}

#[async_trait]
impl Connector for PostgresConnector {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn describe(&self, source: &Source) -> Result<OwnSchema, SystemError> {
        let lease = self.line.lease().await?;
        let table = schema::load(&lease, source).await?;
        lease.give_back();
        Ok(table.schema())
    }

    async fn sources(&self) -> Result<Vec<String>, SystemError> {
        let lease = self.line.lease().await?;
        let names = schema::table_names(&lease).await?;
        lease.give_back();
        Ok(names)
    }

    async fn sample(&self, source: &Source, rows_max: usize) -> Result<Sample, SystemError> {
        let lease = self.line.lease().await?;
        let table = schema::load(&lease, source).await?;
        let sample = listing::sample(&lease, &table, rows_max).await?;
        lease.give_back();
        Ok(sample)
    }

    async fn vitals(&self) -> Result<Vitals, SystemError> {
        let lease = self.line.lease().await?;
        let vitals = vitals::vitals(&lease, &self.context).await?;
        lease.give_back();
        Ok(vitals)
    }

    async fn changes(
        &self,
        source: &Source,
        cursor: Option<&Cursor>,
        records_max: usize,
    ) -> Result<Page, SystemError> {
        let lease = self.line.lease().await?;
        let table = schema::load(&lease, source).await?;
        let page = feed::changes(&lease, &table, &self.context, cursor, records_max.max(1)).await?;
        lease.give_back();
        Ok(page)
    }

    async fn get(
        &self,
        source: &Source,
        ids: &[RemoteId],
    ) -> Result<Vec<Option<Record>>, SystemError> {
        let lease = self.line.lease().await?;
        let table = schema::load(&lease, source).await?;
        let mut found = rows::by_ids(&lease, &table, ids).await?;
        lease.give_back();
        let record = |id| found.remove(id).and_then(rows::Standing::visible);
        Ok(ids.iter().map(record).collect())
    }

    async fn write(
        &self,
        source: &Source,
        writes: &[SystemWrite],
    ) -> Result<Vec<Outcome>, SystemError> {
        let lease = self.line.lease().await?;
        let table = schema::load(&lease, source).await?;
        let outcomes = write::write(&lease, &table, &self.context, writes).await?;
        lease.give_back();
        Ok(outcomes)
    }

    async fn find(&self, source: &Source, intents: &[Sought]) -> Result<Vec<Found>, SystemError> {
        let lease = self.line.lease().await?;
        let table = schema::load(&lease, source).await?;
        let found = write::find(&lease, &table, intents).await?;
        lease.give_back();
        Ok(found)
    }
}
