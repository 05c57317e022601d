//! Runs, read back from the newest.

use serde_json::json;
use treaty_ledger::{Commit, RunChange};
use treaty_model::RunId;

use crate::sample::{at, open};

#[test]
fn the_last_runs_are_there_however_old_and_all_that_are_young() {
    let (_folder, ledger) = open();
    let runs = (1..=4).map(|number| RunChange {
        run: RunId(number),
        started_at: at(number as i64 * 10),
        ended_at: (number != 3).then(|| at(number as i64 * 10 + 1)),
        summary: json!({ "number": number }),
    });
    ledger
        .commit(&Commit {
            runs: runs.collect(),
            ..Commit::default()
        })
        .expect("it commits");
    let since = |seconds, at_least| {
        let runs = ledger.runs_since(at(seconds), at_least).expect("they load");
        runs.iter().map(|kept| kept.run.0).collect::<Vec<_>>()
    };
    assert_eq!(since(20, 0), [4, 3, 2]);
    assert_eq!(since(21, 3), [4, 3, 2]);
    assert_eq!(since(99, 0), [0; 0]);
    assert_eq!(since(0, 0), [4, 3, 2, 1]);
    let runs = ledger.runs_since(at(30), 0).expect("they load");
    assert_eq!((runs[1].ended_at, runs[0].ended_at), (None, Some(at(41))));
    assert_eq!(runs[0].summary, json!({ "number": 4 }));
}
