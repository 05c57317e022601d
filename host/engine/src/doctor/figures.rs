//! Figures of two weeks beside each other.

use serde::Serialize;
use treaty_model::Timestamp;

const WEEK_MICROS: i64 = 7 * 86_400_000_000;

/// A sign that two-way does more harm than good, in figures.
#[derive(Clone, Debug, Serialize)]
pub struct Symptom {
    /// Its name, a word that never changes.
    pub name: &'static str,
    /// What was measured.
    pub figures: Vec<Figure>,
    /// Where it shows most.
    pub examples: Vec<String>,
    /// Whether it is there.
    pub is_wrong: bool,
    /// What to do, if it is.
    pub advice: &'static str,
}

/// A figure of the last seven days, beside the same of the seven days before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What is counted.
    pub what: &'static str,
    /// In the last seven days.
    pub now: f64,
    /// In the seven days before.
    pub before: f64,
}

/// The same of the last seven days and of the seven before.
#[derive(Clone, Debug, Default)]
pub(super) struct Weeks<T> {
    pub(super) now: T,
    pub(super) before: T,
}

/// When the two weeks began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    pub(super) now_from: Timestamp,
    pub(super) before_from: Timestamp,
}

impl Calendar {
    pub(super) fn at(now: Timestamp) -> Self {
        let ago = |weeks: i64| {
            let micros = now.as_micros().saturating_sub(weeks * WEEK_MICROS);
            Timestamp::from_micros(micros)
        };
        Self {
            now_from: ago(1),
            before_from: ago(2),
        }
    }
}

impl<T> Weeks<T> {
    /// The week of a time, if it is one of the two.
    pub(super) fn of(&mut self, calendar: Calendar, at: Timestamp) -> Option<&mut T> {
        if at >= calendar.now_from {
            Some(&mut self.now)
        } else if at >= calendar.before_from {
            Some(&mut self.before)
        } else {
            None
        }
    }

    /// A figure of both.
    pub(super) fn figure(&self, what: &'static str, of: impl Fn(&T) -> f64) -> Figure {
        Figure {
            what,
            now: of(&self.now),
            before: of(&self.before),
        }
    }
}

/// A share of a hundred; nothing of nothing is nothing.
pub(super) fn percent(part: u64, of: u64) -> f64 {
    match of {
        0 => 0.0,
        of => 100.0 * part as f64 / of as f64,
    }
}
