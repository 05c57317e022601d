//! Panics on everything.

kit::resolver!(|_, _| panic!("no"));
