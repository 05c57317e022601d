//! Why a pack does not come from a registry, or go there.

use treaty_model::Digest;

use crate::Refusal;

/// Why a pack does not come from a registry, or go there.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// It does not say which pack.
    #[error("{reference} does not say which pack")]
    Unsaid {
        /// What was said.
        reference: String,
    },
    /// The registry cannot be reached, or breaks off.
    #[error("{reference}: the registry cannot be reached: {message}")]
    Unreachable {
        /// The pack.
        reference: String,
        /// Why not.
        message: String,
    },
    /// It breaks off within an answer.
    #[error("{reference}: the registry broke off while it sent {what}: {message}")]
    BrokeOff {
        /// The pack.
        reference: String,
        /// What it sent.
        what: String,
        /// How.
        message: String,
    },
    /// It took too long as a whole.
    #[error("{reference}: the registry has not done it in {seconds} s")]
    TooLong {
        /// The pack.
        reference: String,
        /// How long it had.
        seconds: f64,
    },
    /// It is not there.
    #[error("{reference} is not there")]
    NotThere {
        /// The pack.
        reference: String,
    },
    /// The registry wants to know who asks, or does not let them.
    #[error("{reference}: the registry does not allow it ({status})")]
    NotAllowed {
        /// The pack.
        reference: String,
        /// What it answered.
        status: u16,
    },
    /// The registry answers with a failure.
    #[error("{reference}: asked for {what}, the registry answers {status} {said}")]
    Failed {
        /// The pack.
        reference: String,
        /// What was asked for.
        what: String,
        /// What it answered.
        status: u16,
        /// The beginning of what it said.
        said: String,
    },
    /// It sends us somewhere that we do not go.
    #[error("{reference}: asked for {what}, the registry sends us to {to}: {why}")]
    Elsewhere {
        /// The pack.
        reference: String,
        /// What was asked for.
        what: String,
        /// Where it sends us.
        to: String,
        /// Why we do not go.
        why: &'static str,
    },
    /// It answers with what is no answer.
    #[error("{reference}: asked for {what}, the registry answers nonsense: {why}")]
    Nonsense {
        /// The pack.
        reference: String,
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It sends more than it may.
    #[error("{reference}: the registry sends more than {max} bytes for {what}")]
    TooMuch {
        /// The pack.
        reference: String,
        /// What was asked for.
        what: String,
        /// How much it may send.
        max: u64,
    },
    /// It says that something has another size than the manifest says.
    #[error("{reference}: the registry sends {found} bytes for {what}, and should send {said}")]
    OtherSize {
        /// The pack.
        reference: String,
        /// What was asked for.
        what: String,
        /// How many it sends.
        found: u64,
        /// How many it should.
        said: u64,
    },
    /// It sends something else.
    #[error("{reference}: asked for {wanted}, there is {found}")]
    OtherDigest {
        /// The pack.
        reference: String,
        /// What was asked for.
        wanted: Digest,
        /// What there is.
        found: Digest,
    },
    /// What it sends is refused.
    #[error("{reference} is refused: {refusal}")]
    Refused {
        /// The pack.
        reference: String,
        /// Why.
        refusal: Refusal,
    },
    /// This machine is not set up for it.
    #[error("no registry can be reached from here: {0}")]
    Machine(String),
}

impl RegistryError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unsaid { .. } => "add its version or digest: …:2.1.0, or …@sha256:…",
            Self::Unreachable { .. } | Self::BrokeOff { .. } | Self::TooLong { .. } => {
                "try again later; a pack in a file needs no registry: treaty pack install"
            }
            Self::NotThere { .. } => {
                "look at its name and version; who may not see it is told this"
            }
            Self::NotAllowed { .. } => "say who you are: user and password as env: or file:",
            Self::Failed { .. } => "ask whoever runs the registry",
            Self::Elsewhere { .. }
            | Self::Nonsense { .. }
            | Self::TooMuch { .. }
            | Self::OtherSize { .. }
            | Self::OtherDigest { .. } => {
                "do not trust this registry; nothing that it sent was kept"
            }
            Self::Refused { refusal, .. } => refusal.hint(),
            Self::Machine(_) => "install the authorities that the machine trusts: ca-certificates",
        }
    }
}
