//! A session with the server: its fixed formats, and statements that carry
//! nothing but text.

pub(super) mod pipeline;

use std::ops::Deref;

use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use crate::SystemError;
use crate::postgres::address::Address;
use crate::postgres::error::failed;
use pipeline::Statement;

/// The oldest server that has `xid8` and `pg_current_xact_id`.
const VERSION_MIN: u32 = 130_000;

impl Address {
    async fn connect(&self) -> Result<Session, SystemError> {
        let connected = self.tls.connect(&self.config).await;
        let (client, connection) =
            connected.map_err(|error| self.tls.unreachable(&self.place, &error))?;
        tokio::spawn(async move {
            // Whoever waits for an answer gets the error; an idle session is
            // opened again when it is next needed.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a session with PostgreSQL ended");
            }
        });
        let session = Session {
            client,
            place: self.place.clone(),
        };
        session.run(&self.setup).await?;
        let version = session
            .one("SELECT current_setting('server_version_num')", &[])
            .await?;
        let version = version.and_then(|version| version.parse().ok());
        if version.unwrap_or(0) < VERSION_MIN {
            return Err(SystemError::Configuration {
                message: format!(
                    "{} is older than PostgreSQL 13, the oldest that Treaty works with",
                    self.place
                ),
            });
        }
        Ok(session)
    }
}

/// A line to the server: one session, opened when it is needed.
pub(super) struct Line {
    address: Address,
    session: Mutex<Option<Session>>,
}

impl Line {
    /// A line to an address.
    pub(super) fn to(address: Address) -> Self {
        Self {
            address,
            session: Mutex::new(None),
        }
    }

    /// The session, for one piece of work. A session that was lost meanwhile is
    /// opened again.
    pub(super) async fn lease(&self) -> Result<Lease<'_>, SystemError> {
        let mut slot = self.session.lock().await;
        let session = match slot.take() {
            Some(session) if session.client.check_connection().await.is_ok() => session,
            _ => self.address.connect().await?,
        };
        Ok(Lease { slot, session })
    }
}

/// The session while somebody works with it. Unless it is given back it is
/// closed, and the server undoes what was not committed: work that is given up
/// half way leaves no transaction open.
pub(super) struct Lease<'a> {
    slot: MutexGuard<'a, Option<Session>>,
    session: Session,
}

impl Lease<'_> {
    /// Ends the work; the session stays for the next.
    pub(super) fn give_back(self) {
        let Self { mut slot, session } = self;
        *slot = Some(session);
    }
}

impl Deref for Lease<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

/// A session with the server.
pub(super) struct Session {
    client: Client,
    /// The server and database, without credentials.
    pub(super) place: String,
}

/// A parameter of a statement.
#[derive(Clone, Debug)]
pub(super) enum Parameter {
    /// `text`
    Text(Option<String>),
    /// `text[]`
    Texts(Vec<String>),
}

impl Parameter {
    fn value(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Text(text) => text,
            Self::Texts(texts) => texts,
        }
    }

    fn of_type(&self) -> Type {
        match self {
            Self::Text(_) => Type::TEXT,
            Self::Texts(_) => Type::TEXT_ARRAY,
        }
    }

    fn typed(&self) -> (&(dyn ToSql + Sync), Type) {
        (self.value(), self.of_type())
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Parameter {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<Option<String>> for Parameter {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

/// A row of an answer, every column as text.
pub(super) type TextRow = Vec<Option<String>>;

fn texts(rows: &[tokio_postgres::Row]) -> Result<Vec<TextRow>, tokio_postgres::Error> {
    let texts = |row: &tokio_postgres::Row| (0..row.len()).map(|at| row.try_get(at)).collect();
    rows.iter().map(texts).collect()
}

impl Session {
    /// The rows that a statement answers. Every column of it must be text.
    pub(super) async fn try_rows(
        &self,
        sql: &str,
        parameters: &[Parameter],
    ) -> Result<Vec<TextRow>, tokio_postgres::Error> {
        let typed: Vec<_> = parameters.iter().map(Parameter::typed).collect();
        texts(&self.client.query_typed(sql, &typed).await?)
    }

    /// Runs statements without parameters.
    pub(super) async fn try_run(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    /// [`Session::try_rows`], failing as a system does.
    pub(super) async fn rows(
        &self,
        sql: &str,
        parameters: &[Parameter],
    ) -> Result<Vec<TextRow>, SystemError> {
        self.try_rows(sql, parameters)
            .await
            .map_err(|error| failed(&self.place, &error))
    }

    /// The rows that statements answer which are sent one behind the other.
    pub(super) async fn all_rows(
        &self,
        statements: &[Statement],
    ) -> Result<Vec<Vec<TextRow>>, SystemError> {
        let rows = self.pipelined(statements).await;
        rows.map_err(|stopped| failed(&self.place, &stopped.error))
    }

    /// The first column of the first row.
    pub(super) async fn one(
        &self,
        sql: &str,
        parameters: &[Parameter],
    ) -> Result<Option<String>, SystemError> {
        let rows = self.rows(sql, parameters).await?;
        Ok(rows.into_iter().flatten().next().flatten())
    }

    /// [`Session::try_run`], failing as a system does.
    pub(super) async fn run(&self, sql: &str) -> Result<(), SystemError> {
        self.try_run(sql)
            .await
            .map_err(|error| failed(&self.place, &error))
    }
}
