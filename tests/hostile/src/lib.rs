//! Components that try to break the sandbox, and a few good ones to compare
//! them with.
//!
//! Each file in `guests/` becomes a constant with its name in [`guests`]: the
//! bytes of a component (or of what pretends to be one). `tests/guests.rs`
//! holds a test of the same name for each; a file without a test does not
//! compile.

pub mod world;

/// The guests, one constant for each file in `guests/`.
pub mod guests {
    include!(concat!(env!("OUT_DIR"), "/guests.rs"));
}
