//! The words of Treaty as types: values and rows, field tables, links, rules'
//! questions and answers, plans.
//!
//! Every other room of the host speaks through these types, so they hold no
//! I/O, read no clock and know no rule. Start with [`Value`] and [`Row`], then
//! [`Entity`] (what a treaty says of one kind of record), [`Link`] (what is
//! known of one thing in the world) and [`Plan`] (what a pass will do).
//!
//! ```
//! use treaty_model::{Decimal, Value};
//! let price: Decimal = "12.50".parse().expect("a decimal");
//! assert_eq!(Value::Decimal(price), Value::Decimal("12.5".parse().expect("a decimal")));
//! ```

mod component;
mod entity;
mod id;
mod link;
mod plan;
mod rule;
mod time;
mod value;

pub use component::{Profile, RuleLimits};
pub use entity::{
    Absentees, Column, Deletes, Drift, Entity, EntitySystem, FieldRow, FieldTable, OwnField,
    OwnKind, OwnSchema, Owner, UnknownName,
};
pub use id::{
    Digest, EntityName, FieldIndex, IntentId, LinkId, RemoteId, Revision, RunId, SystemIndex,
    SystemName,
};
pub use link::{
    ActorKind, BaseField, Life, Link, Origin, Presence, Provenance, RuleId, Settled, Side,
};
pub use plan::{
    Archive, BaseChange, Create, Decided, GivenUp, LinkPlan, Operation, Plan, Question, Scope,
    Settle, Trip, Why, Write,
};
pub use rule::{
    Attribute, Candidate, Comparison, Conflict, Contested, Decision, Description, Evidence,
    FieldProblem, Inbound, InboundAnswer, Key, MatchCandidate, Outbound, Pair, Population,
    Prepared, Purpose, Read, RuleError, Setup, SetupField, SetupProblem, SetupSystem, Standing,
    Term, TermCount, Trouble, Verdict, Written,
};
pub use time::{Clock, Timestamp, TimestampError};
pub use value::{Cell, Decimal, DecimalError, Row, Value, ValueKind};
