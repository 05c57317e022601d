//! Progress: a bar on a terminal, lines in a log.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;
use treaty_engine::{Event, Progress};

/// Starts the log on standard error. `filter` is what `--log` says.
pub fn start_log(filter: Option<&str>) {
    let filter = filter.map_or_else(|| EnvFilter::new("warn"), EnvFilter::new);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

/// Shows what a pass is doing: on a terminal as a bar where the end is known, as
/// a count where it is not; elsewhere in the log.
pub fn progress() -> Progress {
    if !std::io::stderr().is_terminal() {
        return Arc::new(log);
    }
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(120));
    Arc::new(move |event| match event {
        Event::RuleLog { .. } => bar.suspend(|| log(event)),
        Event::Finished => bar.finish_and_clear(),
        _ => show(&bar, event),
    })
}

fn show(bar: &ProgressBar, event: Event<'_>) {
    let style = match count(event) {
        Some((done, of)) => {
            bar.set_length(of);
            bar.set_position(done);
            COUNTED
        }
        None => UNCOUNTED,
    };
    // A test reads both templates.
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar.set_message(describe(event));
}

const COUNTED: &str = "{spinner} {msg} {wide_bar} {pos} of {len}, {eta} left";
const UNCOUNTED: &str = "{spinner} {msg}";

/// How much is done, and of how much, where that is known.
fn count(event: Event<'_>) -> Option<(u64, u64)> {
    match event {
        Event::Reconciled { links, of, .. } | Event::Applied { links, of, .. } => Some((links, of)),
        _ => None,
    }
}

fn log(event: Event<'_>) {
    match event {
        Event::RuleLog { rule, line } => tracing::info!(rule, "{line}"),
        Event::Finished => {}
        _ => match count(event) {
            Some((done, of)) => tracing::info!("{}: {done} of {of} links", describe(event)),
            None => tracing::info!("{}", describe(event)),
        },
    }
}

fn describe(event: Event<'_>) -> String {
    match event {
        Event::Observed {
            entity,
            system,
            records,
        } => {
            format!("reading {entity} from {system}: {records} records")
        }
        Event::Identifying { entity } => format!("identifying {entity}"),
        Event::Reconciled { entity, .. } => format!("deciding {entity}"),
        Event::Applied { entity, .. } => format!("writing {entity}"),
        Event::RuleLog { rule, line } => format!("{rule}: {line}"),
        Event::Finished => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_can_be_read() {
        for template in [COUNTED, UNCOUNTED] {
            ProgressStyle::with_template(template).expect("it can be read");
        }
    }
}
