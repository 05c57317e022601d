//! Operation errors: network, credentials, quota, disk.

use thiserror::Error;

/// Why a system could not be read or written at all. The pass ends for that
/// system, its cursor stays, and the next pass resumes.
#[derive(Clone, Debug, Error)]
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

impl SystemError {
    /// What to do, as a sentence fragment. Whatever it is, nothing is lost: the
    /// next pass resumes.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Configuration { .. } => {
                "mend the system's settings in treaty.toml; `treaty check` shows all problems"
            }
            Self::Unreachable { .. } => {
                "nothing is lost; see that it runs and can be reached from here, and run `treaty \
                 sync` again"
            }
            Self::Forbidden { .. } => {
                "nothing is lost; give Treaty's account this right, or another account, and run \
                 `treaty sync` again"
            }
            Self::Schema { .. } => {
                "nothing is lost; `treaty check` shows what the field table and the system no \
                 longer have in common"
            }
            Self::Content { .. } => {
                "nothing is lost; mend what stands there and run `treaty sync` again"
            }
            Self::Busy { .. } => "nothing is lost; run `treaty sync` again later",
            Self::Failed { .. } => "nothing is lost; mend it and run `treaty sync` again",
        }
    }
}
