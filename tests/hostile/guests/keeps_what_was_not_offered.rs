//! Keeps a candidate that there is not.

use kit::resolver::{Decision, decide};

kit::resolver!(|_, batch| {
    let answer = |conflict| decide(conflict, || Decision::Keep(7), "seven");
    batch.iter().map(answer).collect()
});
