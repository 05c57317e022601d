//! What SQLSTATE codes mean to Treaty. (postgresql.org, appendix A)

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::DbError;

use crate::{Outcome, SystemError};

/// The error of a session that could not be opened.
pub(super) fn unreachable(place: &str, error: &Error) -> SystemError {
    match error.as_db_error() {
        Some(said) if said.code().code().starts_with("28") => SystemError::Forbidden {
            what: format!("connect to {place}"),
            message: said.message().to_owned(),
        },
        Some(said) if said.code().code() == "3D000" => SystemError::Unreachable {
            system: place.to_owned(),
            message: format!(
                "{}; make it, or name another in the address",
                said.message()
            ),
        },
        Some(said) if said.code().code() == "53300" => SystemError::Busy {
            system: place.to_owned(),
            message: said.message().to_owned(),
        },
        _ => SystemError::Unreachable {
            system: place.to_owned(),
            message: said(error),
        },
    }
}

/// The error of a statement, for the whole system.
pub(super) fn failed(place: &str, error: &Error) -> SystemError {
    let system = place.to_owned();
    let message = said(error);
    let Some(database) = error.as_db_error() else {
        return SystemError::Unreachable { system, message };
    };
    let code = database.code().code();
    match code {
        "40001" | "40P01" | "55P03" | "55006" | "57014" | "53300" => SystemError::Busy {
            system,
            message: format!("{message}{}", patience(code)),
        },
        "42P01" | "42703" | "3F000" if database.where_().is_none() => SystemError::Schema {
            source_name: system,
            message,
        },
        "42501" | "25006" => SystemError::Forbidden {
            what: format!("read or write this in {place}"),
            message,
        },
        _ if code.starts_with("28") => SystemError::Forbidden {
            what: format!("use {place}"),
            message,
        },
        _ if is_disconnect(code) => SystemError::Unreachable { system, message },
        _ => SystemError::Failed {
            system,
            message: match database.where_() {
                // A function or trigger of the database's own.
                Some(place) => format!("{message} ({code}), in {place}").replace('\n', ", "),
                None => format!("{message} ({code})"),
            },
        },
    }
}

/// Which option says how long was waited for this.
pub(super) fn patience(code: &str) -> &'static str {
    match code {
        "55P03" => "; the option lock-timeout-ms says how long to wait for it",
        "57014" => "; the option statement-timeout-ms says how long it may take",
        _ => "",
    }
}

/// What an error of one write means.
pub(super) enum WriteError {
    /// The write has an outcome, and the others go on.
    Outcome(Box<Outcome>),
    /// The session is lost, and with it everything that was not committed.
    Lost(String),
    /// The whole call fails.
    System(SystemError),
}

impl From<Outcome> for WriteError {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(Box::new(outcome))
    }
}

/// What an error of one write means.
pub(super) fn of_write(place: &str, error: &Error) -> WriteError {
    let Some(database) = error.as_db_error() else {
        return WriteError::Lost(said(error));
    };
    let code = database.code().code();
    let message = said(error);
    match code {
        "40001" | "40P01" | "55P03" | "55006" | "57014" => WriteError::from(Outcome::NotSent {
            message: format!("{message}{}", patience(code)),
        }),
        // A value or constraint, a generated column, a program of the
        // database's own that objects, a right that is missing.
        "428C9" | "P0001" | "42501" | "42804" | "54000" | "0A000" => refused(database, message),
        _ if code.starts_with("22") || code.starts_with("23") || code.starts_with("44") => {
            refused(database, message)
        }
        _ if is_disconnect(code) => WriteError::Lost(message),
        _ => WriteError::System(failed(place, error)),
    }
}

fn refused(database: &DbError, message: String) -> WriteError {
    WriteError::from(Outcome::Refused {
        field: column(database),
        message,
    })
}

fn is_disconnect(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("57P")
}

/// The column that an error is about: the one it names, or the first in
/// `Key (email)=(…) already exists.`
fn column(database: &DbError) -> Option<String> {
    if let Some(column) = database.column() {
        return Some(column.to_owned());
    }
    let rest = database.detail()?.strip_prefix("Key (")?;
    let (columns, _) = rest.split_once(")=")?;
    let first = columns.split(", ").next()?;
    Some(first.trim_matches('"').to_owned())
}

/// What the server said, or why it said nothing.
pub(super) fn said(error: &Error) -> String {
    if let Some(database) = error.as_db_error() {
        // Of a row that a constraint refuses the server shows every column, also
        // those that are none of Treaty's business.
        let shows_row = matches!(database.code().code(), "23502" | "23514" | "44000");
        return match database.detail().filter(|_| !shows_row) {
            Some(detail) => format!("{}: {detail}", database.message()),
            None => database.message().to_owned(),
        };
    }
    match error.source() {
        Some(source) => format!("{error}: {source}").replace(": error communicating", ""),
        None => error.to_string(),
    }
}
