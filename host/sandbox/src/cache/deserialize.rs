//! The only unsafe code of the house: taking bytes of a checked cache entry for
//! machine code.

use wasmtime::Engine;
use wasmtime::component::Component;

/// Loads compiled code that [`super::Cache`] wrote and whose digest it has just
/// checked. None where another version of the engine wrote it.
#[expect(
    unsafe_code,
    reason = "compiled code cannot be verified, only recognised"
)]
pub(super) fn component(engine: &Engine, code: &[u8]) -> Option<Component> {
    // SAFETY: the bytes are what `Component::serialize` gave to this host: the
    // entry's digest was checked, and only the host writes the folder.
    unsafe { Component::deserialize(engine, code) }.ok()
}
