//! Everything that holds records: the connector trait and a connector for each
//! kind of system.

mod connector;
mod error;

pub use connector::*;
pub use error::SystemError;
