//! Tests of the planner: the decision table as cases that a person can read,
//! every combination of one field against a specification, whole worlds with
//! random edits, and the guard.

mod decision_table;
mod exhaustive;
mod guard;
mod properties;
mod shorthand;
mod specification;
