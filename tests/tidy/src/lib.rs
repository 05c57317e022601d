//! treaty-tidy.
