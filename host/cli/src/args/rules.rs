//! What a person can type about rules.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use treaty_author::{Kind, Language, RustTarget};

/// What to do with a rule. No treaty is needed.
#[derive(Debug, ClapArgs)]
pub struct RulesArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// What can be done with a rule.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Says what a component is: what it decides, what it is for, what it can
    /// reach, how it is configured, how large it is and what it costs to start.
    Inspect(InspectArgs),
    /// Makes a folder for a new rule: a small rule that builds, the SDK of its
    /// language, and the contract.
    New(NewArgs),
    /// Makes the component of a rule's folder. Tools that a language needs are
    /// installed into the folder, and nowhere else.
    Build(BuildArgs),
}

/// Which component.
#[derive(Debug, ClapArgs)]
pub struct InspectArgs {
    /// The component: a file, or `shipped:` and the name of a rule that ships.
    #[arg(value_name = "COMPONENT")]
    pub component: String,

    /// Says what is new in it since this one, too.
    #[arg(long, value_name = "COMPONENT")]
    pub against: Option<String>,
}

/// Which rule.
#[derive(Debug, ClapArgs)]
pub struct NewArgs {
    /// What it decides.
    pub kind: KindArg,

    /// Its name, a verb and a noun: `keep-newest`. The folder is named so.
    pub name: String,

    /// What it is written in.
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: LanguageArg,
}

/// What a rule decides.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KindArg {
    /// Who wins a conflict.
    Resolver,
    /// How a system's fields become the canonical ones, and back.
    Mapper,
    /// Which records are the same.
    Matcher,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Resolver => Self::Resolver,
            KindArg::Mapper => Self::Mapper,
            KindArg::Matcher => Self::Matcher,
        }
    }
}

/// What a rule is written in.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LanguageArg {
    /// The smallest components and the fastest.
    Rust,
    /// About 1 MB.
    #[value(name = "javascript", alias = "js")]
    JavaScript,
    /// About 1 MB.
    #[value(name = "typescript", alias = "ts")]
    TypeScript,
    /// About 18 MB.
    #[value(alias = "py")]
    Python,
}

impl From<LanguageArg> for Language {
    fn from(language: LanguageArg) -> Self {
        match language {
            LanguageArg::Rust => Self::Rust,
            LanguageArg::JavaScript => Self::JavaScript,
            LanguageArg::TypeScript => Self::TypeScript,
            LanguageArg::Python => Self::Python,
        }
    }
}

/// Which folder.
#[derive(Debug, ClapArgs)]
pub struct BuildArgs {
    /// The rule's folder: the one with `rule.toml`.
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub folder: PathBuf,

    /// What a rule in Rust is compiled to.
    #[arg(long, default_value = "wasm32-unknown-unknown", value_name = "TARGET")]
    pub target: TargetArg,
}

/// What a rule in Rust is compiled to.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TargetArg {
    /// The component imports nothing but the log.
    #[value(name = "wasm32-unknown-unknown")]
    Unknown,
    /// For libraries that ask for an operating system; the component needs the
    /// profile `inert-wasi`.
    #[value(name = "wasm32-wasip2")]
    Wasip2,
}

impl From<TargetArg> for RustTarget {
    fn from(target: TargetArg) -> Self {
        match target {
            TargetArg::Unknown => Self::Unknown,
            TargetArg::Wasip2 => Self::Wasip2,
        }
    }
}
