//! `treaty status`: how the treaty stands.

use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::{open, progress, tell};

pub async fn run(args: &Args) -> Result<Exit, Failed> {
    let (_, engine) = open::engine(args, progress::progress()).await?;
    let status = engine.status()?;
    if args.format == Format::Json {
        tell::json(&status);
        return Ok(Exit::Done);
    }
    for (name, entity) in &status.entities {
        tell::line(format!("{name}: {} links", entity.links));
        for (system, row) in &entity.systems {
            let read = row
                .read_at
                .map_or("never read".to_owned(), |at| format!("last news {at}"));
            let open = match row.open_writes {
                0 => String::new(),
                count => format!(", {count} writes with an open outcome"),
            };
            tell::line(format!(
                "  {system}: {} linked, {} not; {read}{open}",
                row.linked, row.unlinked
            ));
        }
    }
    tell::line(format!(
        "{} questions open, {} answered and waiting for the next pass",
        status.questions_open, status.questions_answered
    ));
    Ok(Exit::Done)
}
