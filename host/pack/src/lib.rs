//! Packs: rules, field tables and cases, versioned and signed, in one file.
//!
//! A pack is a folder with a `pack.toml`. [`build`] makes the file of it,
//! [`open`] reads such a file and believes nothing that it says, and [`unpack`]
//! makes the folder again. The same folder gives the same file, byte for byte,
//! and so the same digest. [`sign`] and [`verify`] say whose it is; [`push`] and [`pull`] take it to a registry
//! and from there.
//!
//! [`install`] puts one into a treaty folder, and [`read_treaty`] reads a treaty with
//! the packs that it is pinned to.
//!
//! It must never run a rule, open a system, or write outside the file or folder
//! that it was told.
//!
//! ```
//! use treaty_pack::{PackLimits, SecretKey, build, keygen, open, sign, unpack, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let place = tempfile::tempdir()?;
//! let folder = place.path().join("b2b-base");
//! std::fs::create_dir(&folder)?;
//! std::fs::write(folder.join("contact.csv"), "field,type,owner\nemail,e-mail,shared\n")?;
//! std::fs::write(
//!     folder.join("pack.toml"),
//!     r#"
//!     [pack]
//!     name = "b2b-base"
//!     version = "2.1.0"
//!     contract = "0.1.0"
//!     licence = "Apache-2.0"
//!     description = "Contacts and companies between two CRMs"
//!
//!     [tables]
//!     contact = "contact.csv"
//!     "#,
//! )?;
//! let file = place.path().join("b2b-base-2.1.0.treaty-pack");
//! let built = build(&folder, &file, &PackLimits::default())?;
//! let pack = open(&file, &PackLimits::default())?;
//! assert_eq!(pack.digest(), built);
//!
//! let public = keygen(&place.path().join("secret.key"), None)?;
//! let secret = SecretKey::read(&place.path().join("secret.key"), None)?;
//! let signed = sign(&file, &secret, &PackLimits::default())?;
//! assert_eq!(verify(&signed, &[public.clone()])?, public.id());
//!
//! unpack(&pack, &place.path().join("again"))?;
//! # Ok(())
//! # }
//! ```

mod archive;
mod build;
mod claims;
mod diff;
mod files;
mod limits;
mod manifest;
mod open;
mod pack;
mod pack_path;
mod pinned;
mod refusal;
mod registry;
mod settings;
mod signing;
mod unpack;

pub use build::{BuildError, build, read_folder, save};
pub use diff::{
    CaseChange, CellChange, Change, KeyChange, PackDiff, RuleChange, TableChange, TableRow, diff,
};
pub use files::{FileKind, PackFile};
pub use limits::PackLimits;
pub use open::{OpenError, open, read_archive};
pub use pack::Pack;
pub use pack_path::{PackPath, PathProblem};
pub use pinned::{
    CannotStack, Layer, NoStack, PackVersion, Pinned, effective, install, installed_pack,
    read_lock, read_treaty, remove, stack, switch, versions_in,
};
pub use refusal::Refusal;
pub use registry::{
    Credentials, CredentialsError, NoReference, PackReference, RegistryError, RegistryOptions,
    Which, pull, push, resolve, signature_tag, versions,
};
pub use settings::{CONTRACTS, Component, Extends, PackProfile, PackRule, PackSettings};
pub use signing::{
    KeyError, KeyId, NoSignature, PublicKey, SecretKey, SignError, Signature, VerifyError, keygen,
    sign, verify,
};
pub use unpack::{UnpackError, unpack};
