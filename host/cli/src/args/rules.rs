//! What a person can type about rules.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use treaty_author::{Kind, Language, RustTarget};

/// What to do with rules. No system is opened.
#[derive(Debug, ClapArgs)]
pub struct RulesArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// What can be done with a rule.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Makes a folder for a new rule: a small rule that builds, the SDK of its
    /// language, and the contract.
    New(NewArgs),
    /// Makes the component of a rule's folder. Tools that a language needs are
    /// installed into the folder, and nowhere else.
    Build(BuildArgs),
    /// Says what a component is: what it decides, what it is for, what it can
    /// reach, how it is configured, how large it is and what it costs to start.
    Inspect(InspectArgs),
    /// Runs the cases of the treaty: examples of what its rules must decide. No
    /// system is opened.
    Test(TestArgs),
    /// Holds the laws of its kind against each rule of the treaty, with generated
    /// input: for instance that the order of the sides does not matter. No system
    /// is opened but the one of --records.
    Laws(LawsArgs),
    /// Measures what each rule of the treaty costs, by the size of its batches: time
    /// on this machine, fuel, memory. No system is opened.
    Bench(BenchArgs),
    /// Asks a rule one thing, and tells its answer, its reason and what that took.
    Try(TryArgs),
    /// Decides again what was decided, by another component or by the treaty's own
    /// rules, and tells what would be different. Nothing is written anywhere.
    Replay(ReplayArgs),
    /// Tells what the shadows of rules (`[rules.<name>.shadow]`) would have decided.
    Shadow(ShadowArgs),
}

/// What decides again, and what.
#[derive(Debug, ClapArgs)]
pub struct ReplayArgs {
    /// A component, `shipped:` and the name of a rule that ships, or a pack (a folder
    /// with a `pack.toml`, or the file of one), whose rules decide what rules of the
    /// same name decided. Without it the treaty's own rules, as they are configured now.
    #[arg(value_name = "COMPONENT")]
    pub component: Option<String>,

    /// Only what this rule of the treaty decided.
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,

    /// Only what was asked first since so many days (`30d`) or hours (`12h`) ago.
    #[arg(long, value_name = "TIME", value_parser = micros_of)]
    pub since: Option<i64>,

    /// A journal file, for instance a copy on another machine, in place of the
    /// treaty's own.
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// Ends with exit code 6 where more than this share of the decisions that could
    /// be decided again are not the same, errors among them: `2%`.
    #[arg(long, value_name = "SHARE", value_parser = share_of)]
    pub gate: Option<f64>,

    /// The pack that the one that is named changes, where it changes one: its folder,
    /// or its file. Without it, the one that is installed in the treaty.
    #[arg(long, value_name = "PACK")]
    pub base: Vec<PathBuf>,
}

/// Since when.
#[derive(Debug, ClapArgs)]
pub struct ShadowArgs {
    /// Only what was asked first since so many days (`30d`) or hours (`12h`) ago.
    #[arg(long, value_name = "TIME", value_parser = micros_of)]
    pub since: Option<i64>,
}

/// Reads `30d` or `12h`, as microseconds.
pub fn micros_of(text: &str) -> Result<i64, String> {
    let wanted = || format!("{text:?} is no time such as 30d or 12h");
    let hours = [('d', 24), ('h', 1)].into_iter().find_map(|(unit, hours)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(hours).filter(|hours| *hours >= 0)
    });
    let micros = hours.and_then(|hours| hours.checked_mul(3_600_000_000));
    micros.ok_or_else(wanted)
}

/// Reads `2%`, as a share of one.
fn share_of(text: &str) -> Result<f64, String> {
    let percent = text.strip_suffix('%').and_then(|text| text.parse().ok());
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    let share = percent.map(|percent: f64| percent / 100.0);
    share.ok_or_else(|| format!("{text:?} is no share such as 2%"))
}

/// Which cases, and how they are told.
#[derive(Debug, ClapArgs)]
pub struct TestArgs {
    /// Case files; without any, all of the treaty's folder `cases`. Or a pack: its
    /// folder, or its file.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Runs only cases whose name has this text in it.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,

    /// Takes what the rules answer for what they must answer: writes it into the
    /// case files, in place of what is not met.
    #[arg(long)]
    pub bless: bool,

    /// Runs them again whenever something in the treaty folder changes, until it
    /// is ended.
    #[arg(long, conflicts_with_all = ["bless", "junit"])]
    pub watch: bool,

    /// Writes the results as JUnit XML, too.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// The pack that the one that is named changes, where it changes one: its folder,
    /// or its file. Without it, the one that is installed in the treaty.
    #[arg(long, value_name = "PACK")]
    pub base: Vec<PathBuf>,
}

/// Which rules, and how hard.
#[derive(Debug, ClapArgs)]
pub struct LawsArgs {
    /// Rules of the treaty by their names; without any, all of them. With a pack in
    /// front, its folder or its file, those of the pack.
    #[arg(value_name = "RULE")]
    pub rules: Vec<String>,

    /// The pack that the one that is named changes, where it changes one: its folder,
    /// or its file. Without it, the one that is installed in the treaty.
    #[arg(long, value_name = "PACK")]
    pub base: Vec<PathBuf>,

    /// How many inputs each law is held against.
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 256,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub tries: u32,

    /// Where chance begins: the same number brings the same input.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,

    /// Writes counter-examples as case files into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub write: Option<PathBuf>,

    /// Takes records of this system of the treaty in place of generated ones. They
    /// are only read, and a counter-example shows what stands in them.
    #[arg(long, value_name = "SYSTEM")]
    pub records: Option<String>,

    /// How many records of each entity are read, at most.
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 2000,
        requires = "records",
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub sample: u32,
}

/// Which rules, and beside what.
#[derive(Debug, ClapArgs)]
pub struct BenchArgs {
    /// Rules of the treaty by their names; without any, all of them.
    #[arg(value_name = "RULE")]
    pub rules: Vec<String>,

    /// Measures this component in the same run, on the same input: a file, or
    /// `shipped:` and the name of a rule that ships. Without it, a rule of the
    /// treaty's own stands beside the one that would be used in its place.
    #[arg(long, value_name = "COMPONENT")]
    pub against: Option<String>,

    /// Where chance begins: the same number brings the same input.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,
}

/// What is tried.
#[derive(Debug, ClapArgs)]
pub struct TryArgs {
    /// The component: a rule of the treaty by its name, a file, or `shipped:` and
    /// the name of a rule that ships.
    #[arg(value_name = "COMPONENT")]
    pub component: String,

    /// One case, with or without what it expects; `-` reads it from the keyboard.
    #[arg(value_name = "CASE", default_value = "-")]
    pub case: PathBuf,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_shares_are_read() {
        assert_eq!(micros_of("1d"), Ok(86_400_000_000));
        assert_eq!(micros_of("12h"), Ok(43_200_000_000));
        for wrong in ["", "30", "d", "-1d", "1.5d", "99999999999999999d"] {
            assert!(micros_of(wrong).is_err(), "{wrong}");
        }
        assert_eq!(share_of("2%"), Ok(0.02));
        assert_eq!(share_of("0%"), Ok(0.0));
        for wrong in ["", "2", "-1%", "101%", "NaN%"] {
            assert!(share_of(wrong).is_err(), "{wrong}");
        }
    }
}
