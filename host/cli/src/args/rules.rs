//! What a person can type about rules.

use clap::{Args as ClapArgs, Subcommand};

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
