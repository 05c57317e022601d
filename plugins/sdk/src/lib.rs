//! treaty-sdk.
