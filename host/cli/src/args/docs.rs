//! What a person can type to have a treaty written down.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// How a treaty is written down.
#[derive(Debug, ClapArgs)]
pub struct DocsArgs {
    /// Writes it to this file, as one HTML page that prints well.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// Writes it to this file, as Markdown.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}
