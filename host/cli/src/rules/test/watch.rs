//! `treaty rules test --watch`.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use notify::{Event, RecursiveMode, Watcher as _};

use super::{is_pack, suite, tell_results};
use crate::args::{Args, TestArgs};
use crate::exit::{Exit, Failed};
use crate::{open, tell};

/// How long nothing must have changed before the cases run: an editor writes a
/// file in several steps.
const QUIET: Duration = Duration::from_millis(150);

/// What in the folder makes a case answer otherwise.
const WATCHED: [&str; 3] = ["toml", "csv", "wasm"];

/// Runs the cases now and after every change.
pub fn run(args: &Args, wish: &TestArgs) -> Result<Exit, Failed> {
    let place = match wish.files.as_slice() {
        [pack] if is_pack(pack) => pack.clone(),
        _ => open::place(args)?,
    };
    let (changes, changed) = mpsc::channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let matters = event.is_ok_and(|event| {
            let mut paths = event.paths.iter();
            !event.kind.is_access() && paths.any(|path| matters(path))
        });
        if matters {
            // Nobody listens once the program ends.
            let _ = changes.send(());
        }
    });
    let cannot = |error: notify::Error| {
        Failed::new(
            format!("{} cannot be watched: {error}", place.display()),
            "run the command without --watch",
        )
    };
    let mut watcher = watcher.map_err(cannot)?;
    watcher
        .watch(&place, RecursiveMode::Recursive)
        .map_err(cannot)?;
    loop {
        let only = wish.only.as_deref();
        match suite(args, wish).and_then(|suite| Ok((suite.results(only)?, suite))) {
            Ok((results, suite)) => tell_results(args, &suite, wish, &results),
            Err(failed) => tell::error(&failed),
        }
        tell::remark("waiting for a change");
        if changed.recv().is_err() {
            return Ok(Exit::Done);
        }
        while changed.recv_timeout(QUIET).is_ok() {}
    }
}

fn matters(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| WATCHED.contains(&extension))
}
