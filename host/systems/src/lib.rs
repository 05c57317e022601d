//! Everything that holds records: the connector trait, and a connector for each
//! kind of system.
//!
//! The one entry point is [`open`]: a kind (`csv`, `sqlite`, `postgres`) and the
//! treaty's settings for a system become a [`Connector`]. [`connector_kinds`]
//! says what kinds there are and which options each takes, so that a treaty can
//! be checked without opening anything.
//!
//! What this room must never do: decide between values, retry a write whose
//! outcome is open, take an absence for a delete, or read the machine's clock
//! (every connector is handed one).
//!
//! ```
//! # use std::{collections::BTreeMap, sync::Arc};
//! # use treaty_model::{Clock, Timestamp};
//! # struct Noon;
//! # impl Clock for Noon {
//! #     fn now(&self) -> Timestamp { Timestamp::from_micros(0) }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # std::fs::write(folder.path().join("people.csv"), "id,name\n1,Anna\n")?;
//! use treaty_systems::{Source, SystemSettings, open};
//! let settings = SystemSettings {
//!     name: "files".into(),
//!     path: Some(folder.path().to_owned()),
//!     url: None,
//!     options: BTreeMap::new(),
//! };
//! let files = open("csv", &settings, Arc::new(Noon)).await?;
//! let page = files.changes(&Source::named("people"), None, 100).await?;
//! assert_eq!(page.changes.len(), 1);
//! # Ok(())
//! # }
//! ```

mod alert;
mod connector;
mod convert;
mod csv;
mod error;
mod open;
mod postgres;
mod remote;
mod sqlite;
mod vitals;
mod wrote;

pub use alert::{Alert, AlertError, AlertWay, deliver_alerts};
pub use connector::*;
pub use error::SystemError;
pub use open::{
    ConnectorKind, ConnectorOption, Needs, SystemSettings, check_settings, connector_kinds, open,
};
pub use vitals::{Quota, Vitals, disk};
