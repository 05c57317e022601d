//! What a person can type to be advised on the way out of two-way.

use clap::Args as ClapArgs;

/// What to be advised on.
#[derive(Debug, ClapArgs)]
pub struct AdviseArgs {
    /// The entity; without it all of them.
    #[arg(value_name = "ENTITY")]
    pub entity: Option<String>,

    /// How many days back the journal is read.
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=36_500)
    )]
    pub days: u32,

    /// Prints only what the next wave changes in the field tables, as a diff for
    /// `patch -p1` or `git apply` in the treaty folder.
    #[arg(long)]
    pub diff: bool,
}
