//! treaty-folder.
