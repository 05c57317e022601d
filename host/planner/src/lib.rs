//! treaty-planner.
