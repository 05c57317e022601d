//! `treaty sync`: one pass, or one after the other.

use std::collections::BTreeSet;
use std::time::Duration;

use treaty_engine::{Engine, Mode, Report};

use crate::args::{Args, Format, SyncArgs};
use crate::exit::{Exit, Failed};
use crate::output::{counted, report_lines};
use crate::{audit, open, progress, tell};

pub async fn run(args: &Args, sync: &SyncArgs) -> Result<Exit, Failed> {
    let mut ended = std::pin::pin!(end_asked());
    let (folder, mut engine) = tokio::select! {
        opened = open::engine(args, progress::progress()) => opened?,
        () = &mut ended => return ended_early(sync),
    };
    let approved: BTreeSet<String> = sync.approve.iter().cloned().collect();
    loop {
        let report = {
            let mut pass = std::pin::pin!(engine.pass(Mode::Sync, &approved));
            tokio::select! {
                report = &mut pass => report?,
                // The batch in hand is finished; a second signal ends the
                // process at once, which is safe too.
                () = &mut ended => {
                    tell::remark("ending after this pass");
                    let report = pass.await?;
                    show(args, &report);
                    return Ok(exit_of(&report));
                }
            }
        };
        let quiet = report.is_quiet();
        if !(sync.watch && quiet) {
            show(args, &report);
        }
        if sync.watch && engine.audit_is_due(sync.audit_every)? {
            audit::scheduled(args, &engine).await?;
        }
        if !sync.watch {
            if args.format == Format::Text {
                say_next(args, &folder.name, &engine, &report)?;
            }
            return Ok(exit_of(&report));
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(sync.interval)) => {}
            () = &mut ended => return Ok(exit_of(&report)),
        }
        if !report.failures.is_empty() || report.reopen {
            // The state folder has one owner at a time.
            drop(engine);
            let opened = tokio::select! {
                opened = open_again(args, sync) => opened,
                () = &mut ended => return Ok(exit_of(&report)),
            };
            engine = opened;
        }
    }
}

/// Opens the treaty again after a system could not be used: its fields may be
/// others now. Tries until it can.
async fn open_again(args: &Args, sync: &SyncArgs) -> Engine {
    loop {
        match open::engine(args, progress::progress()).await {
            Ok((_, engine)) => return engine,
            Err(failed) => tell::error(&failed),
        }
        tokio::time::sleep(Duration::from_secs(sync.interval)).await;
    }
}

fn show(args: &Args, report: &Report) {
    if args.format == Format::Json {
        tell::json(report);
        return;
    }
    for line in report_lines(report, false) {
        tell::line(line);
    }
}

/// Where to look next.
fn say_next(args: &Args, name: &str, engine: &Engine, report: &Report) -> Result<(), Failed> {
    let questions = engine.questions()?;
    let open = questions
        .iter()
        .filter(|question| question.answer.is_none())
        .count();
    let place = open::place(args)?;
    let place = place.display();
    tell::line(String::new());
    let mut entities = report.entities.iter();
    let quiet = report.is_quiet() && report.trips.is_empty();
    if quiet && entities.all(|entity| entity.setbacks.is_empty()) {
        tell::line(format!("{name} is in agreement."));
    }
    if open > 0 {
        let wait = if open == 1 { "waits" } else { "wait" };
        tell::line(format!(
            "{} {wait} for a person: treaty questions --treaty {place}",
            counted(open as u64, "question")
        ));
    }
    let troubled = engine.records_in_trouble()?;
    if troubled > 0 {
        let have = if troubled == 1 { "has" } else { "have" };
        tell::line(format!(
            "{} {have} problems: treaty status --problems --treaty {place}",
            counted(troubled, "record")
        ));
    }
    tell::line(format!("how it stands: treaty status --treaty {place}"));
    Ok(())
}

fn exit_of(report: &Report) -> Exit {
    if !report.trips.is_empty() {
        Exit::Guarded
    } else if !report.failures.is_empty() || has_open_outcomes(report) {
        Exit::Partial
    } else {
        Exit::Done
    }
}

/// Whether nobody knows yet what became of some writes.
fn has_open_outcomes(report: &Report) -> bool {
    let mut systems = report
        .entities
        .iter()
        .flat_map(|entity| entity.systems.values());
    systems.any(|system| system.open > 0)
}

/// Asked to end before there was a pass.
fn ended_early(sync: &SyncArgs) -> Result<Exit, Failed> {
    if sync.watch {
        return Ok(Exit::Done);
    }
    let message = "ended before anything was done";
    Err(Failed::new(message, "run `treaty sync` again"))
}

/// Waits until the process is asked to end. From then on the same signal ends it
/// at once. Signals are caught from the call on, not only once somebody waits:
/// the very first pass is not to be cut short either.
fn end_asked() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            std::process::exit(Exit::Failed as i32);
        });
    }
}
