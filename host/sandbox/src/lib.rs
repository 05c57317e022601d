//! The sandbox: the only room that runs rules, and the only user of the
//! WebAssembly engine.
//!
//! [`Sandbox::load`] takes the bytes of a component, refuses what is no rule or
//! wants what no rule gets, and gives a [`Rule`]. A rule's methods put a batch
//! to a fresh instance under [`Limits`] and give [`Answers`]: one for each
//! element, checked before anyone uses it. A component that traps, loops, grows
//! or answers nonsense costs its own element an answer, nothing else.
//!
//! This room never lets a component reach anything beyond its answer and a
//! bounded log, never keeps state between batches, and never decides anything
//! itself.
//!
//! ```no_run
//! use treaty_model::{Conflict, Setup};
//! use treaty_sandbox::{Profile, Sandbox, SandboxOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::new(SandboxOptions::default())?;
//! let rule = sandbox.load_file("rules/keep-newest.wasm".as_ref(), Profile::Contract)?;
//! let (setup, conflicts): (Setup, Vec<Conflict>) = Default::default();
//! let answers = rule.resolve(&setup, &conflicts);
//! assert_eq!(answers.answers.len(), conflicts.len());
//! # Ok(())
//! # }
//! ```

mod audit;
mod batch;
mod cache;
mod call;
mod check;
mod compiler;
mod contract;
mod deserialize;
mod engine;
mod error;
mod fault;
mod gate;
mod limits;
mod linker;
mod log;
mod rule;
mod sandbox;
mod schema;
mod state;
mod text;
mod wasi;

pub use batch::Answers;
pub use check::fits;
pub use compiler::{Compiler, compile_alone};
pub use contract::CONTRACT_VERSION;
pub use error::{LoadError, SandboxError};
pub use fault::{Fault, FaultKind, Setback, TrapKind};
pub use limits::Limits;
pub use log::{LogLevel, LogLine};
pub use rule::{Cost, Detail, Kinds, Rule};
pub use sandbox::{Sandbox, SandboxOptions};
pub use schema::configuration_misfits;
pub use treaty_model::Profile;
