//! Sets a date where the field holds an e-mail address.

use kit::resolver::{Decision, Value, decide};

kit::resolver!(|_, batch| {
    let date = || Decision::Set(Value::Date("2026-11-20".to_owned()));
    batch.iter().map(|conflict| decide(conflict, date, "date")).collect()
});
