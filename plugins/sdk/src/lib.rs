//! Write a rule for Treaty: a struct, and a function for one element.
//!
//! A rule is a pure function that runs in a sandbox. This crate does the rest:
//! batches, names instead of positions, typed configuration, errors that name
//! the field, the log, and tests that run natively.
//!
//! A resolver that prefers what a person typed, complete:
//!
//! ```
//! use treaty_sdk::{About, Contested, Record, Resolver, Rule, Setup, Verdict};
//!
//! pub struct KeepPerson;
//!
//! impl Rule for KeepPerson {
//!     fn about() -> About {
//!         About::new("keep-person", "1.0.0", "A person's edit beats a machine's.")
//!     }
//!     fn new(_: &Setup) -> Result<Self, String> {
//!         Ok(Self)
//!     }
//! }
//!
//! impl Resolver for KeepPerson {
//!     fn resolve_field(&self, field: Contested<'_>, _: Record<'_>) -> Verdict {
//!         let mut people = field.candidates().filter(|side| side.by_person());
//!         match (people.next(), people.next()) {
//!             (Some(only), None) => field.keep(only, "person over automation"),
//!             _ => field.escalate("two people, or none, changed it"),
//!         }
//!     }
//! }
//!
//! treaty_sdk::export_resolver!(KeepPerson);
//!
//! // And its test, which needs no WebAssembly:
//! use treaty_sdk::Conflict;
//! let decided = Conflict::on("phone")
//!     .base("+49301")
//!     .side("salesforce", "+49302").by_person("anna")
//!     .side("hubspot", "+49303").by_automation("enrichment")
//!     .decide::<KeepPerson>();
//! assert_eq!(decided.winner(), Some("salesforce"));
//! ```
//!
//! Implement [`Rule`] and one of [`Resolver`], [`Mapper`], [`Matcher`] (or
//! [`RecordMatcher`], which only compares two records), and export it with the
//! macro of that name. The words are explained where the contract lives, in
//! `wit/`; [`contract`] has its types as they cross the border.
//!
//! This crate knows nothing of the host, and a rule built on it imports nothing
//! but the bounded log.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")
)]

pub mod contract;
pub mod log;

mod case;
mod features;
mod hash;
#[cfg(any(test, all(target_arch = "wasm32", feature = "heap")))]
mod heap;
mod mapper;
mod matcher;
mod record;
mod resolver;
mod rule;
mod setup;
mod value;

pub use case::{ConflictCase, Decided, SetupCase};
pub use contract::types::{
    ActorKind, Attribute, Cell, Field, Row, RuleError, Setup, System, Value,
};
pub use features::{FeatureReader, FeatureWriter, OwnedRecord};
pub use mapper::{Inbound, InboundAnswer, Mapper, Outbound, Purpose, Reading, Writing, Written};
pub use matcher::{
    Comparison, Counted, Detail, Evidence, Key, Matcher, Population, Prepared, RecordMatcher, Term,
    TermCount,
};
pub use record::Record;
pub use resolver::{Candidate, Conflict, Contested, Decision, Resolver, Standing, Verdict};
pub use rule::{About, Exported, Problem, Rule};
