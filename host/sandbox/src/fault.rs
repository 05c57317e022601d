//! What can go wrong when a rule is called. All of it is the rule's doing,
//! except a fault of the host itself, which says so.

use std::fmt;

use serde::{Deserialize, Serialize};
use treaty_model::RuleError;

/// Why an element has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setback {
    /// The rule says no, in the way the contract provides.
    Error(RuleError),
    /// The rule broke: a trap, a limit, an answer that makes no sense.
    Fault(Fault),
}

/// A rule broke. The record is parked with this as the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}: {detail}")]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// What happened, a lowercase sentence fragment.
    pub detail: String,
}

/// The kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// WebAssembly trapped.
    Trap(TrapKind),
    /// The fuel of the batch ran out.
    OutOfFuel,
    /// The wall-clock backstop struck, twice. It depends on the machine, so it
    /// says nothing about the rule that another machine would confirm.
    Timeout,
    /// More memory was asked for than is allowed, and the rule did not cope.
    MemoryLimit,
    /// A larger table was asked for than is allowed.
    TableLimit,
    /// One element alone is larger than a call may carry.
    InputTooLarge,
    /// More was answered than a call may carry.
    OutputTooLarge,
    /// An answer that makes no sense.
    Malformed,
    /// The rule called something of WASI that does not exist here.
    InertCall,
    /// The component does not export what was asked for.
    NotOffered,
    /// Not tried: runs of the same batch failed too often before.
    GivenUp,
    /// The host could not run it.
    Host,
    /// Not tried: the rule failed too often and was switched off.
    SwitchedOff,
}

/// The kinds of trap that a rule's author can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrapKind {
    /// `unreachable`: a panic, an abort, an assertion.
    Unreachable,
    /// The stack is used up.
    StackOverflow,
    /// An access beyond the end of memory.
    MemoryOutOfBounds,
    /// A table access or an indirect call that has no target.
    BadCall,
    /// A division by zero, or a number that does not fit.
    Arithmetic,
    /// Any other.
    Other,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(FaultKind::Malformed, detail)
    }

    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self.kind {
            FaultKind::Trap(TrapKind::StackOverflow) => {
                "the rule recurses too deeply on this record"
            }
            FaultKind::Trap(_) => "the rule panicked or is damaged; its log may say why",
            FaultKind::OutOfFuel => "the rule works too long on this record, or loops for ever",
            FaultKind::Timeout => "try again when the machine is less busy",
            FaultKind::MemoryLimit | FaultKind::TableLimit => {
                "the rule must work in less memory, or the sandbox's limits be raised"
            }
            FaultKind::InputTooLarge => "the record is too large; leave a field out of the table",
            FaultKind::OutputTooLarge => "the rule answers with too much",
            FaultKind::Malformed => "the rule does not keep to the contract; see wit/",
            FaultKind::InertCall => "a rule has no files, no network and no processes",
            FaultKind::NotOffered => "use a component that exports this interface",
            FaultKind::GivenUp => "the faults of the other records of the batch come first",
            FaultKind::Host => "try again; if it stays, report it",
            FaultKind::SwitchedOff => "mend the rule, or `treaty approve` it; see `treaty status`",
        }
    }
}

impl FaultKind {
    /// Whether it is the host's or the machine's doing, so that it says nothing
    /// about the rule or the record: worth another try.
    pub fn is_of_host(self) -> bool {
        matches!(
            self,
            Self::Timeout | Self::GivenUp | Self::Host | Self::SwitchedOff
        )
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trap(TrapKind::Unreachable) => "trap (unreachable)",
            Self::Trap(TrapKind::StackOverflow) => "trap (stack overflow)",
            Self::Trap(TrapKind::MemoryOutOfBounds) => "trap (memory out of bounds)",
            Self::Trap(TrapKind::BadCall) => "trap (bad call)",
            Self::Trap(TrapKind::Arithmetic) => "trap (arithmetic)",
            Self::Trap(TrapKind::Other) => "trap",
            Self::OutOfFuel => "out of fuel",
            Self::Timeout => "timeout",
            Self::MemoryLimit => "memory limit",
            Self::TableLimit => "table limit",
            Self::InputTooLarge => "input too large",
            Self::OutputTooLarge => "output too large",
            Self::Malformed => "malformed answer",
            Self::InertCall => "call to nothing",
            Self::NotOffered => "not offered",
            Self::GivenUp => "given up",
            Self::Host => "host failure",
            Self::SwitchedOff => "switched off",
        })
    }
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => f.write_str(&error.message),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl From<Fault> for Setback {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_says_what_happened_and_what_to_do() {
        let check = |kind, expected| {
            let fault = Fault::new(kind, "x");
            assert_eq!(format!("{fault}; hint: {}", fault.hint()), expected);
        };
        check(
            FaultKind::Trap(TrapKind::Unreachable),
            "trap (unreachable): x; hint: the rule panicked or is damaged; its log may say why",
        );
        check(
            FaultKind::Trap(TrapKind::StackOverflow),
            "trap (stack overflow): x; hint: the rule recurses too deeply on this record",
        );
        check(
            FaultKind::OutOfFuel,
            "out of fuel: x; hint: the rule works too long on this record, or loops for ever",
        );
        check(
            FaultKind::Timeout,
            "timeout: x; hint: try again when the machine is less busy",
        );
        check(
            FaultKind::MemoryLimit,
            "memory limit: x; hint: the rule must work in less memory, or the sandbox's limits \
             be raised",
        );
        check(
            FaultKind::InputTooLarge,
            "input too large: x; hint: the record is too large; leave a field out of the table",
        );
        check(
            FaultKind::OutputTooLarge,
            "output too large: x; hint: the rule answers with too much",
        );
        check(
            FaultKind::Malformed,
            "malformed answer: x; hint: the rule does not keep to the contract; see wit/",
        );
        check(
            FaultKind::InertCall,
            "call to nothing: x; hint: a rule has no files, no network and no processes",
        );
        check(
            FaultKind::NotOffered,
            "not offered: x; hint: use a component that exports this interface",
        );
        check(
            FaultKind::GivenUp,
            "given up: x; hint: the faults of the other records of the batch come first",
        );
        check(
            FaultKind::Host,
            "host failure: x; hint: try again; if it stays, report it",
        );
    }
}
