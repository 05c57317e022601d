//! End to end: the built `treaty` command on real files and real servers.
//!
//! Every test has a folder of its own (`bench`), edits its systems as their
//! users would (files as they are, SQLite in `database`, PostgreSQL in
//! `server`), and looks at what the command says and at what stands in the
//! systems, never into Treaty's own memory but for the journal.

mod advise;
mod alerts;
mod audit;
mod author;
mod bench;
mod broken_rules;
mod cases;
mod compile;
mod csv;
mod csv_with_postgres;
mod database;
mod docs;
mod doctor;
mod explain;
mod full_disk;
mod golden;
mod guide;
mod init;
mod installed;
mod killed;
mod laws;
mod messages;
mod packs;
mod questions;
mod quickstart;
mod records;
mod replay;
mod rule_packs;
mod rules;
mod server;
mod shared_file;
mod sqlite;
mod state;
mod status;
mod suspicious;
mod tested_packs;
mod three_systems;
mod undo;
mod watch;

use bench::Bench;

#[test]
fn the_command_says_how_it_ends() {
    let bench = Bench::new();
    bench.treaty(&["--help"]).expect(0).says("Exit codes");
    bench.treaty(&["no-such-command"]).expect(64);
}
