//! Gives no verdict for the last contested field.

use kit::resolver::keep_first;

kit::resolver!(|_, batch| {
    let answer = |conflict| {
        let mut verdicts = keep_first(conflict)?;
        verdicts.pop();
        Ok(verdicts)
    };
    batch.iter().map(answer).collect()
});
