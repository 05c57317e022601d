//! How many calls run at the same time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lets a fixed number in; whoever comes later waits.
pub(crate) struct Gate {
    free: Mutex<u32>,
    left: Condvar,
}

/// A place inside, given back when dropped.
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
}

impl Gate {
    pub(crate) fn new(places: u32) -> Self {
        Self {
            free: Mutex::new(places.max(1)),
            left: Condvar::new(),
        }
    }

    pub(crate) fn enter(&self) -> Pass<'_> {
        let mut free = self.lock();
        while *free == 0 {
            free = self.left.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Pass { gate: self }
    }

    /// The count is a plain number: a thread that panicked left it whole.
    fn lock(&self) -> MutexGuard<'_, u32> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.gate.lock() += 1;
        self.gate.left.notify_one();
    }
}
