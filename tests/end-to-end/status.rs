//! `treaty status` answers at once.

use std::time::{Duration, Instant};

use crate::csv::acquainted;
use crate::sqlite::Pair;

/// Generous: this is no benchmark. What is aimed at is a tenth of a second.
const STATUS_MAX: Duration = Duration::from_secs(1);

#[test]
#[expect(
    clippy::print_stderr,
    reason = "the time is what one wants to see of this test"
)]
fn status_answers_at_once_when_the_rules_are_compiled() {
    let bench = acquainted();
    let fastest = (0..5)
        .map(|_| {
            let started = Instant::now();
            bench.treaty(&["status"]).expect(0).says("contact: 3 links");
            started.elapsed()
        })
        .min()
        .expect("it ran");
    eprintln!("treaty status: {} ms", fastest.as_millis());
    assert!(fastest < STATUS_MAX, "it took {fastest:?}");
}

#[test]
fn the_last_runs_and_what_came_back_are_told() {
    let pair = Pair::with_people(2);
    pair.left("UPDATE person SET city = 'Kiel' WHERE id = 1");
    pair.bench.sync();
    // This pass reads what the one before has written, and is no run.
    pair.bench.sync();
    let status = pair.bench.treaty(&["status", "--format", "json"]);
    let status = status.expect(0).json();
    let runs = status["runs"].as_array().expect("a list");
    let [edit, first] = &runs[..] else {
        panic!("{runs:?}");
    };
    assert_eq!((&edit["run"], &first["run"]), (&2.into(), &1.into()));
    assert_eq!(edit["systems"]["right"]["written"], 1);
    assert_eq!(first["systems"]["right"]["created"], 2);
    for span in ["hour", "day"] {
        let right = &status[span]["right"];
        assert_eq!(
            (&right["written"], &right["created"]),
            (&1.into(), &2.into())
        );
    }
    let right = &status["entities"]["person"]["systems"]["right"];
    assert_eq!(
        (&right["echoes_by_mark"], &right["echoes_by_value"]),
        (&3.into(), &0.into())
    );
    let lag = right["lag_seconds"].as_u64().expect("it was read");
    assert!(lag < 60, "{lag}");
    let text = pair.bench.treaty(&["status"]).expect(0);
    text.says("own writes that came back: 3 known by mark, 0 by value")
        .says("last day: right 1 written, 2 created");
}
