//! `treaty audit`: are all sides equal?

mod page;
mod sheet;

use std::collections::BTreeSet;

use treaty_engine::{Audit, Difference, Engine, EntityAudit, Kind, Mode, Repair, RepairWish};

use crate::args::{Args, AuditArgs, Format};
use crate::exit::{Exit, Failed};
use crate::output::{cannot_write, counted, plan_lines, report_lines, write_file};
use crate::{open, progress, tell};

/// How many differences are listed unless all are asked for.
const LISTED_MAX: usize = 20;
/// How many differences are kept of one entity; beyond, they are only counted.
const KEPT_MAX: usize = 100_000;

pub async fn run(args: &Args, audit: &AuditArgs) -> Result<Exit, Failed> {
    let (folder, engine) = open::engine(args, progress::progress()).await?;
    let mut found = engine.audit(KEPT_MAX).await?;
    if let Some(path) = &audit.html {
        write_file(path, page::page(&folder.name, &found))?;
    }
    if let Some(path) = &audit.csv {
        let sheet = sheet::sheet(&found).map_err(|error| cannot_write(path, &error.to_string()))?;
        write_file(path, sheet)?;
    }
    if !audit.repair {
        if args.format == Format::Json {
            tell::json(&found);
        } else {
            audit_lines(&found, audit.correction.all)
                .into_iter()
                .for_each(tell::typed_line);
        }
        return Ok(exit_of(&found));
    }
    let wish = RepairWish {
        fields: audit.field.clone(),
        to: audit.to.as_deref().map(Into::into),
        from: audit.from.as_deref().map(Into::into),
        by: open::person(audit.correction.by.as_deref()),
    };
    let mode = if audit.apply { Mode::Sync } else { Mode::Plan };
    let approved: BTreeSet<String> = audit.correction.approve.iter().cloned().collect();
    let repair = engine.repair(&found, &wish, mode, &approved).await?;
    found.repaired_by = repair.report.run;
    if args.format == Format::Json {
        tell::json(&serde_json::json!({ "audit": found, "repair": repair }));
    } else {
        audit_lines(&found, audit.correction.all)
            .into_iter()
            .for_each(tell::typed_line);
        let plan = engine.print(&repair.report.plan);
        repair_lines(&repair, &plan, audit)
            .into_iter()
            .for_each(tell::typed_line);
    }
    Ok(match () {
        () if !repair.report.trips.is_empty() => Exit::Guarded,
        () if !repair.report.failures.is_empty() => Exit::Partial,
        () if audit.apply && repair.left.is_empty() && repair.taken_in == 0 => Exit::Done,
        () => exit_of(&found),
    })
}

/// An audit between two passes of a watch.
pub async fn scheduled(args: &Args, engine: &Engine) -> Result<(), Failed> {
    let found = engine.audit(KEPT_MAX).await?;
    match args.format {
        Format::Json => tell::json(&serde_json::json!({ "audit": found })),
        Format::Text => {
            tell::line("audit");
            audit_lines(&found, false)
                .into_iter()
                .for_each(tell::typed_line);
        }
    }
    Ok(())
}

fn exit_of(audit: &Audit) -> Exit {
    match () {
        () if !audit.failures.is_empty() => Exit::Partial,
        () if audit.is_equal() => Exit::Done,
        () => Exit::Pending,
    }
}

/// What an audit found, for a person.
pub fn audit_lines(audit: &Audit, all: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for entity in &audit.entities {
        lines.extend(entity_lines(entity, all));
    }
    for failure in &audit.failures {
        let (system, message) = (&failure.system, &failure.message);
        lines.push(format!("system {system} could not be read: {message}"));
        lines.push(format!("  hint: {}", failure.hint));
    }
    lines
}

fn entity_lines(entity: &EntityAudit, all: bool) -> Vec<String> {
    let mut counts = vec![format!("{} equal", entity.matched)];
    for (count, what) in [
        (entity.different, "different"),
        (entity.missing, "missing"),
        (entity.extra, "extra"),
        (entity.in_flight, "on their way"),
    ] {
        if count > 0 {
            counts.push(format!("{count} {what}"));
        }
    }
    let links = counted(entity.links, "link");
    let mut lines = vec![format!("{}: {links}: {}", entity.entity, counts.join(", "))];
    if entity.unnoticed > 0 {
        lines.push(format!(
            "  {} had edits that no system told of",
            counted(entity.unnoticed, "link")
        ));
    }
    for (name, field) in &entity.fields {
        let mut counts = Vec::new();
        for (count, what) in [
            (field.different, "different"),
            (field.accepted, "in a system's own form"),
            (field.undecided, "asked about"),
            (field.unread, "unreadable"),
        ] {
            if count > 0 {
                counts.push(format!("{count} {what}"));
            }
        }
        if !counts.is_empty() {
            lines.push(format!(
                "  {name}: {} equal, {}",
                field.matched,
                counts.join(", ")
            ));
        }
    }
    let shown = if all {
        entity.differences.len()
    } else {
        LISTED_MAX
    };
    let listed = entity.differences.iter().take(shown);
    lines.extend(listed.map(|difference| format!("  {}", in_words(difference))));
    if entity.differences.len() > shown {
        let more = entity.differences.len() - shown;
        lines.push(format!("  … and {more} more; --all lists them"));
    }
    lines
}

/// A difference in one line.
fn in_words(difference: &Difference) -> String {
    let link = difference
        .link
        .map(|link| format!("#{link} "))
        .unwrap_or_default();
    let sides = difference.sides.iter().map(|side| {
        let remote = side.remote.as_ref().map(|remote| format!(" {remote}"));
        let record = format!("{}{}", side.system, remote.unwrap_or_default());
        match (&side.value, difference.kind) {
            (Some(value), _) => format!("{record} {}", value),
            (None, Kind::Missing) if side.remote.is_none() => format!("none in {record}"),
            (None, _) => record,
        }
    });
    let sides: Vec<_> = sides.collect();
    let what = match (difference.kind, &difference.field) {
        (Kind::Different, Some(field)) => field.clone(),
        (Kind::Different, None) => "record".to_owned(),
        (Kind::Missing, _) => "missing".to_owned(),
        (Kind::Extra, _) => "extra".to_owned(),
    };
    let note = difference.note.as_ref().map(|note| format!(" ({note})"));
    format!(
        "{link}{what}: {}{}",
        sides.join(", "),
        note.unwrap_or_default()
    )
}

fn repair_lines(repair: &Repair, plan: &str, audit: &AuditArgs) -> Vec<String> {
    let mut lines = vec![String::new(), "repair".to_owned()];
    lines.extend(report_lines(&repair.report, !audit.apply));
    if !audit.apply {
        lines.extend(plan_lines(plan, audit.correction.all));
    }
    if repair.taken_in > 0 {
        lines.push(format!(
            "{} had edits that nobody told of: they are taken in, and `treaty plan` says what \
             the treaty makes of them",
            counted(repair.taken_in, "record")
        ));
    }
    let shown = if audit.correction.all {
        repair.left.len()
    } else {
        LISTED_MAX
    };
    for (difference, why) in repair.left.iter().take(shown) {
        lines.push(format!("not repaired: {}: {why}", in_words(difference)));
    }
    if repair.left.len() > shown {
        lines.push(format!(
            "… and {} more; --all lists them",
            repair.left.len() - shown
        ));
    }
    match (audit.apply, repair.report.run) {
        (false, _) => lines.push("to do it: the same with --apply".to_owned()),
        (true, Some(run)) => lines.push(format!("to undo it: treaty undo {run}")),
        (true, None) => {}
    }
    lines
}
