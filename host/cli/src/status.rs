//! `treaty status`: how the treaty stands.

mod lately;

use treaty_engine::{EntitySystemStatus, ProblemShown};
use treaty_model::{Scope, Trouble};

use crate::args::{Args, Format, StatusArgs};
use crate::exit::{Exit, Failed};
use crate::output::{counted, span};
use crate::{open, tell};

pub fn run(args: &Args, status_args: &StatusArgs) -> Result<Exit, Failed> {
    let reader = open::reader(args)?;
    let status = reader.status()?;
    if args.format == Format::Json {
        tell::json(&status);
        return Ok(Exit::Done);
    }
    for (name, entity) in &status.entities {
        tell::line(format!("{name}: {}", counted(entity.links, "link")));
        for (system, row) in &entity.systems {
            tell::line(format!(
                "  {system}: {} linked, {} not; {}",
                row.linked,
                row.unlinked,
                reading(row)
            ));
            if row.echoes_by_mark + row.echoes_by_value > 0 {
                tell::line(format!(
                    "    own writes that came back: {} known by mark, {} by value",
                    row.echoes_by_mark, row.echoes_by_value
                ));
            }
            for line in problem_lines(&row.problems, status_args) {
                tell::line(line);
            }
        }
    }
    for pack in &status.packs {
        let since = pack.since.map(|since| format!(", since {since}"));
        tell::typed_line(format!(
            "pack {} {}{}",
            pack.name,
            pack.version,
            since.unwrap_or_default()
        ));
    }
    for shown in &status.trips {
        let (trip, since) = (&shown.trip, shown.since);
        let approved = match &shown.approved_by {
            Some(by) => format!("approved by {by}, for the next pass"),
            None if trip.scope == Scope::Nothing => "nothing is stopped".to_owned(),
            None => format!("treaty approve {}", trip.approval),
        };
        tell::line(format!(
            "guard {} since {since}: {} ({approved})",
            trip.guard, trip.message
        ));
    }
    for shown in &status.undelivered {
        let (guard, since, why) = (&shown.guard, shown.since, &shown.why);
        tell::line(format!("not told yet of {guard} since {since}: {why}"));
    }
    for line in lately::lines(&status.lately) {
        tell::line(line);
    }
    tell::line(format!(
        "{} open, {} answered and waiting for the next pass",
        counted(status.questions_open, "question"),
        status.questions_answered
    ));
    Ok(Exit::Done)
}

/// How far behind Treaty is with a system.
fn reading(row: &EntitySystemStatus) -> String {
    let mut parts = Vec::new();
    match row.lag_seconds {
        Some(seconds) => parts.push(format!("read {} ago", span(seconds * 1_000))),
        None => parts.push("never read".to_owned()),
    }
    parts.extend(row.read_at.map(|at| format!("last news {at}")));
    let newest = row.newest_change_at;
    parts.extend(newest.map(|at| format!("newest change {at}")));
    if row.open_writes > 0 {
        let writes = counted(row.open_writes, "write");
        parts.push(format!("{writes} with an open outcome"));
    }
    parts.join(", ")
}

fn problem_lines(problems: &[ProblemShown], args: &StatusArgs) -> Vec<String> {
    if problems.is_empty() {
        return Vec::new();
    }
    let waits = match problems.len() {
        1 => "1 thing waits".to_owned(),
        count => format!("{count} things wait"),
    };
    let waits = format!("    {waits} until somebody changes what stands there");
    if !args.problems {
        return vec![format!("{waits}: treaty status --problems")];
    }
    let mut lines = vec![format!("{waits}:")];
    lines.extend(problems.iter().map(|problem| {
        let field = problem.field.as_ref();
        let of_field = field.map(|field| format!(", {field}")).unwrap_or_default();
        let trouble = match problem.trouble {
            Trouble::Unread => "cannot be read",
            Trouble::NotTried => "could not be tried, and will be again",
            Trouble::Unwritten => "cannot be written",
            Trouble::Refused => "was refused",
            Trouble::Unmatched => "cannot be matched",
        };
        let (remote, message) = (&problem.remote, &problem.message);
        format!("    {remote}{of_field} {trouble}: {message}")
    }));
    lines
}
