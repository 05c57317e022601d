//! `treaty decide`: a person's answer.

use treaty_engine::Reply;

use crate::args::{Args, DecideArgs, Format};
use crate::exit::{Exit, Failed};
use crate::{open, tell};

pub fn run(args: &Args, decide: &DecideArgs) -> Result<Exit, Failed> {
    let reader = open::reader(args)?;
    let by = open::person(decide.by.as_deref());
    reader.answer(decide.number, &reply(decide)?, &by)?;
    if args.format == Format::Json {
        tell::json(&serde_json::json!({ "question": decide.number, "by": by }));
    } else {
        tell::line(format!(
            "question {} is answered; `treaty sync` carries it out",
            decide.number
        ));
    }
    Ok(Exit::Done)
}

/// The one reply that was typed; clap sees to it that there is exactly one.
fn reply(decide: &DecideArgs) -> Result<Reply, Failed> {
    if let Some(system) = &decide.keep {
        return Ok(Reply::Keep(system.as_str().into()));
    }
    if let Some(value) = &decide.set {
        return Ok(Reply::Set(value.clone()));
    }
    let flags = [
        (decide.base, Reply::Base),
        (decide.clear, Reply::Clear),
        (decide.same, Reply::Same),
        (decide.different, Reply::Different),
        (decide.delete, Reply::Delete),
        (decide.stay, Reply::Stay),
    ];
    flags
        .into_iter()
        .find(|(given, _)| *given)
        .map(|(_, reply)| reply)
        .ok_or_else(|| {
            Failed::new(
                "no answer was given",
                "see `treaty decide --help` for the answers there are",
            )
        })
}
