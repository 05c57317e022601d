//! The write protocol by itself, as a small model that is checked to its end.
//!
//! Two systems hold one thing with one shared field; the second has no record of
//! it yet. People edit, answers get lost, Treaty is killed and started again, at
//! every moment and in every order that there is. [`Protocol`] is the model,
//! [`Protocol::properties`] what must hold. It is the engine's protocol and
//! not its code: whoever changes one of these functions changes the action too.
//!
//! | action | what stands for it in `host/engine/src` |
//! |---|---|
//! | [`Action::Begin`] | `pass.rs`: `pass_entity` |
//! | [`Action::Recover`] | `recover.rs`: `recover`, and `confirm.rs`: `end` |
//! | [`Action::Observe`] | `observe.rs`: `observe` |
//! | [`Action::Decide`] | `reconcile.rs`: `reconcile`, which asks the planner |
//! | [`Action::OpenIntent`] | `apply.rs`: `apply`, up to its transaction |
//! | [`Action::Send`] | `apply.rs`: `send`, up to the system's answer |
//! | [`Action::Confirm`] | `confirm.rs`: `confirm`, and `end` |
//! | [`Action::Crash`] | the process is killed and started again |
//! | [`Action::Edit`] | a person, in the system itself |
//!
//! What it takes for granted: a system compares and writes in one step, says what
//! it knows truly, remembers what a write of Treaty left, and shows at once what
//! stands in it; a transaction of the ledger happens or does not. Systems that
//! keep less than that are the simulation's business. And an edit that puts back
//! what its system last agreed on counts as none: *changed* means different from
//! what settled.
//!
//! ```
//! use stateright::{Checker, Model};
//! use treaty_protocol::Protocol;
//!
//! let small = Protocol { edits: 2, crashes: 1, mishaps: 1, fault: None };
//! small.checker().spawn_bfs().join().assert_properties();
//! ```

mod act;
mod decide;
mod ledger;
mod protocol;
mod state;
mod world;

pub use act::{Action, Answer, Sent};
pub use decide::{Draft, decide};
pub use ledger::{Base, Intent, Ledger, Settled, StoredRecord};
pub use protocol::{Fault, Protocol, STEPS};
pub use state::{SYSTEMS, State, Step, Text, Texts};
pub use world::{Edit, World};
