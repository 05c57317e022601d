//! What people and machines do in a world, and what goes wrong meanwhile.

use serde::{Deserialize, Serialize};

/// Something that happens at a tick: ticks are counted whenever Treaty waits for
/// a system, and between passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At<T> {
    /// The tick.
    pub tick: u64,
    /// What happens.
    pub what: T,
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Somebody at a keyboard.
    Person,
    /// An automation that the system names.
    Robot,
    /// An automation that works under Treaty's own account.
    UnderOurName,
}

/// What somebody does to a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Makes the record of a thing, unless there is one.
    Create {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
        /// With these values, in the order of the world's fields.
        values: Vec<Option<String>>,
    },
    /// Makes a record of a thing, beside the one that is there.
    Double {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
        /// With these values, in the order of the world's fields.
        values: Vec<Option<String>>,
    },
    /// Changes a field of a thing's record, where there is one.
    Edit {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
        /// Which of the world's fields.
        field: usize,
        /// To what.
        value: Option<String>,
        /// Who.
        who: Who,
    },
    /// Deletes a thing's record.
    Delete {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
    },
    /// Brings a thing's record back, where the system can.
    Restore {
        /// Where.
        system: usize,
        /// Of what thing.
        thing: u64,
    },
    /// Puts one thing's values into another's record and deletes its own.
    Merge {
        /// Where.
        system: usize,
        /// What goes.
        thing: u64,
        /// What stays.
        into: u64,
    },
    /// Answers an open question with one of its sides.
    Answer {
        /// Which question, and which side: counted round.
        pick: u64,
    },
    /// Has Treaty plan, and do nothing.
    Plan,
    /// Nothing happens for a while.
    Wait {
        /// How long.
        ms: i64,
    },
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The system's next call fails before it does anything.
    Unreachable {
        /// Where.
        system: usize,
    },
    /// The system's next call is refused for now: too many requests.
    Busy {
        /// Where.
        system: usize,
    },
    /// The next write lands, and its answer is lost.
    AnswerLost {
        /// Where.
        system: usize,
    },
    /// The next write does not land, and nobody knows.
    WriteLost {
        /// Where.
        system: usize,
    },
    /// Of the next writes, those after the first are certainly not sent.
    CutShort {
        /// Where.
        system: usize,
    },
    /// The next writes are refused.
    Refused {
        /// Where.
        system: usize,
    },
    /// For some calls, all records but the first are not shown: a right is
    /// missing.
    Hidden {
        /// Where.
        system: usize,
        /// How many calls.
        calls: u64,
    },
    /// The next page shows its changes twice and backwards.
    Repeated {
        /// Where.
        system: usize,
    },
    /// For some calls a column has another name.
    Renamed {
        /// Where.
        system: usize,
        /// How many calls.
        calls: u64,
    },
    /// The system's clock jumps.
    ClockJumps {
        /// Where.
        system: usize,
        /// How far.
        ms: i64,
    },
    /// Treaty is killed while it waits for a system.
    Crash,
    /// The ledger fails in the middle of a statement, so many steps on, and
    /// Treaty is killed.
    LedgerFails {
        /// How many steps of SQLite's machine.
        steps: u64,
    },
    /// The disk is full for the next pass.
    DiskFull,
    /// Treaty is stopped and started between two passes.
    Restart,
    /// The next edit is not told of: neither in the log nor by a time of change,
    /// until the record changes again.
    NoticeLost {
        /// Where.
        system: usize,
    },
    /// A column is gone until it was looked for so many times.
    Gone {
        /// Where.
        system: usize,
        /// How many times.
        calls: u64,
    },
    /// A column is of another type until it was looked at so many times.
    Retyped {
        /// Where.
        system: usize,
        /// How many times.
        calls: u64,
    },
    /// The canary record is not shown until it was looked for so many times.
    CanaryHidden {
        /// How many times.
        looks: u64,
    },
    /// The rule with bad days is upgraded, and decides otherwise.
    Upgraded,
}

impl Fault {
    /// What figures call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Busy { .. } => "busy",
            Self::AnswerLost { .. } => "answer lost",
            Self::WriteLost { .. } => "write lost",
            Self::CutShort { .. } => "call cut short",
            Self::Refused { .. } => "write refused",
            Self::Hidden { .. } => "records hidden",
            Self::Repeated { .. } => "page repeated",
            Self::Renamed { .. } => "column renamed",
            Self::ClockJumps { .. } => "clock jumped",
            Self::Crash => "killed",
            Self::LedgerFails { .. } => "ledger failed",
            Self::DiskFull => "disk full",
            Self::Restart => "restarted",
            Self::NoticeLost { .. } => "notice lost",
            Self::Gone { .. } => "column gone",
            Self::Retyped { .. } => "column retyped",
            Self::CanaryHidden { .. } => "canary hidden",
            Self::Upgraded => "rule upgraded",
        }
    }
}
