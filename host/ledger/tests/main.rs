//! The tests of the ledger.
