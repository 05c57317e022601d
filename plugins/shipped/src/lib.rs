//! treaty-shipped.
