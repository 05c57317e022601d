//! The workshop: where a rule is looked at by itself, without any system.
//!
//! [`Workshop::load`] takes a component, [`inspect`] says what it is and wants, and
//! [`news`] what is new in it since an older one.
//!
//! This room never opens a system or a ledger, never uses a network, and never
//! decides anything itself.
//!
//! ```no_run
//! use treaty_workshop::{Place, Workshop, inspect};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let workshop = Workshop::new(Default::default(), Vec::new())?;
//! let rule = workshop.load(&Place::File("keep-newest.wasm".into()))?;
//! println!("{}", inspect(&rule)?.summary);
//! # Ok(())
//! # }
//! ```

mod inspect;
mod load;

pub use inspect::{Inspection, News, inspect, news};
pub use load::{CannotLoad, Loaded, Place, ShippedComponent, Workshop};
pub use treaty_sandbox::{Compiler, Fault, SandboxError, SandboxOptions};
