//! Passes over two databases, with something happening in the middle of them.

mod alerts;
mod guards;
mod interrupted;
mod merging;
mod pair;
mod removals;
mod unmatched;
mod unread;
mod upgrade;
mod upkeep;
