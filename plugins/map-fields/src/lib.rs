//! map-fields.
