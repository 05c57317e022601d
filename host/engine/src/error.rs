//! Why a pass, or a part of it, could not be made.

use thiserror::Error;
use treaty_folder::Problems;
use treaty_ledger::LedgerError;
use treaty_model::{RunId, SystemName};
use treaty_systems::SystemError;

/// Why the engine stopped. What was committed before stays, and the next pass
/// goes on from there.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The treaty cannot be carried out as it stands.
    #[error("{0}")]
    Treaty(Problems),
    /// A rule cannot be used.
    #[error("rule {name}: {message}")]
    Rule {
        /// Its name in the treaty.
        name: String,
        /// Why.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Treaty's own state cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A system cannot be used.
    #[error("system {system}: {source}")]
    System {
        /// Which.
        system: SystemName,
        /// Why.
        source: SystemError,
    },
    /// The sandbox cannot be set up.
    #[error("the sandbox cannot be set up: {0}")]
    Sandbox(String),
    /// There is no such question, or it cannot be answered like that.
    #[error("{message}")]
    Answer {
        /// What is wrong, and what would be valid.
        message: String,
    },
    /// No guard has stopped anything of that name.
    #[error("no guard has stopped {name}; stopped: {known}", known = nothing_if_empty(known))]
    Approval {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A treaty cannot be made of what is there.
    #[error("{message}")]
    Init {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// There was no such run.
    #[error("there was no run {run}")]
    Undo {
        /// Its number.
        run: RunId,
    },
    /// Something cannot be forgotten.
    #[error("{message}")]
    Forget {
        /// Why.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Nothing is known by what was asked for.
    #[error("{message}")]
    Explain {
        /// What was not found, and what there is.
        message: String,
        /// What to do.
        hint: String,
    },
}

fn nothing_if_empty(known: &str) -> &str {
    match known {
        "" => "nothing",
        known => known,
    }
}

impl EngineError {
    /// What to do, as a sentence fragment.
    pub fn hint(&self) -> String {
        match self {
            Self::Treaty(_) => "mend the treaty; `treaty check` shows all problems".to_owned(),
            Self::Rule { hint, .. }
            | Self::Explain { hint, .. }
            | Self::Init { hint, .. }
            | Self::Forget { hint, .. } => hint.clone(),
            Self::Ledger(error) => error.hint().to_owned(),
            Self::System { source, .. } => source.hint().to_owned(),
            Self::Sandbox(_) => "this machine cannot run rules; see the message".to_owned(),
            Self::Undo { .. } => "`treaty status` lists the last runs".to_owned(),
            Self::Approval { .. } => {
                "`treaty status` lists what guards have stopped; a plan that is another by now \
                 has another name"
                    .to_owned()
            }
            Self::Answer { .. } => "`treaty questions` lists what is open".to_owned(),
        }
    }
}
