//! What was done lately, in lines.

use std::collections::BTreeMap;

use treaty_engine::{Lately, RunShown, Volume};
use treaty_model::SystemName;

use crate::output::{counted, span};

/// The last runs, and how much was done within the last hour and day.
pub fn lines(lately: &Lately) -> Vec<String> {
    let mut lines = Vec::new();
    for (span, volumes) in [("hour", &lately.hour), ("day", &lately.day)] {
        if let Some(told) = volumes_told(volumes) {
            lines.push(format!("last {span}: {told}"));
        }
    }
    if !lately.runs.is_empty() {
        lines.push("last runs:".to_owned());
        lines.extend(lately.runs.iter().map(run_line));
    }
    lines
}

fn run_line(run: &RunShown) -> String {
    let took = run.took_ms.map_or("was ended early".to_owned(), |ms| {
        format!("took {}", span(ms))
    });
    let mut parts: Vec<_> = volumes_told(&run.systems).into_iter().collect();
    if run.asked > 0 {
        parts.push(format!("{} asked", counted(run.asked, "question")));
    }
    parts.extend(run.trips.iter().map(|guard| format!("guard {guard}")));
    if let Some(undone) = run.undoes {
        parts.push(format!("put back run {undone}"));
    }
    let told = match parts.is_empty() {
        true => "nothing written".to_owned(),
        false => parts.join("; "),
    };
    format!("  {} at {}, {took}: {told}", run.run, run.started_at)
}

/// `left 3 written, 1 refused; right …`; none where nothing was done.
fn volumes_told(volumes: &BTreeMap<SystemName, Volume>) -> Option<String> {
    let told = volumes.iter().filter_map(|(system, volume)| {
        let counts = [
            (volume.written, "written"),
            (volume.created, "created"),
            (volume.deleted, "archived or deleted"),
            (volume.refused, "refused"),
            (volume.open, "with an open outcome"),
            (volume.unread, "not read"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let mut parts: Vec<_> = counts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if volume.failed > 0 {
            parts.push(format!("not usable in {}", passes(volume.failed)));
        }
        (!parts.is_empty()).then(|| format!("{system} {}", parts.join(", ")))
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn passes(count: u64) -> String {
    match count {
        1 => "1 pass".to_owned(),
        _ => format!("{count} passes"),
    }
}
