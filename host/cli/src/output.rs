//! The text of results that several commands share.

use treaty_engine::{EntityReport, Report};

/// What a pass did, or would do, in a few lines for each entity.
pub fn report_lines(report: &Report, planned: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for entity in &report.entities {
        lines.extend(entity_lines(entity, planned || entity.stopped));
    }
    for failure in &report.failures {
        lines.push(format!(
            "system {} could not be used: {}",
            failure.system, failure.message
        ));
        lines.push("  hint: nothing is lost; mend it and run `treaty sync` again".to_owned());
    }
    for trip in &report.trips {
        lines.push(format!(
            "guard {} stopped the plan: {}",
            trip.guard, trip.message
        ));
        lines.push(format!(
            "  hint: look at `treaty plan`; to let exactly this plan through: \
             `treaty sync --approve {}`",
            trip.approval
        ));
    }
    lines
}

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
        if !parts.is_empty() {
            lines.push(format!("  {system}: {}", parts.join(", ")));
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
        entity.changed,
        format!("{} fields agreed anew", entity.changed),
    );
    tell(
        entity.decided,
        format!("{} conflicts decided by a rule", entity.decided),
    );
    tell(
        entity.given_up,
        format!("{} values given up, kept in the journal", entity.given_up),
    );
    tell(
        entity.asked,
        format!("{} questions about fields", entity.asked),
    );
    tell(
        entity.held,
        format!(
            "{} records wait: they may be the same as another",
            entity.held
        ),
    );
    tell(
        entity.duplicates,
        format!("{} pairs look like duplicates", entity.duplicates),
    );
    tell(
        entity.dangling,
        format!("{} wait for a record that they refer to", entity.dangling),
    );
    for setback in &entity.setbacks {
        lines.push(format!("  ! {setback}"));
    }
    if lines.len() == 1 {
        lines[0].push_str(": nothing to do");
    }
    lines
}
