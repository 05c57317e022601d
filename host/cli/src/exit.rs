//! How a command ends. The codes are documented in `treaty --help` and never
//! change their meaning.

use std::process::ExitCode;

use treaty_engine::EngineError;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All of it was done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// A plan has something to do.
    Pending = 2,
    /// A guard stopped the plan.
    Guarded = 3,
    /// The treaty has problems.
    Problems = 4,
    /// Done in part: a system could not be used, or did not say what became of a
    /// write; or `doctor` found something wrong.
    Partial = 5,
    /// More would be decided otherwise than a gate allows.
    Gated = 6,
    /// The command line cannot be understood.
    Usage = 64,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failed {
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// How the command ends.
    pub exit: Exit,
}

impl Failed {
    /// A failure like any other.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
            exit: Exit::Failed,
        }
    }
}

impl From<EngineError> for Failed {
    fn from(error: EngineError) -> Self {
        let exit = match error {
            EngineError::Treaty(_) | EngineError::Rule { .. } => Exit::Problems,
            _ => Exit::Failed,
        };
        Self {
            message: error.to_string(),
            hint: error.hint(),
            exit,
        }
    }
}
