//! The tests of the ledger. Each file here is a module; one that needs a ledger
//! with everything in it takes it from `sample`.

mod all_or_nothing;
mod asked;
mod damage;
mod faults;
mod formats;
mod history;
mod inbox;
mod kill;
mod matching;
mod model;
mod problems;
mod questions;
mod round_trips;
mod runs;
mod sample;
mod table_changes;
mod trips;
