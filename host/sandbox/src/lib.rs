//! treaty-sandbox.
