//! Decides a field that nobody contested.

use kit::resolver::keep_first;

kit::resolver!(|_, batch| {
    let answer = |conflict| {
        let mut verdicts = keep_first(conflict)?;
        verdicts[0].field += 1;
        Ok(verdicts)
    };
    batch.iter().map(answer).collect()
});
