//! Panics on a conflict whose first actor is `trap`.

use kit::resolver::keep_first;

kit::resolver!(|_, batch| {
    let answer = |conflict: &kit::resolver::Conflict| {
        let actor = conflict.contested[0].candidates[0].actor.as_deref();
        assert_ne!(actor, Some("trap"));
        keep_first(conflict)
    };
    batch.iter().map(answer).collect()
});
