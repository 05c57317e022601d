//! What SQLite's result codes mean to Treaty. (sqlite.org/rescode.html)

use rusqlite::{Error, ErrorCode};

use crate::{Outcome, SystemError};

/// The error of something that was done to a database.
pub(super) fn failed(place: &str, what: &str, error: &Error) -> SystemError {
    let system = place.to_owned();
    let message = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => SystemError::Busy {
            system,
            message: "another program holds its lock; the option busy-timeout-ms says how long to \
                      wait for it"
                .to_owned(),
        },
        Some(ErrorCode::ReadOnly) if is_moved(error) => SystemError::Unreachable {
            system,
            message: "the file was moved or removed while Treaty had it open".to_owned(),
        },
        Some(
            ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::AuthorizationForStatementDenied,
        ) => SystemError::Forbidden {
            what: format!("{what} in {place}"),
            message,
        },
        Some(ErrorCode::CannotOpen) => SystemError::Unreachable { system, message },
        Some(ErrorCode::NotADatabase) => SystemError::Content {
            place: system,
            message: format!(
                "{message}, or one that is encrypted; name the right file as its path"
            ),
        },
        Some(ErrorCode::DatabaseCorrupt) => SystemError::Content {
            place: system,
            message: format!("{message}; restore it from a copy"),
        },
        Some(ErrorCode::DiskFull) => SystemError::Failed {
            system,
            message: "the disk is full; nothing was changed".to_owned(),
        },
        _ => SystemError::Failed {
            system,
            message: format!("cannot {what}: {message}"),
        },
    }
}

/// Whether the file is no longer where it was opened.
fn is_moved(error: &Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(rusqlite::ffi::SQLITE_READONLY_DBMOVED)
}

/// The refusal that an error of one write is; none where it says nothing about
/// that write.
pub(super) fn refusal(error: &Error) -> Option<Outcome> {
    let refuses = matches!(
        error.sqlite_error_code()?,
        ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig
    );
    refuses.then(|| {
        let message = match error {
            Error::SqliteFailure(_, Some(message)) => message.clone(),
            other => other.to_string(),
        };
        Outcome::Refused {
            field: column(&message),
            message,
        }
    })
}

/// The column in `UNIQUE constraint failed: person.email, person.name`: the
/// first one, where it names any.
fn column(message: &str) -> Option<String> {
    let (what, place) = message.split_once(" constraint failed: ")?;
    if what != "UNIQUE" && what != "NOT NULL" {
        return None;
    }
    let first = place.split(", ").next()?;
    first.rsplit_once('.').map(|(_, column)| column.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_names_its_column() {
        let check = |message, expected: Option<&str>| {
            assert_eq!(column(message).as_deref(), expected, "{message}");
        };
        check("UNIQUE constraint failed: person.email", Some("email"));
        check("NOT NULL constraint failed: person.name", Some("name"));
        check("CHECK constraint failed: age > 0", None);
        check("FOREIGN KEY constraint failed", None);
    }
}
