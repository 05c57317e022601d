//! match-companies.
