//! What a person can type.

mod advise;
mod correction;
mod docs;
pub mod pack;
mod rules;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub use advise::AdviseArgs;
pub use correction::{AuditArgs, UndoArgs};
pub use docs::DocsArgs;
pub use rules::{
    BenchArgs, BuildArgs, InspectArgs, LawsArgs, NewArgs, ReplayArgs, RulesArgs, RulesCommand,
    ShadowArgs, TestArgs, TryArgs,
};

const EXIT_CODES: &str = "Exit codes:
  0   done; for `plan`: there is nothing to do
  1   failed: the message says what, and what to do
  2   `plan`, `undo --plan`: there is something to do; `audit`: sides differ
  3   a guard stopped the plan; the message has the name to approve it by
  4   the treaty has problems
  5   done in part: a system could not be used, or did not say what became of a
      write, and the next pass resumes; for `doctor`: something is wrong
  6   `rules replay --gate`: more is different than it allows
  64  the command line cannot be understood";

/// Keeps records equal between systems that several teams write to, by rules
/// that are WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "treaty", version, after_help = EXIT_CODES)]
pub struct Args {
    /// The treaty folder: the one with `treaty.toml`.
    #[arg(long, global = true, default_value = ".", value_name = "FOLDER")]
    pub treaty: PathBuf,

    /// Works on a copy of the treaty folder, which is made there unless it is
    /// there already. Nothing in the original is touched.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub copy: Option<PathBuf>,

    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// What is logged to standard error, for instance `info` or
    /// `treaty_engine=debug`.
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Says everything that is wrong with the treaty, and which fields nobody
    /// has decided on. Changes nothing.
    Check,
    /// Prints what `sync` would do. Sends nothing.
    Plan(PlanArgs),
    /// Proposes a treaty from what systems hold, and writes it into a new folder
    /// (--treaty). Writes nothing into the systems, and leaves every decision
    /// that only a person can make.
    Init(InitArgs),
    /// Makes one pass: reads all systems, decides, writes.
    Sync(SyncArgs),
    /// Says how the treaty stands.
    Status(StatusArgs),
    /// Says whether the treaty is well: opens each system, looks at what waits,
    /// and finds the signs of trouble in the journal. Sends nothing.
    Doctor,
    /// Writes the treaty down: what syncs, which way, mapped how, under which rule,
    /// and which fields nobody has decided on. As Markdown, or as one HTML page
    /// that prints well. Opens the systems and writes nothing into them.
    Docs(DocsArgs),
    /// Says who really edits each field, how often systems collide, and how to
    /// give fields one owner, in waves. Changes nothing.
    Advise(AdviseArgs),
    /// Tells the history of a record or of one of its fields: who changed what
    /// where, what was decided and why, what was written, and how it stands now.
    Explain(ExplainArgs),
    /// Lists what only a person can decide; or puts it into a file that goes
    /// through a spreadsheet, and takes the answers from there.
    Questions(QuestionsArgs),
    /// Compiles one rule from standard input to standard output, for a `treaty`
    /// that is at work.
    #[command(name = COMPILE_RULE, hide = true)]
    CompileRule(CompileArgs),
    /// Answers a question, or all that fit. The next pass carries the answers
    /// out.
    Decide(DecideArgs),
    /// Lets through what a guard has stopped: exactly that, once, in the next
    /// pass.
    Approve(ApproveArgs),
    /// Takes a person's data out of Treaty's own state; the skeleton of what was
    /// decided stays.
    Forget(ForgetArgs),
    /// Copies Treaty's own state, as of one moment, beside a process at work.
    Backup(BackupArgs),
    /// Puts a backup in the place of Treaty's own state, and says what it does not
    /// know of.
    Restore(BackupArgs),
    /// Reads every linked record afresh on all sides and says whether they are
    /// equal, whatever Treaty remembers of them.
    Audit(AuditArgs),
    /// Puts back what a run wrote, where nobody has changed it since, and lists
    /// the rest.
    Undo(UndoArgs),
    /// Makes rules and looks at them by themselves: no treaty and no system is
    /// needed.
    Rules(RulesArgs),
    /// Packs: rules, field tables and cases, versioned and signed, in one file.
    Pack(pack::PackArgs),
}

/// The name of the command with which this program starts itself to compile.
pub const COMPILE_RULE: &str = "compile-rule";

/// What the compiler is told.
#[derive(Debug, ClapArgs)]
pub struct CompileArgs {
    /// Its limits.
    pub limits: Vec<OsString>,
}

/// What a treaty is made of.
#[derive(Debug, ClapArgs)]
pub struct InitArgs {
    /// A system: its name, its connector and its place, for instance
    /// `crm=csv:exports/crm`, `shop=sqlite:shop.db` or
    /// `db=postgres:env:DATABASE_URL`. An address has no password in it: `env:`
    /// names the variable that holds it.
    #[arg(required = true, num_args = 2.., value_name = "SYSTEM")]
    pub systems: Vec<String>,

    /// Sources that hold the same things, for instance
    /// `contact=crm:contacts,shop:people`. Without it they are found by their
    /// names and values.
    #[arg(long, value_name = "ENTITY")]
    pub entity: Vec<String>,

    /// The treaty's name; without it that of its folder.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// How many records of each source are looked at.
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 2000,
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub sample: u32,
}

/// How a plan is printed.
#[derive(Debug, ClapArgs)]
pub struct PlanArgs {
    /// Prints every line, however many.
    #[arg(long)]
    pub all: bool,
}

/// How to sync.
#[derive(Debug, ClapArgs)]
pub struct SyncArgs {
    /// Goes on: one pass after the other until it is ended.
    #[arg(long)]
    pub watch: bool,

    /// Audits all records every so many hours while it watches, whatever the
    /// treaty says ([audit] every-hours).
    #[arg(
        long,
        value_name = "HOURS",
        requires = "watch",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub audit_every: Option<u64>,

    /// How long to wait between two passes, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub interval: u64,

    /// Lets a plan through that a guard has stopped, by the name it was given.
    /// Holds for exactly that plan.
    #[arg(long, value_name = "NAME")]
    pub approve: Vec<String>,
}

/// What to forget.
#[derive(Debug, ClapArgs)]
pub struct ForgetArgs {
    /// The entity.
    #[arg(required_unless_present = "before")]
    pub entity: Option<String>,

    /// The record: its id in a system, `#` and a link's number, or a value that it
    /// holds.
    #[arg(required_unless_present = "before")]
    pub which: Option<String>,

    /// Instead: what was told, asked and written before this day, of everything.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["entity", "which"])]
    pub before: Option<String>,

    /// Who wants it; the journal keeps it.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
}

/// Where a backup is.
#[derive(Debug, ClapArgs)]
pub struct BackupArgs {
    /// The folder.
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// What to approve.
#[derive(Debug, ClapArgs)]
pub struct ApproveArgs {
    /// The names that the guards gave.
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,

    /// Who approves; the journal keeps it.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
}

/// What of the status.
#[derive(Debug, ClapArgs)]
pub struct StatusArgs {
    /// Lists everything that cannot be read, and why.
    #[arg(long)]
    pub problems: bool,
}

/// What to explain.
#[derive(Debug, ClapArgs)]
pub struct ExplainArgs {
    /// The entity: `contact`.
    #[arg(value_name = "ENTITY")]
    pub entity: String,

    /// The record: its id in any system, `#` and the number of its link,
    /// `<system>:<id>`, or a whole value that it holds, such as an e-mail
    /// address, a phone number or a name.
    #[arg(value_name = "RECORD")]
    pub which: String,

    /// One field only.
    #[arg(value_name = "FIELD")]
    pub field: Option<String>,
}

/// Which questions.
#[derive(Debug, Default, ClapArgs)]
pub struct FilterArgs {
    /// Those that this person is asked; see `[[questions.assign]]`.
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,

    /// Those about this entity.
    #[arg(long, value_name = "ENTITY")]
    pub entity: Option<String>,

    /// Those about this field.
    #[arg(long, value_name = "FIELD")]
    pub field: Option<String>,

    /// Those about the value of a field, about whether two records are the same,
    /// or about a delete.
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,

    /// Those that have been open for more than so many days.
    #[arg(long, value_name = "DAYS")]
    pub older_than: Option<u64>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Which value a field gets.
    Field,
    /// Whether two records are the same.
    Match,
    /// Whether a record is deleted.
    Delete,
}

/// What to do with the questions.
#[derive(Debug, ClapArgs)]
pub struct QuestionsArgs {
    /// Which questions.
    #[command(flatten)]
    pub filter: FilterArgs,

    /// Puts them into a CSV file, with a column for the answers.
    #[arg(long, value_name = "FILE", conflicts_with = "import")]
    pub export: Option<PathBuf>,

    /// Takes answers from such a file, if all of its lines are understood.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["to", "entity", "field", "kind", "older_than"]
    )]
    pub import: Option<PathBuf>,

    /// Takes the lines that are understood, also where others are not.
    #[arg(long, requires = "import")]
    pub partly: bool,

    /// Who answers, where the file does not say; the journal keeps it.
    #[arg(long, value_name = "NAME", requires = "import")]
    pub by: Option<String>,
}

/// How to answer.
#[derive(Debug, ClapArgs)]
#[group(skip)]
#[command(group = ArgGroup::new("reply").required(true).multiple(false))]
pub struct DecideArgs {
    /// The question's number.
    #[arg(value_name = "QUESTION", required_unless_present = "all")]
    pub number: Option<i64>,

    /// All open questions that fit; at least one of --to, --entity, --field,
    /// --kind and --older-than says which.
    #[arg(long, conflicts_with = "number")]
    pub all: bool,

    /// Which questions, with --all.
    #[command(flatten)]
    pub filter: FilterArgs,

    /// The value that this system holds.
    #[arg(long, value_name = "SYSTEM", group = "reply")]
    pub keep: Option<String>,

    /// What was agreed before.
    #[arg(long, group = "reply")]
    pub base: bool,

    /// This value.
    #[arg(long, value_name = "VALUE", group = "reply")]
    pub set: Option<String>,

    /// The field is cleared.
    #[arg(long, group = "reply")]
    pub clear: bool,

    /// The two records are the same.
    #[arg(long, group = "reply")]
    pub same: bool,

    /// The two records are not the same.
    #[arg(long, group = "reply")]
    pub different: bool,

    /// The record is deleted everywhere.
    #[arg(long, group = "reply")]
    pub delete: bool,

    /// The record stays.
    #[arg(long, group = "reply")]
    pub stay: bool,

    /// Who answers; the journal keeps it.
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}
