//! Writes ten thousand lines, the first of them very long.

use kit::resolver::keep_first;
use kit::resolver::treaty::rules::log::{Level, write};

kit::resolver!(|_, batch| {
    write(Level::Warning, &"é".repeat(100_000));
    for line in 1..10_000 {
        write(Level::Debug, &format!("line {line}"));
    }
    batch.iter().map(keep_first).collect()
});
