//! Where the time of a pass goes, told from the events that it reports.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use treaty_engine::Event;

/// The parts of a pass, in order. Before the first links are reconciled the
/// records are identified.
const PHASES: [&str; 4] = [
    "observe",
    "identify",
    "reconcile and guard",
    "reconcile and apply",
];

/// Gives the time since the last event to the part that an event ends.
#[derive(Default)]
pub struct Stopwatch {
    running: Mutex<Option<Running>>,
}

struct Running {
    since: Instant,
    identifying: bool,
    spent: [Duration; PHASES.len()],
}

impl Stopwatch {
    /// Begins a pass.
    pub fn start(&self) {
        *self.lock() = Some(Running {
            since: Instant::now(),
            identifying: false,
            spent: [Duration::ZERO; PHASES.len()],
        });
    }

    /// Takes note of an event.
    pub fn note(&self, event: Event<'_>) {
        let mut running = self.lock();
        let Some(running) = running.as_mut() else {
            return;
        };
        let phase = match event {
            Event::Observed { .. } | Event::Identifying { .. } => 0,
            Event::Reconciled { .. } if running.identifying => 1,
            Event::Reconciled { .. } => 2,
            Event::Applied { .. } | Event::Finished => 3,
            Event::RuleLog { .. } => return,
        };
        running.identifying = matches!(event, Event::Identifying { .. });
        let now = Instant::now();
        running.spent[phase] += now - running.since;
        running.since = now;
    }

    /// Ends a pass, and says what its parts took.
    pub fn stop(&self) -> String {
        let mut said = String::new();
        if let Some(running) = self.lock().take() {
            for (phase, spent) in PHASES.iter().zip(running.spent) {
                let comma = if said.is_empty() { "" } else { ", " };
                let _ = write!(said, "{comma}{phase} {spent:.2?}");
            }
        }
        said
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
