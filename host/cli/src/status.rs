//! `treaty status`: how the treaty stands.

use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, tell};

pub fn run(args: &Args) -> Result<Exit, Failed> {
    let reader = open::reader(args)?;
    let status = reader.status()?;
    if args.format == Format::Json {
        tell::json(&status);
        return Ok(Exit::Done);
    }
    for (name, entity) in &status.entities {
        tell::line(format!("{name}: {}", counted(entity.links, "link")));
        for (system, row) in &entity.systems {
            let read = row
                .read_at
                .map_or("never read".to_owned(), |at| format!("last news {at}"));
            let open = match row.open_writes {
                0 => String::new(),
                count => format!(", {} with an open outcome", counted(count, "write")),
            };
            tell::line(format!(
                "  {system}: {} linked, {} not; {read}{open}",
                row.linked, row.unlinked
            ));
        }
    }
    tell::line(format!(
        "{} open, {} answered and waiting for the next pass",
        counted(status.questions_open, "question"),
        status.questions_answered
    ));
    Ok(Exit::Done)
}
