//! `treaty status` answers at once.

use std::time::{Duration, Instant};

use crate::csv::acquainted;

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
