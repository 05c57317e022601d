//! The author's room: a folder for a new rule, and the component that is made of
//! such a folder, in Rust, JavaScript, TypeScript or Python.
//!
//! [`new`] writes a folder that builds: a small rule, the SDK of its language, the
//! contract, and `rule.toml`, which says what the folder holds. [`build`] makes the
//! component, with the language's own tools. Whoever writes rules needs nothing of
//! ours but this.
//!
//! This room knows no sandbox and runs no rule. It never overwrites a file of a
//! rule's author, and never installs anything outside the rule's folder.
//!
//! ```no_run
//! use std::path::Path;
//! use treaty_author::{BuildOptions, Kind, Language, build, new};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let name = "keep-newest".parse()?;
//! let made = new(Path::new("."), &name, Kind::Resolver, Language::JavaScript)?;
//! let built = build(&made.folder, BuildOptions::default(), &mut |_| {})?;
//! println!("{} has {} bytes", built.component.file.display(), built.component.size_bytes);
//! # Ok(())
//! # }
//! ```

mod build;
mod error;
mod manifest;
mod name;
mod new;
mod sdk;
mod template;
mod tool;

pub use build::{BuildOptions, Built, BuiltModule, Component, RustTarget, build, build_module};
pub use error::{AuthorError, BadName};
pub use manifest::{CONTRACT_VERSION, Kind, Language, Manifest};
pub use name::RuleName;
pub use new::{Made, new};
