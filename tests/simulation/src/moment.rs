//! Moments at which Treaty waits, and may be killed.

use std::fmt;

/// A call to a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Its fields.
    Describe,
    /// A page of changes.
    Changes,
    /// Records by their ids.
    Get,
    /// Writes.
    Write,
    /// What became of writes.
    Find,
}

/// A moment at which Treaty waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// A call was made, and the system has not begun.
    Before(Call),
    /// The system has compared what stands there, and not written yet.
    BetweenComparisonAndWrite,
    /// Some writes of a call were made.
    BetweenWrites,
    /// The system is done, and Treaty does not know it yet.
    After(Call),
    /// Between two passes.
    BetweenPasses,
    /// In the middle of a statement of the ledger.
    InTheLedger,
}

/// What Treaty is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// It starts.
    Start,
    /// It makes a pass that only plans.
    Plan,
    /// It makes a whole pass.
    Sync,
    /// Nothing.
    Rest,
}

/// Where Treaty may be killed.
pub type CrashPoint = (Doing, Moment);

impl Moment {
    /// All points at which Treaty may be killed. By [`Call::Get`] nothing but
    /// canary records is asked for.
    pub fn all() -> Vec<CrashPoint> {
        use Call::{Changes, Describe, Find, Get, Write};
        let around = |doing, calls: &[Call]| {
            let both = |call: &Call| [(doing, Self::Before(*call)), (doing, Self::After(*call))];
            calls.iter().flat_map(both).collect::<Vec<_>>()
        };
        let mut all = around(Doing::Start, &[Describe]);
        all.extend(around(Doing::Plan, &[Describe, Changes, Find, Get]));
        all.extend(around(Doing::Sync, &[Describe, Changes, Find, Get, Write]));
        all.push((Doing::Sync, Self::BetweenComparisonAndWrite));
        all.push((Doing::Sync, Self::BetweenWrites));
        all.push((Doing::Rest, Self::BetweenPasses));
        all.extend(
            [Doing::Start, Doing::Plan, Doing::Sync].map(|doing| (doing, Self::InTheLedger)),
        );
        all
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(call) => write!(f, "before {call:?}"),
            Self::After(call) => write!(f, "after {call:?}"),
            other => write!(f, "{other:?}"),
        }
    }
}
