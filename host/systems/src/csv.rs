//! The csv connector: a folder of files, each file a source.
//!
//! A file belongs to the people who edit it, so it is treated with care: its
//! delimiter, quoting, encoding, line endings, column order and unknown columns
//! stay as they are, and a record that nothing writes keeps every byte. A file
//! that looks emptied or cut off is an error, never a thousand deletes.
//!
//! Every listing is complete; a file that is as it was at the last reading is
//! told by its size, time and digest, and costs one look at the folder. Writes
//! replace the file in one step. Somebody may save the file between our reading
//! and our replacing it: that window is made small and checked for, not closed.

mod cursor;
mod dialect;
mod file;
mod listing;
mod new_id;
mod replace;
mod sample;
mod scan;
mod table;
mod write;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use treaty_model::{Clock, OwnField, OwnKind, OwnSchema, RemoteId};

use crate::open::Options;
use crate::{
    Capabilities, ChangeFeed, Conditional, Connector, ConnectorKind, ConnectorOption, Cursor,
    Found, Needs, Outcome, Page, Record, Sample, Sought, Source, SystemError, SystemSettings,
    SystemWrite, Vitals, disk,
};
use dialect::DialectOptions;
use file::Loaded;
use table::Table;

/// The connector as a treaty names it.
pub(crate) const KIND: ConnectorKind = ConnectorKind {
    name: "csv",
    about: "a folder of CSV files; a source is a file, with or without its .csv",
    needs: Needs::Folder,
    options: &[
        ConnectorOption {
            name: "delimiter",
            about: "what separates cells; without it: found out for each file",
            values: &["comma", "semicolon", "tab", "pipe"],
        },
        ConnectorOption {
            name: "quoting",
            about: "which cells of a written record stand in quotes; without it: as in the file",
            values: &["needed", "all"],
        },
        ConnectorOption {
            name: "encoding",
            about: "the encoding of files without a byte order mark, by its WHATWG label; \
                    without it: UTF-8 or windows-1252, found out for each file",
            values: &[],
        },
        ConnectorOption {
            name: "line-ending",
            about: "how a written record ends; without it: as in the file",
            values: &["lf", "crlf"],
        },
        ConnectorOption {
            name: "empty",
            about: "what an empty cell is: null (so without it) or a text without characters",
            values: &["null", "text"],
        },
        ConnectorOption {
            name: "new-ids",
            about: "the id of a created record that comes without one: a text made from the \
                    intent (so without it), or the highest number plus one",
            values: &["text", "number"],
        },
        ConnectorOption {
            name: "allow-empty",
            about: "whether a file that held records may come back with none; without it: false",
            values: &["true", "false"],
        },
    ],
};

/// How records without an id get one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NewIds {
    Text,
    Number,
}

/// What an empty cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Empty {
    Null,
    Text,
}

#[derive(Clone, Debug)]
struct CsvOptions {
    dialect: DialectOptions,
    empty: Empty,
    new_ids: NewIds,
    allow_empty: bool,
}

/// A folder of CSV files.
pub(crate) struct CsvConnector {
    shared: Arc<Shared>,
    capabilities: Capabilities,
}

/// What the blocking work needs.
struct Shared {
    folder: PathBuf,
    options: CsvOptions,
    clock: Arc<dyn Clock>,
    /// The last reading of each file, for the pages of one listing.
    readings: Mutex<HashMap<PathBuf, Arc<Loaded>>>,
}

impl CsvConnector {
    /// Opens a folder.
    pub(crate) fn open(
        settings: &SystemSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SystemError> {
        let options = Options::of(settings);
        let folder = settings.path.clone().unwrap_or_default();
        if !folder.is_dir() {
            return Err(options.wrong(format_args!("{} is no folder", folder.display())));
        }
        let options = CsvOptions {
            dialect: DialectOptions::from(&options)?,
            empty: match options.get("empty") {
                Some("text") => Empty::Text,
                _ => Empty::Null,
            },
            new_ids: match options.get("new-ids") {
                Some("number") => NewIds::Number,
                _ => NewIds::Text,
            },
            allow_empty: options.is_true("allow-empty"),
        };
        Ok(Self {
            shared: Arc::new(Shared {
                folder,
                options,
                clock,
                readings: Mutex::default(),
            }),
            capabilities: Capabilities {
                connector: KIND.name.to_owned(),
                changes: ChangeFeed::Listing,
                conditional: Conditional::Weak,
                create: true,
                archive: true,
                delete: true,
                marks_own_writes: false,
                writes_max: 10_000,
                gets_max: 100_000,
                index_lag_ms: 0,
            },
        })
    }

    /// Runs work that reads or writes files where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, SystemError> + Send + 'static,
    ) -> Result<T, SystemError> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || work(&shared))
            .await
            .unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
    }
}

#[async_trait]
impl Connector for CsvConnector {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn describe(&self, source: &Source) -> Result<OwnSchema, SystemError> {
        let source = source.clone();
        self.blocking(move |shared| Ok(schema(&shared.read(&source)?.table)))
            .await
    }

    async fn sources(&self) -> Result<Vec<String>, SystemError> {
        self.blocking(sample::sources).await
    }

    async fn sample(&self, source: &Source, rows_max: usize) -> Result<Sample, SystemError> {
        let source = source.clone();
        self.blocking(move |shared| sample::sample(shared, &source, rows_max))
            .await
    }

    async fn vitals(&self) -> Result<Vitals, SystemError> {
        let quotas = disk(&self.shared.folder).into_iter().collect();
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
        let (source, cursor) = (source.clone(), cursor.cloned());
        self.blocking(move |shared| listing::changes(shared, &source, cursor.as_ref(), records_max))
            .await
    }

    async fn get(
        &self,
        source: &Source,
        ids: &[RemoteId],
    ) -> Result<Vec<Option<Record>>, SystemError> {
        let (source, ids) = (source.clone(), ids.to_vec());
        self.blocking(move |shared| {
            let loaded = shared.read(&source)?;
            let table = &loaded.table;
            Ok(ids.iter().map(|id| table.visible(id)).collect())
        })
        .await
    }

    async fn write(
        &self,
        source: &Source,
        writes: &[SystemWrite],
    ) -> Result<Vec<Outcome>, SystemError> {
        let (source, writes) = (source.clone(), writes.to_vec());
        self.blocking(move |shared| write::write(shared, &source, &writes))
            .await
    }

    async fn find(&self, source: &Source, intents: &[Sought]) -> Result<Vec<Found>, SystemError> {
        let (source, intents) = (source.clone(), intents.to_vec());
        self.blocking(move |shared| write::find(shared, &source, &intents))
            .await
    }
}

fn schema(table: &Table) -> OwnSchema {
    let field = |(position, name): (usize, &String)| OwnField {
        name: name.clone(),
        kind: OwnKind::Text,
        nullable: table.empty() == Empty::Null,
        key: table.key().contains(&position),
        read_only: false,
        native: "text".to_owned(),
    };
    OwnSchema {
        fields: table.header().iter().enumerate().map(field).collect(),
    }
}
