//! `treaty:rules@0.1.0` in the form that crosses into a component and out of
//! it, and the way between that form and the host's own types.
//!
//! What goes in borrows from the host's types (`…In`), so that a batch can be
//! asked again in parts without a copy. What comes out is owned (`…Out`), and
//! its texts are moved, not cloned. The shapes repeat `wit/0.1.0` item by item;
//! a component whose own idea of them differs is refused when it is loaded.

pub(crate) mod mapper;
pub(crate) mod matcher;
pub(crate) mod resolver;
pub(crate) mod types;

/// The version of the contract that rules are run under.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// The interfaces of the contract's version 0.1.0.
pub(crate) mod names {
    pub(crate) const TYPES: &str = "treaty:rules/types@0.1.0";
    pub(crate) const LOG: &str = "treaty:rules/log@0.1.0";
    pub(crate) const DESCRIPTION: &str = "treaty:rules/description@0.1.0";
    pub(crate) const MAPPER: &str = "treaty:rules/mapper@0.1.0";
    pub(crate) const MATCHER: &str = "treaty:rules/matcher@0.1.0";
    pub(crate) const RESOLVER: &str = "treaty:rules/resolver@0.1.0";
}
