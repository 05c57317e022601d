//! `treaty undo`: what a run wrote is put back.

use std::collections::{BTreeMap, BTreeSet};

use treaty_engine::{Left, Mode, UndoWish, Undone};
use treaty_model::RunId;

use crate::args::{Args, Format, UndoArgs};
use crate::exit::{Exit, Failed};
use crate::output::{counted, plan_lines, report_lines};
use crate::{open, progress, tell};

/// How many records that stay are named unless all are asked for.
const LEFT_MAX: usize = 20;

pub async fn run(args: &Args, undo: &UndoArgs) -> Result<Exit, Failed> {
    let (_, engine) = open::engine(args, progress::progress()).await?;
    let wish = UndoWish {
        run: RunId(undo.run),
        everywhere: undo.everywhere,
        by: open::person(undo.correction.by.as_deref()),
    };
    let mode = if undo.plan { Mode::Plan } else { Mode::Sync };
    let approved: BTreeSet<String> = undo.correction.approve.iter().cloned().collect();
    let undone = engine.undo(&wish, mode, &approved).await?;
    if args.format == Format::Json {
        tell::json(&undone);
    } else {
        for line in report_lines(&undone.report, undo.plan) {
            tell::line(line);
        }
        if undo.plan {
            for line in plan_lines(&engine.print(&undone.report.plan), undo.correction.all) {
                tell::line(line);
            }
        }
        for line in left_lines(&undone.left, undo.correction.all) {
            tell::line(line);
        }
        if let Some(run) = undone.report.run {
            tell::line(format!(
                "run {} is undone by run {run}; to undo that: treaty undo {run}",
                undo.run
            ));
        }
    }
    Ok(exit_of(undo, &undone))
}

/// What stays, by reason.
fn left_lines(left: &[Left], all: bool) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&Left>> = BTreeMap::new();
    for left in left {
        by_reason.entry(&left.why).or_default().push(left);
    }
    let mut lines = Vec::new();
    for (why, left) in by_reason {
        let count = counted(left.len() as u64, "value");
        lines.push(format!("{count} not put back: {why}"));
        let shown = if all { left.len() } else { LEFT_MAX };
        for left in left.iter().take(shown) {
            let field = left.field.as_ref();
            let field = field.map(|field| format!(", {field}")).unwrap_or_default();
            let remote = left.remote.as_ref();
            let remote = remote.map(|remote| format!(" {remote}"));
            lines.push(format!(
                "  {} {}: {}{}{field}",
                left.entity,
                left.link,
                left.system,
                remote.unwrap_or_default()
            ));
        }
        if left.len() > shown {
            let more = left.len() - shown;
            lines.push(format!("  … and {more} more; --all names them"));
        }
    }
    lines
}

fn exit_of(undo: &UndoArgs, undone: &Undone) -> Exit {
    let report = &undone.report;
    if !report.trips.is_empty() {
        Exit::Guarded
    } else if !report.failures.is_empty() {
        Exit::Partial
    } else if undo.plan && !report.plan.is_empty() {
        Exit::Pending
    } else {
        Exit::Done
    }
}
