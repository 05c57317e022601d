//! treaty-postgres-server.
