//! `treaty plan`: what `sync` would do.

use std::collections::BTreeSet;

use treaty_engine::Mode;

use crate::args::{Args, Format, PlanArgs};
use crate::exit::{Exit, Failed};
use crate::output::{plan_lines, report_lines};
use crate::{open, progress, tell};

pub async fn run(args: &Args, plan: &PlanArgs) -> Result<Exit, Failed> {
    let (_, engine) = open::engine(args, progress::progress()).await?;
    let report = engine.pass(Mode::Plan, &BTreeSet::new()).await?;
    if args.format == Format::Json {
        tell::json(&report);
    } else {
        for line in report_lines(&report, true) {
            tell::line(line);
        }
        for line in plan_lines(&engine.print(&report.plan), plan.all) {
            tell::line(line);
        }
    }
    Ok(match () {
        () if !report.trips.is_empty() => Exit::Guarded,
        () if !report.failures.is_empty() => Exit::Partial,
        () if report.is_quiet() => Exit::Done,
        () => Exit::Pending,
    })
}
