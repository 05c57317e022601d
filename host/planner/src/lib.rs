//! Reconcile and guard: what should happen to a link, and whether a plan may be
//! carried out. Functions from data to data: no clock, no I/O, no async.
//!
//! A link is decided in two steps, because rules run in between and the planner
//! does not call them:
//!
//! 1. [`examine`] looks at every field of a link and says which of them changed
//!    and which are contested;
//! 2. the caller asks the resolvers about [`Examination::conflicts`];
//! 3. [`conclude`] makes the plan of the link from the examination and the
//!    verdicts.
//!
//! [`guard`] then weighs the plans of all links together. The planner never
//! fails: whatever it is given is data, and what cannot be decided is a
//! question.

mod conclude;
mod examine;
mod group;
mod guard;
mod life;
mod ruling;
mod write;

pub use conclude::{Answer, Choice, Ruled, conclude};
pub use examine::{Examination, examine, shared_rows};
pub use guard::{Counts, Limits, guard};
