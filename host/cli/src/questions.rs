//! `treaty questions`: what only a person can decide.

mod answer;
mod export;
mod import;
mod sheet;

use serde_json::json;
use treaty_engine::{Asked, FieldShown, QuestionFilter, Reader, RecordShown, SameShown, Shown};
use treaty_folder::QuestionKind;
use treaty_model::{Candidate, Standing};

use crate::args::{Args, FilterArgs, Format, Kind, QuestionsArgs};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{explain, open, tell};

/// How many events of a field's history are shown beside its question.
const EVENTS_SHOWN: usize = 3;
/// How many values of a record are shown.
const VALUES_SHOWN: usize = 6;

pub fn run(args: &Args, questions: &QuestionsArgs) -> Result<Exit, Failed> {
    let reader = open::reader(args)?;
    if let Some(file) = &questions.import {
        return import::run(args, questions, &reader, file);
    }
    let asked = reader.asked(&filter_of(&questions.filter))?;
    if let Some(file) = &questions.export {
        return export::run(args, &reader, &asked, file);
    }
    if args.format == Format::Json {
        let all: Result<Vec<_>, Failed> =
            asked.iter().map(|asked| as_json(&reader, asked)).collect();
        tell::json(&all?);
        return Ok(Exit::Done);
    }
    for asked in &asked {
        for line in lines(&reader, asked)? {
            tell::typed_line(line);
        }
    }
    tell::line(match asked.len() {
        0 => "no questions".to_owned(),
        count => format!(
            "{}; answer one with: treaty decide <number> …",
            counted(count as u64, "question")
        ),
    });
    Ok(Exit::Done)
}

/// Which questions were meant on the command line.
pub fn filter_of(args: &FilterArgs) -> QuestionFilter {
    QuestionFilter {
        to: args.to.clone(),
        entity: args.entity.clone(),
        field: args.field.clone(),
        kind: args.kind.map(|kind| match kind {
            Kind::Field => QuestionKind::Field,
            Kind::Match => QuestionKind::Match,
            Kind::Delete => QuestionKind::Delete,
        }),
        older_than_days: args.older_than,
    }
}

fn as_json(reader: &Reader, asked: &Asked) -> Result<serde_json::Value, Failed> {
    let question = &asked.question;
    Ok(json!({
        "question": question.number,
        "entity": question.entity,
        "subject": question.subject,
        "kind": asked.kind,
        "field": asked.field,
        "to": asked.to,
        "link": question.link,
        "shown": question.content,
        "version": asked.version,
        "opened_at": question.opened_at,
        "age_days": asked.age_days,
        "state": question.state,
        "history": reader.last_of(asked, EVENTS_SHOWN)?,
        "answer": question.answer.as_ref().map(|answer| json!({
            "choice": answer.choice, "by": answer.by, "at": answer.at,
        })),
    }))
}

fn lines(reader: &Reader, asked: &Asked) -> Result<Vec<String>, Failed> {
    let number = asked.question.number;
    let entity = &asked.question.entity;
    let answered = match asked.answered_by() {
        Some(by) => format!(" (answered by {by})"),
        None => String::new(),
    };
    let mut lines = match &asked.shown {
        Shown::Same(shown) => {
            let what = same_in_words(shown);
            let likely = shown.probability * 100.0;
            vec![format!(
                "{number}  {entity}: {what}? {likely:.0} %{answered}"
            )]
        }
        Shown::Field(shown) => {
            let what = asked.field.as_deref().unwrap_or("delete");
            vec![format!(
                "{number}  {entity} {what}: {}{answered}",
                shown.reason
            )]
        }
        Shown::Unclear => return Ok(vec![format!("{number}  {entity}: cannot be read")]),
    };
    let to = asked.to.as_ref();
    let to = to.map(|to| format!("for {to}, ")).unwrap_or_default();
    let age = match asked.age_days {
        0 => "today".to_owned(),
        days => format!("{} ago", counted(days, "day")),
    };
    lines.push(format!("     {to}asked {age}"));
    match &asked.shown {
        Shown::Same(shown) => {
            lines.extend(shown.records.iter().map(record_line));
            lines.extend(shown.evidence.iter().map(|item| format!("       {item}")));
        }
        Shown::Field(shown) => lines.extend(field_lines(shown)),
        Shown::Unclear => {}
    }
    for told in reader.last_of(asked, EVENTS_SHOWN)? {
        lines.push(format!("       {} {}", told.at, explain::event_line(&told)));
    }
    let how = match asked.kind {
        QuestionKind::Match => "--same | --different",
        QuestionKind::Delete => "--delete | --stay",
        QuestionKind::Field => "--keep <system> | --base | --set <value> | --clear",
    };
    lines.push(format!("     treaty decide {number} {how}"));
    Ok(lines)
}

fn same_in_words(shown: &SameShown) -> &'static str {
    match shown.duplicate {
        true => "a duplicate",
        false => "the same",
    }
}

fn field_lines(shown: &FieldShown) -> Vec<String> {
    let mut lines: Vec<_> = shown.records.iter().map(record_line).collect();
    if let Some(base) = &shown.base {
        lines.push(format!("       agreed before: {base}"));
    }
    let sides = shown
        .candidates
        .iter()
        .filter(|side| side.standing != Standing::Agreed);
    lines.extend(sides.map(|side| format!("       {}", side_line(side, shown))));
    lines
}

fn side_line(side: &Candidate, shown: &FieldShown) -> String {
    let system = side
        .system
        .and_then(|at| shown.systems.get(at as usize))
        .map_or("somebody", |name| name.as_str());
    let actor = side
        .origin
        .actor
        .as_ref()
        .map(|actor| format!(", by {actor}"))
        .unwrap_or_default();
    let at = side.at.map(|at| format!(", {at}")).unwrap_or_default();
    format!("{system}: {}{actor}{at}", side.value)
}

fn record_line(record: &RecordShown) -> String {
    format!("     {}", describe(record))
}

fn describe(record: &RecordShown) -> String {
    let values: Vec<_> = record
        .values
        .iter()
        .take(VALUES_SHOWN)
        .map(|(field, value)| format!("{field} {value}"))
        .collect();
    format!("{} {}: {}", record.system, record.remote, values.join(", "))
}
