//! The bounded log: the only thing that a rule may call. Nothing that is
//! logged decides anything.

use crate::contract::log::Level;

/// A line for the rule's author.
pub fn debug(message: impl AsRef<str>) {
    write(Level::Debug, message.as_ref());
}

/// A line worth knowing.
pub fn info(message: impl AsRef<str>) {
    write(Level::Info, message.as_ref());
}

/// A line that somebody should look at.
pub fn warning(message: impl AsRef<str>) {
    write(Level::Warning, message.as_ref());
}

#[cfg(target_arch = "wasm32")]
fn write(level: Level, message: &str) {
    crate::contract::log::write(level, message);
}

#[cfg(not(target_arch = "wasm32"))]
fn write(level: Level, message: &str) {
    native::keep(level, message);
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::taken;

/// Outside the sandbox the lines are kept for the test that asks for them.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::Level;
    use std::cell::RefCell;

    /// As many lines as a thread keeps: a native benchmark must not grow
    /// without end.
    const LINES_MAX: usize = 1_000;

    thread_local! {
        static LINES: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn keep(level: Level, message: &str) {
        LINES.with_borrow_mut(|lines| {
            if lines.len() < LINES_MAX {
                lines.push((level, message.to_owned()));
            }
        });
    }

    /// The lines that this thread logged since it was last asked.
    pub fn taken() -> Vec<(Level, String)> {
        LINES.take()
    }
}
