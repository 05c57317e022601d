//! match-people.
