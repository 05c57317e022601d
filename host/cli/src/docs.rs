//! `treaty docs`: a treaty written down: what syncs, which way, mapped how, under
//! which rule.
//!
//! The engine says what there is ([`TreatyDocs`]), `chapters` puts it into words
//! once, as an [`outline::Outline`], and `html` and `markdown` write that.

mod chapters;
mod drawing;
mod html;
mod markdown;
mod outline;
mod transform;

use treaty_engine::{TreatyDocs, docs};

use crate::args::{Args, DocsArgs, Format};
use crate::exit::{Exit, Failed};
use crate::output::{counted, write_file};
use crate::{open, progress, tell};

pub async fn run(args: &Args, wish: &DocsArgs) -> Result<Exit, Failed> {
    let folder = open::sound_folder(args)?;
    let found = docs(&folder, &open::opening(progress::progress())).await?;
    let outline = chapters::outline(&found);
    if let Some(path) = &wish.html {
        write_file(path, html::page(&outline))?;
    }
    if let Some(path) = &wish.markdown {
        write_file(path, markdown::text(&outline))?;
    }
    let files: Vec<_> = wish.html.iter().chain(&wish.markdown).collect();
    match args.format {
        Format::Json => tell::json(&found),
        Format::Text if files.is_empty() => tell::line(markdown::text(&outline).trim_end()),
        Format::Text => {
            for file in files {
                tell::typed_line(format!("written: {}", file.display()));
            }
            tell::typed_line(in_short(&found));
        }
    }
    for failure in found.failures() {
        let (system, message) = (&failure.system, &failure.message);
        tell::remark(format!("system {system} could not be used: {message}"));
        tell::remark(format!("hint: {}", failure.hint));
    }
    if found.has_errors() {
        tell::remark("the treaty has problems: `treaty check` shows all of them");
    }
    Ok(match (found.has_errors(), found.failures().is_empty()) {
        (true, _) => Exit::Problems,
        (false, false) => Exit::Partial,
        (false, true) => Exit::Done,
    })
}

/// The size of a treaty in one line.
fn in_short(found: &TreatyDocs) -> String {
    let fields: usize = found
        .entities
        .iter()
        .map(|entity| entity.fields.len())
        .sum();
    let shared: usize = found.entities.iter().map(|entity| entity.shared).sum();
    format!(
        "{}: {}, {} of them shared and open to conflicts, {} undecided; {}",
        found.treaty,
        counted(fields as u64, "field"),
        shared,
        found.undecided(),
        found.digest
    )
}
