//! Writes lines until somebody stops it.

use kit::resolver::treaty::rules::log::{Level, write};

kit::resolver!(|_, _| {
    let line = "x".repeat(1 << 20);
    loop {
        write(Level::Debug, &line);
    }
});
