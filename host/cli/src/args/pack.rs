//! What a person can type about packs.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use treaty_pack::PackVersion;

use super::rules::micros_of;

/// What to do with packs. Those of the treaty itself are at the end.
#[derive(Debug, ClapArgs)]
pub struct PackArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PackCommand,
}

/// What can be done with a pack.
#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// Makes one file of a folder with a `pack.toml`, once its cases pass and its
    /// rules keep the laws of their kinds. The same folder gives the same file, byte
    /// for byte.
    Build(PackBuildArgs),
    /// Says what a pack is and holds, and who signed it.
    Show(PackShowArgs),
    /// Says what is other in a pack than in an older one: its tables cell by cell, its
    /// rules, its budget, its cases.
    Diff(PackDiffArgs),
    /// Makes the folder of a pack again.
    Unpack(PackUnpackArgs),
    /// Makes a key to sign packs with. Prints the public half.
    Keygen(PackKeygenArgs),
    /// Signs a pack.
    Sign(PackSignArgs),
    /// Says whether a pack is signed by a key that is trusted.
    Verify(PackVerifyArgs),
    /// Sends a pack and its signatures to a registry.
    Push(PackPushArgs),
    /// Fetches a pack and its signatures from a registry.
    Pull(PackPullArgs),
    /// Puts signed packs into the treaty and pins the treaty to them.
    Install(PackInstallArgs),
    /// Pins the treaty to another version of a pack that was installed before.
    Use(PackUseArgs),
    /// Takes the file of a pack that is not in use out of the treaty.
    Remove(PackUseArgs),
    /// Says which packs the treaty is pinned to, and which others are installed.
    List,
    /// Says which packs came, went and changed, and when a pass first noticed.
    History,
}

/// Which packs.
#[derive(Debug, ClapArgs)]
pub struct PackInstallArgs {
    /// Files, or places in registries as in `registry.example.com/acme/b2b-base:2.1.0`.
    /// Without any: those that `treaty.lock` pins and that are missing, and the newest
    /// that fit of those that the treaty asks for and has no pin of.
    #[arg(value_name = "PACK")]
    pub packs: Vec<String>,

    /// As whom.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// Which version of a pack.
#[derive(Debug, ClapArgs)]
pub struct PackUseArgs {
    /// Its name and version, as in `b2b-base@2.1.0`.
    #[arg(value_name = "NAME@VERSION")]
    pub pack: PackVersion,
}

/// From where to where.
#[derive(Debug, ClapArgs)]
pub struct PackBuildArgs {
    /// The folder with `pack.toml`.
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub folder: PathBuf,

    /// The file; without it, `<name>-<version>.treaty-pack` where you are.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Writes counter-examples to laws as case files into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub write: Option<PathBuf>,

    /// The pack that it changes, where it changes one: its folder,
    /// or its file. Without it, the one that is installed in the treaty.
    #[arg(long, value_name = "PACK")]
    pub base: Vec<PathBuf>,
}

/// Which pack.
#[derive(Debug, ClapArgs)]
pub struct PackShowArgs {
    /// The pack.
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
}

/// Which packs: files or folders.
#[derive(Debug, ClapArgs)]
pub struct PackDiffArgs {
    /// The older pack.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,

    /// The newer one; or one that changes the older one.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,

    /// Says as well what the newer one would have decided of what is in the treaty's
    /// journal, as `treaty rules replay` does.
    #[arg(long)]
    pub replay: bool,

    /// With `--replay`: only what was asked first since so many days (`30d`) or hours
    /// (`12h`) ago.
    #[arg(long, value_name = "TIME", value_parser = micros_of, requires = "replay")]
    pub since: Option<i64>,

    /// With `--replay`: a journal file in place of the treaty's own.
    #[arg(long, value_name = "FILE", requires = "replay")]
    pub journal: Option<PathBuf>,
}

/// From where to where.
#[derive(Debug, ClapArgs)]
pub struct PackUnpackArgs {
    /// The pack.
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,

    /// The folder, which is made.
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// Where the secret half goes.
#[derive(Debug, ClapArgs)]
pub struct PackKeygenArgs {
    /// The file of the secret key, which is made. Keep it to yourself.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Where the password of the key is: `env:NAME` or `file:PATH`. Without it the
    /// key has none.
    #[arg(long, value_name = "REFERENCE")]
    pub password: Option<String>,
}

/// What, and with which key.
#[derive(Debug, ClapArgs)]
pub struct PackSignArgs {
    /// The pack.
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,

    /// The file of the secret key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,

    /// Where the password of the key is: `env:NAME` or `file:PATH`.
    #[arg(long, value_name = "REFERENCE")]
    pub password: Option<String>,
}

/// What, and whom to trust.
#[derive(Debug, ClapArgs)]
pub struct PackVerifyArgs {
    /// The pack.
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,

    /// Public keys that are trusted, as `keygen` prints them.
    #[arg(long = "key", required = true, value_name = "KEY")]
    pub keys: Vec<String>,
}

/// As whom a registry is used.
#[derive(Debug, ClapArgs)]
pub struct RegistryArgs {
    /// Where the name is that the registry knows: `env:NAME` or `file:PATH`.
    #[arg(long, value_name = "REFERENCE", requires = "registry_password")]
    pub registry_user: Option<String>,

    /// Where the password is: `env:NAME` or `file:PATH`.
    #[arg(long, value_name = "REFERENCE", requires = "registry_user")]
    pub registry_password: Option<String>,
}

/// What, and whereto.
#[derive(Debug, ClapArgs)]
pub struct PackPushArgs {
    /// The pack.
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,

    /// The place: `registry.example.com/acme/b2b-base`, with `:tag` for another tag
    /// than the pack's version.
    #[arg(value_name = "PLACE")]
    pub place: String,

    /// As whom.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// What, and whereto.
#[derive(Debug, ClapArgs)]
pub struct PackPullArgs {
    /// The place: `registry.example.com/acme/b2b-base:2.1.0`, or with
    /// `@sha256:…` for one pack and no other.
    #[arg(value_name = "PLACE")]
    pub place: String,

    /// The file; without it, `<name>-<version>.treaty-pack` where you are.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// As whom.
    #[command(flatten)]
    pub registry: RegistryArgs,
}
