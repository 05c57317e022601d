//! Uses what the standard library gives on WASI: a clock, hashing, printing, the
//! environment, files.
//! target: wasm32-wasip2

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use kit::resolver::{Decision, decide};

kit::resolver!(|_, batch| {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let counts: HashMap<usize, usize> = (0..20).map(|number| (number, number)).collect();
    let order: Vec<_> = counts.keys().collect();
    println!("hello from {} variables", std::env::vars().count());
    eprintln!("a file: {}", std::fs::read("/etc/passwd").is_ok());
    let reason = format!("{} {order:?}", now.as_micros());
    batch.iter().map(|conflict| decide(conflict, || Decision::Escalate, &reason)).collect()
});
