//! treaty-ledger.
