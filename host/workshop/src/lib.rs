//! The workshop: where a rule is looked at by itself, without any system.
//!
//! [`Workshop::load`] takes a component, [`inspect`] says what it is and wants, and
//! [`news`] what is new in it since an older one. [`test()`] runs cases, [`laws()`]
//! holds the laws against rules; [`laws_of_each`] and [`refusals`] do for a pack what
//! a treaty names by itself.
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

mod ask;
mod bless;
mod inspect;
mod judge;
mod laws;
mod load;
mod refusals;
mod test;
mod words;
mod written;

pub use ask::{Answer, Asking, Compared, ask, setup_of};
pub use bless::{Blessed, bless};
pub use inspect::{Inspection, Need, News, inspect, news};
pub use judge::{Difference, differences};
pub use laws::{
    Input, LawResult, Measure, Measured, Outcome, Pool, Tries, bench, laws, laws_of_each, pool,
};
pub use load::{CannotLoad, CannotLoadNamed, Loaded, Place, ShippedComponent, Workshop};
pub use refusals::refusals;
pub use test::{CaseResult, Uncovered, test, uncovered};
pub use treaty_sandbox::{Compiler, Fault, Limits, Rule, SandboxError, SandboxOptions};
