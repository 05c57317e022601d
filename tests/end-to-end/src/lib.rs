//! treaty-end-to-end.
