//! treaty-engine.
