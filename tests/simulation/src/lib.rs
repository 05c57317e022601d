//! The simulation: whole histories on a seed, through the real engine, planner,
//! ledger and sandbox.
//!
//! A [`Case`] is a world (systems and the treaty between them), what people and
//! machines do in it, and what goes wrong. [`play`] lets Treaty work in it:
//! whenever Treaty waits for a system, time passes, people do what they do, and
//! Treaty may be killed and started again on the same files. In the end nothing
//! goes wrong any more, Treaty comes to rest, and the promises of the house are
//! checked against everything that was acknowledged.
//!
//! Nothing here decides by itself what time it is or what falls by chance, so
//! that the same case always is the same history.

mod account;
mod act;
mod answer;
mod broken;
mod campaign;
mod case;
mod chance;
mod connector;
mod deed;
mod draw;
mod excuse;
mod feed;
mod figures;
mod history;
mod journal;
mod moment;
mod moods;
mod mutation;
mod on_stage;
mod play;
mod promise;
mod reported;
mod scenes;
mod shrink;
mod stage;
mod store;
mod theatre;
mod tight;
mod told;
mod world;
mod write;

pub use broken::Broken;
pub use campaign::{Campaign, Finding, Program, Shorten};
pub use case::Case;
pub use figures::Figures;
pub use moment::{Call, CrashPoint, Doing, Moment};
pub use mutation::Mutation;
pub use play::{Played, play};
pub use shrink::shrink;
pub use theatre::Theatre;
