//! Gives one answer more than was asked for.

use kit::resolver::keep_first;

kit::resolver!(|_, batch| {
    let twice = batch.iter().chain(batch.first());
    twice.map(keep_first).collect()
});
