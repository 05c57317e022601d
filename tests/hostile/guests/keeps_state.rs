//! Counts its calls and says the number as the reason.

use std::sync::atomic::{AtomicU32, Ordering};

use kit::resolver::{Decision, decide};

static CALLS: AtomicU32 = AtomicU32::new(0);

kit::resolver!(|_, batch| {
    let call = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    let reason = format!("call {call}");
    batch.iter().map(|conflict| decide(conflict, || Decision::Escalate, &reason)).collect()
});
