//! The targets, a file for each room that reads.

pub(crate) mod answers;
pub(crate) mod cases;
pub(crate) mod component;
pub(crate) mod csv;
pub(crate) mod folder;
pub(crate) mod ledger;
pub(crate) mod pack;
pub(crate) mod rows;
pub(crate) mod schema;
