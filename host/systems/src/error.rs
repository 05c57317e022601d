//! Operation errors: network, credentials, quota, disk.

use thiserror::Error;

/// Why a system could not be read or written at all. The pass ends for that
/// system, its cursor stays, and the next pass resumes.
#[derive(Debug, Error)]
pub enum SystemError {
    /// The treaty's settings for the system cannot work.
    #[error("{message}")]
    Configuration {
        /// What is wrong, and what would be valid.
        message: String,
    },
    /// The system cannot be reached, or does not answer.
    #[error("cannot reach {system}: {message}")]
    Unreachable {
        /// The system, by its address or path, without credentials.
        system: String,
        /// What happened.
        message: String,
    },
    /// The credentials are wrong or lack a right.
    #[error("not allowed to {what}: {message}")]
    Forbidden {
        /// What was to be done.
        what: String,
        /// What the system said.
        message: String,
    },
    /// A source, or a field of it, is not there or is not what it was.
    #[error("{source_name}: {message}")]
    Schema {
        /// The source.
        source_name: String,
        /// What is missing or different, and what there is.
        message: String,
    },
    /// What the system holds cannot be read: a damaged file, a row with too few
    /// columns, bytes that are no text.
    #[error("{place}: {message}")]
    Content {
        /// Where: a file with line, a table with key.
        place: String,
        /// What is wrong.
        message: String,
    },
    /// The system asks for patience, or is locked by somebody.
    #[error("{system} is busy: {message}")]
    Busy {
        /// The system.
        system: String,
        /// What it said.
        message: String,
    },
    /// The system failed in a way that none of the above says.
    #[error("{system} failed: {message}")]
    Failed {
        /// The system.
        system: String,
        /// What it said.
        message: String,
    },
}
