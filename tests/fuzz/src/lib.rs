//! Bad input: real files with damage in them, given to everything that reads
//! files it did not write.
//!
//! A [`Target`] is a function from bytes: it must come back, whatever the bytes
//! are. [`run`] gives it the kept corpus as it is, and then so many damaged
//! copies on a seed. What breaks a target is made short, kept in its corpus
//! folder under its digest, and so tried first ever after.
//!
//! It must never use the network, or write outside a folder of its own.
//!
//! ```
//! let table = treaty_fuzz::target("field-table").unwrap();
//! let reading = (table.read)(b"\0no table");
//! assert_eq!(reading, treaty_fuzz::Reading::Refused);
//! ```

mod campaign;
mod damage;
mod target;
mod targets;
mod watch;

pub use campaign::{Broken, Figures, run};
pub use damage::{Damage, damage};
pub use target::{Reading, Target, all, target};
