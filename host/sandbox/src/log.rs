//! The bounded log: the only thing a rule can do besides answering.

use serde::{Deserialize, Serialize};

use crate::Limits;
use crate::text::cut;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// For the rule's author.
    Debug,
    /// Worth knowing.
    Info,
    /// Somebody should look.
    Warning,
}

/// A line that a rule wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// What it says.
    pub message: String,
}

/// The lines of one batch within their budget.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) lines: Vec<LogLine>,
    pub(crate) dropped: u64,
    lines_max: usize,
    line_bytes_max: usize,
}

impl Log {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            lines: Vec::new(),
            dropped: 0,
            lines_max: limits.log_lines,
            line_bytes_max: limits.log_line_bytes,
        }
    }

    /// Whether another line would be dropped, so that nobody need copy it.
    pub(crate) fn is_full(&self) -> bool {
        self.lines.len() >= self.lines_max
    }

    /// Keeps a line, cut to its limit, or counts it.
    pub(crate) fn write(&mut self, level: LogLevel, message: &str) {
        if self.is_full() {
            self.dropped += 1;
            return;
        }
        let message = cut(message, self.line_bytes_max).to_owned();
        self.lines.push(LogLine { level, message });
    }

    /// Adds the lines of a later run, as far as the budget goes.
    pub(crate) fn append(&mut self, later: Self) {
        let room = self.lines_max - self.lines.len();
        let too_many = later.lines.len().saturating_sub(room);
        self.lines.extend(later.lines.into_iter().take(room));
        self.dropped += later.dropped + too_many as u64;
    }
}
