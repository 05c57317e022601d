//! Says no with a message of a megabyte.

use kit::resolver::RuleError;

kit::resolver!(|_, batch| {
    let no = || RuleError { field: Some(99), message: "ä".repeat(1 << 19) };
    batch.iter().map(|_| Err(no())).collect()
});
