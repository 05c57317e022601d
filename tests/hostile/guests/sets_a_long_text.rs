//! Sets a text that is longer than any field may be.

use kit::resolver::{Decision, Value, decide};

kit::resolver!(|_, batch| {
    let long = || Decision::Set(Value::Text("x".repeat(2 << 20)));
    batch.iter().map(|conflict| decide(conflict, long, "long")).collect()
});
