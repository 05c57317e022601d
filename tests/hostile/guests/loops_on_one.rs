//! Never comes back from a conflict whose first actor is `loop`.

use kit::resolver::keep_first;

kit::resolver!(|_, batch| {
    let answer = |conflict| {
        let actor = |each: &kit::resolver::Conflict| each.contested[0].candidates[0].actor.clone();
        while actor(conflict).as_deref() == Some("loop") {}
        keep_first(conflict)
    };
    batch.iter().map(answer).collect()
});
