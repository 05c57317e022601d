//! `treaty explain`: the history of a record, as an account that can be shown to
//! whoever asks.

mod words;

use serde_json::json;
use treaty_engine::{Account, Explained, FieldNow, Found, Stand, SystemNow};
use treaty_model::{Life, Presence, RunId};

use crate::args::{Args, ExplainArgs, Format};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, tell};

pub use words::line as event_line;

pub fn run(args: &Args, explain: &ExplainArgs) -> Result<Exit, Failed> {
    let reader = open::reader(args)?;
    let explained = reader.explain(&explain.entity, &explain.which, explain.field.as_deref())?;
    match explained {
        Explained::One(account) if args.format == Format::Json => tell::json(&account),
        Explained::One(account) => lines(&account).into_iter().for_each(tell::typed_line),
        Explained::Several(found) => {
            if args.format == Format::Json {
                tell::json(&json!({ "several": found }));
            } else {
                found.iter().map(found_line).for_each(tell::typed_line);
            }
            let (entity, count) = (&explain.entity, found.len());
            return Err(Failed::new(
                format!("{count} records of {entity} fit {:?}", explain.which),
                format!(
                    "name one exactly: treaty explain {entity} '{}'",
                    found[0].name
                ),
            ));
        }
    }
    Ok(Exit::Done)
}

fn found_line(found: &Found) -> String {
    let records = found.records.iter();
    let records: Vec<_> = records
        .map(|(system, remote)| format!("{system} {remote}"))
        .collect();
    format!(
        "{}  {}: {}",
        found.name,
        records.join(", "),
        found.values.join(", ")
    )
}

fn lines(account: &Account) -> Vec<String> {
    let mut lines = vec![heading(account)];
    let mut group: Option<Option<RunId>> = None;
    for told in &account.events {
        if group != Some(told.run) {
            group = Some(told.run);
            lines.push(String::new());
            lines.push(match told.run {
                Some(run) => format!("run {run}, {}", told.at),
                None => format!("{}", told.at),
            });
        }
        lines.push(format!("  {}", words::line(told)));
    }
    if account.events.is_empty() {
        lines.push("  the journal tells nothing of it".to_owned());
    }
    lines.push(String::new());
    lines.push("now".to_owned());
    lines.extend(account.now.iter().flat_map(now_lines));
    lines.extend(ending(account));
    lines
}

fn heading(account: &Account) -> String {
    let records = account.records.iter().map(|record| {
        let presence = match &record.presence {
            Presence::Present => String::new(),
            Presence::LeftOut(why) => format!(" (left out: {why})"),
            Presence::Missing => " (missing from its listing)".to_owned(),
            Presence::Deleted => " (deleted)".to_owned(),
            Presence::Restored => " (restored)".to_owned(),
            Presence::Gone => " (gone)".to_owned(),
        };
        format!("{} {}{presence}", record.system, record.remote)
    });
    let records: Vec<_> = records.collect();
    let link = match account.link {
        Some(link) => format!(" #{link}"),
        None => " in no link yet".to_owned(),
    };
    let records = match records.is_empty() {
        true => "no record any more".to_owned(),
        false => records.join(", "),
    };
    let field = account.field.as_ref();
    let field = field.map(|field| format!(", {field}")).unwrap_or_default();
    format!("{}{link}{field}: {records}", account.entity)
}

fn now_lines(now: &FieldNow) -> Vec<String> {
    let value = match &now.value {
        Some(value) => format!("{value}"),
        None => "nothing is agreed".to_owned(),
    };
    let mut line = format!("  {}: {value}", now.field);
    if let Some(from) = &now.provenance {
        line += &words::made_by(from.system.as_ref(), &from.origin, from.at);
        line += &format!(", since run {}", from.run);
        if let Some(rule) = &from.rule {
            line += &format!(", decided by {}", words::rule(rule));
        }
    }
    let mut lines = vec![line];
    lines.extend(
        now.systems
            .iter()
            .flat_map(|system| system_lines(system, now)),
    );
    lines
}

/// What a system holds, where there is more to say than that it agrees.
fn system_lines(system: &SystemNow, now: &FieldNow) -> Vec<String> {
    let name = &system.system;
    let value = match &system.value {
        Some(value) => value.to_string(),
        None => "nothing".to_owned(),
    };
    let mut lines = match system.stand {
        Stand::Agrees => Vec::new(),
        Stand::OwnForm => vec![format!("    {name} agrees, and keeps it as {value}")],
        Stand::Edited if now.provenance.is_some() => {
            vec![format!(
                "    {name} has {value}: changed there, not decided yet"
            )]
        }
        Stand::Edited => vec![format!("    {name} has {value}: not decided yet")],
        Stand::Owed => vec![format!(
            "    {name} has {value}: it is owed the agreed value"
        )],
        Stand::Absent => Vec::new(),
    };
    let problems = system.problems.iter();
    lines.extend(problems.map(|problem| format!("    {name}: {problem}")));
    lines
}

fn ending(account: &Account) -> Vec<String> {
    let mut lines = Vec::new();
    if account.life == Life::Deleted {
        lines.push("  it is deleted".to_owned());
    }
    for question in &account.questions {
        lines.push(format!(
            "  question {question} waits for a person: treaty questions"
        ));
    }
    for system in &account.open_writes {
        lines.push(format!("  a write to {system} is under way"));
    }
    let systems = account.now.iter().flat_map(|now| &now.systems);
    let owed = systems.filter(|system| system.stand == Stand::Owed).count();
    let edited = account.now.iter().flat_map(|now| &now.systems);
    let edited = edited
        .filter(|system| system.stand == Stand::Edited)
        .count();
    match (owed, edited) {
        (0, 0) if account.link.is_some() => lines.push("  nothing is owed".to_owned()),
        (0, _) => {}
        (owed, _) => lines.push(format!("  {} owed", counted(owed as u64, "value"))),
    }
    lines
}
