//! What two rules make of the same conflicts, in words.

use treaty_engine::{Altered, Change, Compared, Outcome, ReplayCounts};
use treaty_model::Timestamp;

use crate::clock::MachineClock;
use crate::output::counted;

/// How many changes a terminal is shown.
pub const SHOWN_MAX: usize = 20;

/// The time so many microseconds ago; none: since ever.
pub fn ago(micros: Option<i64>) -> Timestamp {
    use treaty_model::Clock as _;
    let since = micros.map(|micros| MachineClock.now().as_micros().saturating_sub(micros));
    Timestamp::from_micros(since.unwrap_or(i64::MIN))
}

/// The counts, the fields, and the changes as far as they are shown.
pub fn lines(compared: &Compared) -> Vec<String> {
    let decisions = counted(compared.decisions.all(), "decision");
    let mut lines = vec![format!("{decisions}: {}", counts(&compared.decisions))];
    lines.extend(compared.fields.iter().map(|field| {
        let of = format!("{}.{}", field.entity, field.field);
        format!("  {of:<28} {:<20} {}", field.rule, counts(&field.counts))
    }));
    let shown = &compared.changes[..compared.changes.len().min(SHOWN_MAX)];
    lines.extend(shown.iter().flat_map(change_lines));
    let more = compared.changes_in_all - shown.len() as u64;
    if more > 0 {
        lines.push(format!("  … and {more} more; `--format json` lists all"));
    }
    if compared.forgotten > 0 {
        lines.push(format!(
            "forgotten, so that nobody can say: {}",
            counted(compared.forgotten, "decision")
        ));
    }
    lines.extend(compared.altered.iter().take(SHOWN_MAX).map(altered_line));
    if compared.altered.len() > SHOWN_MAX {
        let more = compared.altered.len() - SHOWN_MAX;
        lines.push(format!("… and {more} more; `--format json` lists all"));
    }
    lines
}

fn counts(counts: &ReplayCounts) -> String {
    let said = [
        (counts.same, "same"),
        (counts.different, "different"),
        (counts.over_budget, "over budget"),
        (counts.errors, "failed"),
    ];
    let said = said.into_iter().enumerate();
    let said = said.filter(|(at, (count, _))| *at < 2 || *count > 0);
    let said: Vec<_> = said
        .map(|(_, (count, what))| format!("{count} {what}"))
        .collect();
    said.join(", ")
}

fn change_lines(change: &Change) -> [String; 3] {
    let records = change.records.iter();
    let records: Vec<_> = records
        .map(|(system, remote)| format!("{system} {remote}"))
        .collect();
    let records = match records.is_empty() {
        true => String::new(),
        false => format!(" ({})", records.join(", ")),
    };
    [
        format!(
            "  {} #{}{records}: {}",
            change.entity, change.link, change.field
        ),
        format!("    was  {}", outcome(&change.was)),
        format!("    is   {}", outcome(&change.is)),
    ]
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value { value, reason } => format!("{value}  ({reason})"),
        Outcome::Person { reason } => format!("a person is asked  ({reason})"),
        Outcome::Failed { reason } => format!("no answer  ({reason})"),
    }
}

fn altered_line(altered: &Altered) -> String {
    match &altered.about {
        Some((entity, link)) => format!("tampered: {} ({entity} #{link})", altered.what),
        None => format!("tampered: {}", altered.what),
    }
}
