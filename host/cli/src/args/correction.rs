//! What a person can type to look for what is wrong, and to put it right.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// How a correction is made: a plan that a person asks for.
#[derive(Debug, ClapArgs)]
pub struct CorrectionArgs {
    /// Who asks for it; the journal keeps it.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,

    /// Lets a plan through that a guard has stopped, by the name it was given.
    #[arg(long, value_name = "NAME")]
    pub approve: Vec<String>,

    /// Prints every line, however many.
    #[arg(long)]
    pub all: bool,
}

/// How to audit.
#[derive(Debug, ClapArgs)]
pub struct AuditArgs {
    /// Writes the differences to this file, for a spreadsheet.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,

    /// Writes what was found to this file, as one page.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// Plans what makes different fields equal, and prints it.
    #[arg(long)]
    pub repair: bool,

    /// Does what was planned.
    #[arg(long, requires = "repair")]
    pub apply: bool,

    /// Repairs this field only; may be given several times.
    #[arg(long, value_name = "FIELD", requires = "repair")]
    pub field: Vec<String>,

    /// Writes to this system only.
    #[arg(long, value_name = "SYSTEM", requires = "repair")]
    pub to: Option<String>,

    /// Takes this system's value for shared fields, instead of what was agreed.
    #[arg(long, value_name = "SYSTEM", requires = "repair")]
    pub from: Option<String>,

    /// How it is made.
    #[command(flatten)]
    pub correction: CorrectionArgs,
}

/// What to undo.
#[derive(Debug, ClapArgs)]
pub struct UndoArgs {
    /// The run's number; `treaty explain` and `treaty sync` say it.
    #[arg(value_name = "RUN")]
    pub run: u64,

    /// Prints what would be put back, and does nothing.
    #[arg(long)]
    pub plan: bool,

    /// What was agreed goes back too, also in the system that it came from: the
    /// next pass writes it there.
    #[arg(long)]
    pub everywhere: bool,

    /// How it is made.
    #[command(flatten)]
    pub correction: CorrectionArgs,
}
