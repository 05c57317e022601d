//! treaty-hostile.
