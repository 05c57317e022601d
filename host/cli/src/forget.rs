//! `treaty forget`, `treaty backup`, `treaty restore`: Treaty's own state.

use treaty_model::Timestamp;

use crate::args::{Args, BackupArgs, ForgetArgs, Format};
use crate::clock::MachineClock;
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, tell};

pub fn run(args: &Args, forget: &ForgetArgs) -> Result<Exit, Failed> {
    let folder = open::sound_folder(args)?;
    if let Some(day) = &forget.before {
        let time = Timestamp::parse(&format!("{day}T00:00:00Z")).map_err(|_| Failed {
            exit: Exit::Usage,
            ..Failed::new(format!("{day:?} is no day"), "write it like 2026-01-31")
        })?;
        let entries = treaty_engine::forget_before(&folder, time)?;
        if args.format == Format::Json {
            tell::json(&serde_json::json!({ "entries": entries }));
        } else {
            let entries = match entries {
                1 => "1 entry of the journal is".to_owned(),
                count => format!("{count} entries of the journal are"),
            };
            tell::line(format!("{entries} a skeleton now"));
        }
        return Ok(Exit::Done);
    }
    let (Some(entity), Some(which)) = (&forget.entity, &forget.which) else {
        unreachable!("clap asks for both");
    };
    let by = open::person(forget.by.as_deref());
    let clock = std::sync::Arc::new(MachineClock);
    let forgotten = treaty_engine::forget(&folder, clock, entity, which, &by)?;
    if args.format == Format::Json {
        tell::json(&forgotten);
    } else {
        let counts = [
            (forgotten.records, "record"),
            (forgotten.questions, "question"),
            (forgotten.intents, "planned write"),
            (forgotten.decisions, "decision"),
        ];
        let counts = counts.map(|(count, what)| counted(count, what));
        let entries = forgotten.entries;
        tell::line(format!(
            "forgotten: {}; of {entries} entries of the journal the skeleton is left. Backups still \
             hold it.",
            counts.join(", ")
        ));
    }
    Ok(Exit::Done)
}

pub fn back_up(args: &Args, backup: &BackupArgs) -> Result<Exit, Failed> {
    treaty_engine::back_up(&open::sound_folder(args)?, &backup.folder)?;
    let folder = backup.folder.display();
    if args.format == Format::Json {
        tell::json(&serde_json::json!({ "folder": backup.folder }));
    } else {
        tell::line(format!(
            "backed up; to go back to it: treaty restore {folder}"
        ));
    }
    Ok(Exit::Done)
}

pub fn restore(args: &Args, backup: &BackupArgs) -> Result<Exit, Failed> {
    let folder = open::sound_folder(args)?;
    let restored = treaty_engine::restore(&folder, &MachineClock, &backup.folder)?;
    if args.format == Format::Json {
        tell::json(&restored);
        return Ok(Exit::Done);
    }
    tell::line(format!(
        "restored; what stood there is in {}",
        restored.aside.display()
    ));
    for (system, writes) in &restored.writes {
        tell::line(format!(
            "  {} to {system} since the backup, which it does not know of",
            counted(*writes, "write")
        ));
    }
    if restored.runs > 0 {
        tell::line(
            "look at `treaty plan` before the next sync: what was written since looks like edits",
        );
    }
    Ok(Exit::Done)
}
