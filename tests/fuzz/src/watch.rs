//! Tells when a target does not come back: nothing can be called off from
//! within, so the process ends.
#![expect(clippy::print_stderr, reason = "the process ends with it")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::campaign::keep;
use crate::target::{Reading, Target};

/// How long one input may take. Far more than any needs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Looks after the calls of one target.
pub(crate) struct Watch {
    now: Arc<Mutex<Option<Call>>>,
}

/// A call under way.
struct Call {
    since: Instant,
    bytes: Vec<u8>,
}

impl Watch {
    pub(crate) fn over(target: &'static Target) -> Self {
        let now = Arc::new(Mutex::new(None::<Call>));
        let looked_at = Arc::downgrade(&now);
        std::thread::spawn(move || {
            while let Some(now) = looked_at.upgrade() {
                let held = now.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(call) = &*held
                    && call.since.elapsed() > PATIENCE
                {
                    let seconds = PATIENCE.as_secs();
                    eprintln!("{} did not come back in {seconds} s", target.name);
                    match keep(target, &call.bytes) {
                        Ok(told) => eprintln!("{told}"),
                        Err(error) => eprintln!("the input cannot be kept: {error}"),
                    }
                    std::process::abort();
                }
                drop(held);
                drop(now);
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        Self { now }
    }

    /// Gives a target one input.
    pub(crate) fn call(&self, target: &Target, bytes: &[u8]) -> std::thread::Result<Reading> {
        self.note(Some(Call {
            since: Instant::now(),
            bytes: bytes.to_vec(),
        }));
        let result = std::panic::catch_unwind(|| (target.read)(bytes));
        self.note(None);
        result
    }

    fn note(&self, call: Option<Call>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = call;
    }
}
