//! Leaves out the answer for a conflict whose first actor is `skip`.

use kit::resolver::keep_first;

kit::resolver!(|_, batch| {
    let keep = |conflict: &&kit::resolver::Conflict| {
        conflict.contested[0].candidates[0].actor.as_deref() != Some("skip")
    };
    batch.iter().filter(keep).map(keep_first).collect()
});
