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

/// Shows what a pass is doing: on a terminal in one line that changes, elsewhere
/// in the log.
pub fn progress() -> Progress {
    if !std::io::stderr().is_terminal() {
        return Arc::new(log);
    }
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    Arc::new(move |event| match event {
        Event::RuleLog { .. } => bar.suspend(|| log(event)),
        Event::Finished => bar.finish_and_clear(),
        _ => bar.set_message(describe(event)),
    })
}

fn log(event: Event<'_>) {
    match event {
        Event::RuleLog { rule, line } => tracing::info!(rule, "{line}"),
        Event::Finished => {}
        _ => tracing::info!("{}", describe(event)),
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
        Event::Reconciled { entity, links } => format!("deciding {entity}: {links} links"),
        Event::Applied { entity, links, .. } => format!("writing {entity}: {links} links"),
        Event::RuleLog { rule, line } => format!("{rule}: {line}"),
        Event::Finished => String::new(),
    }
}
