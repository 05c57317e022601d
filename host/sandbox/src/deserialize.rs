//! The only unsafe code of the house: taking bytes for machine code that this
//! host has compiled.

use wasmtime::Engine;
use wasmtime::component::Component;

/// Loads compiled code that [`crate::cache::Cache`] wrote and whose digest it has
/// just checked, or that [`crate::compiler::Compiler`] has just given. Fails
/// where another version of the engine wrote it.
#[expect(
    unsafe_code,
    reason = "compiled code cannot be verified, only recognised"
)]
pub(crate) fn component(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the bytes are what `Component::serialize` or `precompile_component`
    // gave to this host: from the cache, an entry's digest was checked, and only
    // the host writes the folder; from a compiler, over a pipe from this host's
    // own program.
    unsafe { Component::deserialize(engine, code) }
}
