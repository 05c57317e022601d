//! The `treaty` command: reads what a person typed, opens the treaty, and says
//! what came of it.
//!
//! Every command is a module with one `run`. Text goes to standard output,
//! progress and log lines to standard error; `--format json` puts one JSON
//! document on standard output instead of text. How a command ends is an
//! [`exit::Exit`].

mod advise;
mod approve;
mod args;
mod audit;
mod check;
mod clock;
mod copy;
mod decide;
mod docs;
mod doctor;
mod exit;
mod explain;
mod forget;
mod init;
mod open;
mod output;
mod pack;
mod page;
mod plan;
mod progress;
mod questions;
mod reach;
mod rules;
mod status;
mod sync;
mod tell;
mod undo;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;

use crate::args::{Args, Command, CompileArgs};
use crate::exit::{Exit, Failed};

/// A pass makes and drops hundreds of small values for each record, which the
/// system's own allocator takes a quarter of the time for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long what nobody waits for any more may hold up the end.
const SHUTDOWN_MAX: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no mistakes.
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            let _ = error.print();
            return exit.into();
        }
    };
    if let Command::CompileRule(compile) = &args.command {
        return compile_rule(compile);
    }
    progress::start_log(args.log.as_deref());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tell::error(&Failed::new(
                error.to_string(),
                "free some memory and try again",
            ));
            return Exit::Failed.into();
        }
    };
    let ended = runtime.block_on(run(&args));
    // An alert that was given up may still be looking up its server's name.
    runtime.shutdown_timeout(SHUTDOWN_MAX);
    match ended {
        Ok(exit) => exit.into(),
        Err(failed) => {
            tell::error(&failed);
            failed.exit.into()
        }
    }
}

/// Compiles one rule: no log, no runtime, nothing but that.
fn compile_rule(compile: &CompileArgs) -> ExitCode {
    match treaty_engine::compile_alone(&compile.limits) {
        Ok(()) => Exit::Done.into(),
        Err(message) => {
            tell::remark(message);
            Exit::Failed.into()
        }
    }
}

async fn run(args: &Args) -> Result<Exit, Failed> {
    match &args.command {
        Command::Check => check::run(args).await,
        Command::Init(init) => init::run(args, init).await,
        Command::Plan(plan) => plan::run(args, plan).await,
        Command::Sync(sync) => sync::run(args, sync).await,
        Command::Status(status) => status::run(args, status),
        Command::Explain(explain) => explain::run(args, explain),
        Command::Questions(questions) => questions::run(args, questions),
        Command::CompileRule(_) => unreachable!("it was carried out before anything was set up"),
        Command::Decide(decide) => decide::run(args, decide),
        Command::Approve(approve) => approve::run(args, approve),
        Command::Forget(forget) => forget::run(args, forget),
        Command::Backup(backup) => forget::back_up(args, backup),
        Command::Restore(backup) => forget::restore(args, backup),
        Command::Audit(audit) => audit::run(args, audit).await,
        Command::Docs(wish) => docs::run(args, wish).await,
        Command::Doctor => doctor::run(args).await,
        Command::Advise(advise) => advise::run(args, advise),
        Command::Undo(undo) => undo::run(args, undo).await,
        Command::Rules(rules) => rules::run(args, rules).await,
        Command::Pack(pack) => pack::run(args, pack).await,
    }
}
