//! Does what it should: the first candidate wins, and a line says so.

use kit::resolver::keep_first;
use kit::resolver::treaty::rules::log::{Level, write};

kit::resolver!(|_, batch| {
    write(Level::Info, &format!("{} conflicts", batch.len()));
    batch.iter().map(keep_first).collect()
});
