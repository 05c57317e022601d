//! The text of results that several commands share.

use std::path::Path;

use treaty_engine::{EntityReport, Report};
use treaty_model::{Scope, Trip};

use crate::exit::Failed;

/// How many lines of a plan are printed unless all are asked for.
const PLAN_LINES_MAX: usize = 40;

/// What a pass did, or would do, in a few lines for each entity.
pub fn report_lines(report: &Report, planned: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for entity in &report.entities {
        let told = entity_lines(entity, planned || entity.stopped);
        match (told.is_empty(), report.failures.is_empty()) {
            (false, _) => lines.extend(told),
            (true, true) => lines.push(format!("{}: nothing to do", entity.entity)),
            // What would be to do is not known.
            (true, false) => {}
        }
    }
    for failure in &report.failures {
        lines.push(format!(
            "system {} could not be used: {}",
            failure.system, failure.message
        ));
        lines.push(format!("  hint: {}", failure.hint));
    }
    for trip in &report.trips {
        lines.extend(trip_lines(trip));
    }
    lines
}

/// What a guard saw, and what to do.
fn trip_lines(trip: &Trip) -> [String; 2] {
    let what = match trip.scope {
        Scope::Plan => "the plan",
        Scope::Link(_) => "one record",
        Scope::Rule => "a rule",
        Scope::Field => "a field",
        Scope::Nothing => "nothing",
    };
    let hint = match trip.scope {
        Scope::Plan => "look at `treaty plan`; to let exactly this plan through",
        Scope::Link(_) => "everything else went on; to write the record all the same",
        Scope::Rule => "mend the rule; to switch it on again",
        Scope::Field => "mend the field table; to go on with the field as it is now",
        Scope::Nothing => "it stops nothing; to be rid of it",
    };
    [
        format!("guard {} stopped {what}: {}", trip.guard, trip.message),
        format!("  hint: {hint}: `treaty approve {}`", trip.approval),
    ]
}

/// What a pass did for one entity; empty where that is nothing.
fn entity_lines(entity: &EntityReport, planned: bool) -> Vec<String> {
    let mut lines = vec![entity.entity.clone()];
    for (system, read) in &entity.systems {
        let mut parts = Vec::new();
        let mut part = |count: u64, what: &str| {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        };
        part(read.seen, "read");
        part(read.changed, "changed");
        part(read.missing, "missing from its listing");
        part(read.writes, if planned { "to write" } else { "written" });
        part(read.creates, if planned { "to create" } else { "created" });
        part(
            read.deletes,
            match planned {
                true => "to archive or delete",
                false => "archived or deleted",
            },
        );
        part(read.stale, "to decide again");
        part(read.refused, "refused");
        part(read.open, "with an open outcome");
        part(read.parked, "parked");
        part(read.unread, "with fields that cannot be read");
        if !parts.is_empty() {
            lines.push(format!("  {system}: {}", parts.join(", ")));
        }
        for problem in &read.problems {
            lines.push(format!("  ! {system} {problem}"));
        }
        let told = read.problems.len() as u64;
        if read.parked + read.unread > told {
            lines.push("  ! …; `treaty status --problems` lists all".to_owned());
        }
    }
    let mut tell = |count: u64, text: String| {
        if count > 0 {
            lines.push(format!("  {text}"));
        }
    };
    tell(
        entity.linked,
        format!(
            "{} linked, {} of them found in more than one system",
            entity.linked, entity.matched
        ),
    );
    tell(
        entity.joined,
        match entity.joined {
            1 => "1 link went into another: they are one thing".to_owned(),
            joined => format!("{joined} links went into others: they are one thing"),
        },
    );
    tell(
        entity.changed,
        format!("{} agreed anew", counted(entity.changed, "field")),
    );
    tell(
        entity.decided,
        format!("{} decided by a rule", counted(entity.decided, "conflict")),
    );
    tell(
        entity.given_up,
        format!(
            "{} given up, kept in the journal",
            counted(entity.given_up, "value")
        ),
    );
    tell(
        entity.asked,
        format!("{} about fields", counted(entity.asked, "question")),
    );
    tell(
        entity.held,
        match entity.held {
            1 => "1 record waits: it may be the same as another".to_owned(),
            held => format!("{held} records wait: each may be the same as another"),
        },
    );
    tell(
        entity.duplicates,
        match entity.duplicates {
            1 => "1 pair looks like a duplicate".to_owned(),
            pairs => format!("{pairs} pairs look like duplicates"),
        },
    );
    tell(
        entity.dangling,
        match entity.dangling {
            1 => "1 waits for a record that it refers to".to_owned(),
            dangling => format!("{dangling} wait for records that they refer to"),
        },
    );
    for alert in &entity.alerts {
        lines.push(format!("  ! {alert}"));
    }
    for setback in &entity.setbacks {
        lines.push(format!("  ! {setback}"));
    }
    if lines.len() == 1 {
        lines.clear();
    }
    lines
}

/// The lines of a plan: the first of them, unless all are asked for.
pub fn plan_lines(text: &str, all: bool) -> Vec<String> {
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let hidden = lines.len().saturating_sub(PLAN_LINES_MAX);
    if !all && hidden > 0 {
        lines.truncate(PLAN_LINES_MAX);
        lines.push(format!("… and {hidden} more lines; --all shows them"));
    }
    lines
}

/// Writes a result to the file that was asked for.
pub fn write_file(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Failed> {
    std::fs::write(path, text).map_err(|error| cannot_write(path, &error.to_string()))
}

/// A file that cannot be written.
pub fn cannot_write(path: &Path, why: &str) -> Failed {
    Failed::new(
        format!("cannot write {}: {why}", path.display()),
        "name a file in a folder that can be written",
    )
}

/// `1 question`, `2 questions`, `2 batches`.
pub fn counted(count: u64, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ if one.ends_with("ch") => format!("{count} {one}es"),
        _ => format!("{count} {one}s"),
    }
}

/// A span of time in one word: `250ms`, `12s`, `5m`, `3h`, `2d`.
pub fn span(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms}ms"),
        1_000..120_000 => format!("{}s", ms / 1_000),
        120_000..7_200_000 => format!("{}m", ms / 60_000),
        7_200_000..172_800_000 => format!("{}h", ms / 3_600_000),
        _ => format!("{}d", ms / 86_400_000),
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn a_span_is_told_in_one_word() {
        let check = |ms, expected: &str| assert_eq!(span(ms), expected);
        check(0, "0ms");
        check(1_999, "1s");
        check(119_999, "119s");
        check(120_000, "2m");
        check(7_199_999, "119m");
        check(7_200_000, "2h");
        check(172_800_000, "2d");
    }
}
