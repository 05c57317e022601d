//! Reads and checks a treaty folder: `treaty.toml` and the field table of each
//! entity.
//!
//! This room owns the form of what a user writes. [`read()`] is the way in; it
//! gives a [`TreatyFolder`], or every [`Problem`] of the folder at once, each
//! with its file, line and column; [`read_with`] does the same for a treaty with packs. What only the systems themselves can tell is
//! checked later by [`check_schemas`] and [`undecided`]; what a rule is told
//! about an entity is made by [`setup()`]; what a rule must decide is read by
//! [`read_cases`]. Other TOML files of ours are read through the same [`Document`].
//!
//! It must never open a system, run a rule, or keep a secret: a password is
//! only ever a reference until [`secret`] resolves it for a connector.
//!
//! ```
//! use treaty_folder::{Known, KnownConnector, Location, read};
//!
//! let known = Known {
//!     connectors: vec![KnownConnector {
//!         name: "csv".into(),
//!         location: Location::Path,
//!         options: vec!["delimiter".into()],
//!     }],
//!     shipped_rules: vec!["map-fields".into(), "resolve-standard".into()],
//! };
//! let problems = read(std::path::Path::new("/no/such/folder"), &known).unwrap_err();
//! assert!(problems.to_string().starts_with("treaty.toml: cannot be read"));
//! ```

mod around;
mod cases;
mod checks;
mod cross_reference;
mod diff;
mod document;
mod folder;
mod glob;
mod headings;
mod known;
mod names;
mod packs;
mod problem;
mod revise;
mod schemas;
mod secret;
mod settings;
mod setup;
mod sheet;
mod table;
mod texts;

pub use around::{Bare, BareTable, Extent, around};
pub use cases::{
    Asked, Case, CaseFile, Expectations, Expected, ExpectedDecision, ExpectedMatch, ExpectedRead,
    ExpectedRow, ExpectedVerdict, Meeting, Other, Sameness, case_files, no_cases, read_cases,
};
pub use cross_reference::read_cross_reference;
pub use document::{Document, Section, Spot};
pub use folder::{ConflictDistance, TreatyFolder, read, read_with};
pub use glob::matches as fits_pattern;
pub use known::{Known, KnownConnector, Location};
pub use names::is_name;
pub use packs::{PackCases, PackParts, PackSheet, PackedComponent, PackedRule};
pub use problem::{Place, Problem, Problems, Severity};
pub use revise::{CellChange, NewOwner, Revised};
pub use schemas::{Schemas, Undecided, check_schemas, undecided};
pub use secret::{refuse_address, secret};
pub use settings::entities::{DEFAULT_MAPPER, DEFAULT_RESOLVER};
pub use settings::guards::rule_limits;
pub use settings::packs::{PackAsked, PacksAsked, packs_asked};
pub use settings::{
    Alerts, Assignment, Component, EntitySettings, Guards, Limits, Mail, MailCredentials, Matching,
    Profile, QuestionKind, RuleSettings, SourceSettings, SystemSettings, TableSource, Upkeep,
    Webhook,
};
pub use setup::{own_fields, resolver_setup, setup};
pub use table::SEMANTIC_TYPES;
pub use texts::{CaseText, TableTexts, case_texts, table_texts};
