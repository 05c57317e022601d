//! resolve-standard.
