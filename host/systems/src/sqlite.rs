//! The sqlite connector: one database file, each table a source.
//!
//! Changes come from a log that Treaty keeps in the database (`changes = "log"`,
//! three small triggers for each table, in plain SQL that every SQLite
//! understands), or from a column that says when a row was changed
//! (`changes = "watermark"`). Writes are one transaction for each call, a
//! savepoint for each write; the comparison with what was expected happens
//! inside it, so nobody comes between. Treaty's own tables all begin with
//! `treaty_`; `sqlite/state.rs` lists them.
//!
//! The log does not show rows that `INSERT OR REPLACE` removes because of
//! *another* row's unique column, unless the writing program has switched
//! `recursive_triggers` on: SQLite runs no delete trigger for them.

mod cursor;
mod error;
mod feed;
mod listing;
mod log;
mod rows;
mod schema;
mod state;
mod value;
mod watermark;
mod write;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OpenFlags};
use treaty_model::{Clock, OwnSchema, RemoteId};

use crate::open::Options;
use crate::{
    Capabilities, ChangeFeed, Conditional, Connector, ConnectorKind, ConnectorOption, Cursor,
    Found, Needs, Outcome, Page, Record, Sample, Sought, Source, SystemError, SystemSettings,
    SystemWrite, Vitals, disk,
};
use schema::Table;

/// The connector as a treaty names it.
pub(crate) const KIND: ConnectorKind = ConnectorKind {
    name: "sqlite",
    about: "a SQLite database file; a source is a table",
    needs: Needs::File,
    options: &[
        ConnectorOption {
            name: "changes",
            about: "how changes are found: a log kept by triggers (so without it, where the \
                    database can be written), or the source's column that says when a row was \
                    changed",
            values: &["log", "watermark"],
        },
        ConnectorOption {
            name: "overlap-ms",
            about: "watermark: how long after its time of change a row may be committed, in \
                    milliseconds; without it: 10000",
            values: &[],
        },
        ConnectorOption {
            name: "log-keep",
            about: "log: how many changes are kept after they were read, for other readers; \
                    without it: 10000",
            values: &[],
        },
        ConnectorOption {
            name: "busy-timeout-ms",
            about: "how long to wait for somebody else's lock, in milliseconds; without it: 5000",
            values: &[],
        },
    ],
};

/// A SQLite database.
pub(crate) struct SqliteConnector {
    shared: Arc<Shared>,
    capabilities: Capabilities,
}

/// What the blocking work needs.
struct Shared {
    connection: Mutex<Connection>,
    context: Context,
}

/// What all work on the database knows.
struct Context {
    /// The file, for messages.
    place: String,
    /// What the treaty says.
    changes: Option<ChangeFeed>,
    overlap_micros: i64,
    log_keep: i64,
    /// Whether nothing can be written, so that there can be no log.
    read_only: bool,
    clock: Arc<dyn Clock>,
}

impl SqliteConnector {
    /// Opens a database file, which must be there.
    pub(crate) async fn open(
        settings: &SystemSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SystemError> {
        let options = Options::of(settings);
        let path = settings.path.clone().unwrap_or_default();
        let place = path.display().to_string();
        if !path.is_file() {
            return Err(options.wrong(format_args!("{place} is no file")));
        }
        let busy = Duration::from_millis(options.number("busy-timeout-ms", 5_000)?);
        let overlap_ms = options.number("overlap-ms", 10_000)?;
        let log_keep = options.number("log-keep", 10_000)?;
        let opened = tokio::task::spawn_blocking({
            let place = place.clone();
            move || {
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let open = || {
                    let connection = Connection::open_with_flags(&path, flags)?;
                    connection.busy_timeout(busy)?;
                    let read_only = connection.is_readonly("main")?;
                    // The first look at the file, so that a damaged one shows here.
                    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
                    Ok((connection, read_only))
                };
                open().map_err(|error| error::failed(&place, "open the database", &error))
            }
        });
        let (connection, read_only) = joined(opened.await)?;
        let changes = match options.get("changes") {
            Some("log") => Some(ChangeFeed::Log),
            Some(_) => Some(ChangeFeed::Watermark),
            None => None,
        };
        let feed = match changes {
            Some(feed) => feed,
            None if read_only => ChangeFeed::Watermark,
            None => ChangeFeed::Log,
        };
        let context = Context {
            place,
            changes,
            overlap_micros: i64::try_from(overlap_ms)
                .unwrap_or(i64::MAX)
                .saturating_mul(1_000),
            log_keep: i64::try_from(log_keep).unwrap_or(i64::MAX),
            read_only,
            clock,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                connection: Mutex::new(connection),
                context,
            }),
            capabilities: capabilities(feed, read_only),
        })
    }

    /// Runs work on the database where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        source: &Source,
        work: impl FnOnce(&mut Connection, &Table, &Context) -> Result<T, SystemError> + Send + 'static,
    ) -> Result<T, SystemError> {
        let shared = Arc::clone(&self.shared);
        let source = source.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = shared.connection.lock().expect("no user panics");
            // The schema is read each time: it is cheap, and its owner may
            // change it between two calls.
            let table = schema::load(&connection, &source, &shared.context)?;
            work(&mut connection, &table, &shared.context)
        });
        joined(done.await)
    }
}

fn joined<T>(
    done: Result<Result<T, SystemError>, tokio::task::JoinError>,
) -> Result<T, SystemError> {
    done.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
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
        writes_max: 1_000,
        gets_max: 10_000,
        index_lag_ms: 0,
    }
}

#[async_trait]
impl Connector for SqliteConnector {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn describe(&self, source: &Source) -> Result<OwnSchema, SystemError> {
        self.blocking(source, |_, table, _| Ok(table.schema()))
            .await
    }

    async fn sources(&self) -> Result<Vec<String>, SystemError> {
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || {
            let connection = shared.connection.lock().expect("no user panics");
            schema::table_names(&connection)
                .map_err(|error| error::failed(&shared.context.place, "list its tables", &error))
        });
        joined(done.await)
    }

    async fn sample(&self, source: &Source, rows_max: usize) -> Result<Sample, SystemError> {
        self.blocking(source, move |connection, table, context| {
            listing::sample(connection, table, context, rows_max)
        })
        .await
    }

    async fn vitals(&self) -> Result<Vitals, SystemError> {
        let quotas = disk(Path::new(&self.shared.context.place))
            .into_iter()
            .collect();
        Ok(Vitals {
            clock: None,
            quotas,
        })
    }

    async fn changes(
        &self,
        source: &Source,
        cursor: Option<&Cursor>,
        records_max: usize,
    ) -> Result<Page, SystemError> {
        let cursor = cursor.cloned();
        self.blocking(source, move |connection, table, context| {
            feed::changes(
                connection,
                table,
                context,
                cursor.as_ref(),
                records_max.max(1),
            )
        })
        .await
    }

    async fn get(
        &self,
        source: &Source,
        ids: &[RemoteId],
    ) -> Result<Vec<Option<Record>>, SystemError> {
        let ids = ids.to_vec();
        self.blocking(source, move |connection, table, context| {
            ids.iter()
                .map(|id| rows::visible(connection, table, context, id))
                .collect()
        })
        .await
    }

    async fn write(
        &self,
        source: &Source,
        writes: &[SystemWrite],
    ) -> Result<Vec<Outcome>, SystemError> {
        let writes = writes.to_vec();
        self.blocking(source, move |connection, table, context| {
            write::write(connection, table, context, &writes)
        })
        .await
    }

    async fn find(&self, source: &Source, intents: &[Sought]) -> Result<Vec<Found>, SystemError> {
        let intents = intents.to_vec();
        self.blocking(source, move |connection, table, context| {
            write::find(connection, table, context, &intents)
        })
        .await
    }
}
