//! The systems that the suite runs against.

pub mod csv;
pub mod postgres;
pub mod sqlite;
