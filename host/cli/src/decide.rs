//! `treaty decide`: a person's answer, to one question or to all that fit.

use treaty_engine::{Reader, Reply};

use crate::args::{Args, DecideArgs, Format};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::questions::filter_of;
use crate::{open, tell};

pub fn run(args: &Args, decide: &DecideArgs) -> Result<Exit, Failed> {
    let filter = filter_of(&decide.filter);
    if decide.all == filter.is_empty() {
        let message = match decide.all {
            true => "--all answers all that fit, and nothing says which",
            false => "--to, --entity, --field, --kind and --older-than go with --all",
        };
        let hint = "for instance: treaty decide --all --field phone --keep crm";
        return Err(Failed {
            exit: Exit::Usage,
            ..Failed::new(message, hint)
        });
    }
    let reader = open::reader(args)?;
    let by = open::person(decide.by.as_deref());
    let reply = reply(decide)?;
    let Some(number) = decide.number else {
        return decide_all(args, decide, &reader, &reply, &by);
    };
    reader.answer(number, &reply, &by)?;
    if args.format == Format::Json {
        tell::json(&serde_json::json!({ "question": number, "by": by }));
    } else {
        tell::line(format!(
            "question {number} is answered; `treaty sync` carries it out"
        ));
    }
    Ok(Exit::Done)
}

/// Answers all open questions that fit; those that somebody has answered already
/// keep their answer.
fn decide_all(
    args: &Args,
    decide: &DecideArgs,
    reader: &Reader,
    reply: &Reply,
    by: &str,
) -> Result<Exit, Failed> {
    let asked = reader.asked(&filter_of(&decide.filter))?;
    let (mut fitting, mut answered, mut unfit) = (Vec::new(), Vec::new(), Vec::new());
    for asked in asked.iter().filter(|asked| asked.answered_by().is_none()) {
        let number = asked.question.number;
        match reader.fit(asked, reply, by) {
            Ok(answer) => {
                fitting.push(answer);
                answered.push(number);
            }
            Err(error) => unfit.push((number, error.to_string())),
        }
    }
    reader.give(&fitting)?;
    if args.format == Format::Json {
        let unfit: Vec<_> = unfit
            .iter()
            .map(|(number, why)| serde_json::json!({ "question": number, "why": why }))
            .collect();
        tell::json(&serde_json::json!({ "answered": answered, "unfit": unfit, "by": by }));
    } else {
        for (number, why) in &unfit {
            tell::typed_line(format!("question {number} is not answered: {why}"));
        }
        let count = counted(answered.len() as u64, "question");
        tell::line(match answered.is_empty() {
            true => "0 questions are answered".to_owned(),
            false => format!("{count} answered; `treaty sync` carries it out"),
        });
    }
    Ok(match unfit.is_empty() {
        true => Exit::Done,
        false => Exit::Partial,
    })
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
