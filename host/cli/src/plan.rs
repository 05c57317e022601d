//! `treaty plan`: what `sync` would do.

use std::collections::BTreeSet;

use treaty_engine::Mode;

use crate::args::{Args, Format, PlanArgs};
use crate::exit::{Exit, Failed};
use crate::output::report_lines;
use crate::{open, progress, tell};

/// How many lines of a plan are printed unless all are asked for.
const LINES_MAX: usize = 40;

pub async fn run(args: &Args, plan: &PlanArgs) -> Result<Exit, Failed> {
    let (_, engine) = open::engine(args, progress::progress()).await?;
    let report = engine.pass(Mode::Plan, &BTreeSet::new()).await?;
    if args.format == Format::Json {
        tell::json(&report);
    } else {
        for line in report_lines(&report, true) {
            tell::line(line);
        }
        let text = engine.print(&report.plan);
        let lines: Vec<_> = text.lines().collect();
        let shown = if plan.all {
            lines.len()
        } else {
            LINES_MAX.min(lines.len())
        };
        for line in &lines[..shown] {
            tell::line(line);
        }
        if shown < lines.len() {
            tell::line(format!(
                "… and {} more lines; --all shows them",
                lines.len() - shown
            ));
        }
    }
    Ok(match () {
        () if !report.trips.is_empty() => Exit::Guarded,
        () if !report.failures.is_empty() => Exit::Partial,
        () if report.is_quiet() => Exit::Done,
        () => Exit::Pending,
    })
}
