//! Packs as files: what they are made of, what is refused, who signed them.

mod cases;
mod forge;
mod hostile;
mod lying;
mod minisign;
mod pinned;
mod registry;
mod round_trip;
mod signatures;
