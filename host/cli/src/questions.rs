//! `treaty questions`: what only a person can decide.

use serde_json::json;
use treaty_engine::{FieldShown, RecordShown, SameShown};
use treaty_ledger::{StoredQuestion, Subject};
use treaty_model::{Candidate, Standing};

use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, tell};

pub fn run(args: &Args) -> Result<Exit, Failed> {
    let reader = open::reader(args)?;
    let questions = reader.questions()?;
    if args.format == Format::Json {
        let all: Vec<_> = questions.iter().map(as_json).collect();
        tell::json(&all);
        return Ok(Exit::Done);
    }
    for question in &questions {
        for line in lines(question) {
            tell::line(line);
        }
    }
    tell::line(match questions.len() {
        0 => "no questions".to_owned(),
        count => format!(
            "{}; answer one with: treaty decide <number> …",
            counted(count as u64, "question")
        ),
    });
    Ok(Exit::Done)
}

fn as_json(question: &StoredQuestion) -> serde_json::Value {
    json!({
        "question": question.number,
        "entity": question.entity,
        "subject": question.subject,
        "link": question.link,
        "shown": question.content,
        "opened_at": question.opened_at,
        "state": question.state,
        "answer": question.answer.as_ref().map(|answer| json!({
            "choice": answer.choice, "by": answer.by, "at": answer.at,
        })),
    })
}

fn lines(question: &StoredQuestion) -> Vec<String> {
    let number = question.number;
    let entity = &question.entity;
    let answered = match &question.answer {
        Some(answer) => format!(" (answered by {})", answer.by),
        None => String::new(),
    };
    let mut lines = Vec::new();
    match &question.subject {
        Subject::Same(..) => {
            let Ok(shown) = serde_json::from_value::<SameShown>(question.content.clone()) else {
                return vec![format!("{number}  {entity}: cannot be read")];
            };
            let what = if shown.duplicate {
                "a duplicate"
            } else {
                "the same"
            };
            lines.push(format!(
                "{number}  {entity}: {what}? {:.0} %{answered}",
                shown.probability * 100.0
            ));
            lines.extend(
                shown
                    .records
                    .iter()
                    .map(|record| format!("     {}", describe(record))),
            );
            lines.extend(shown.evidence.iter().map(|item| format!("       {item}")));
            lines.push(format!("     treaty decide {number} --same | --different"));
        }
        Subject::Life(_) | Subject::Field(..) => {
            let Ok(shown) = serde_json::from_value::<FieldShown>(question.content.clone()) else {
                return vec![format!("{number}  {entity}: cannot be read")];
            };
            let (what, how) = match &question.subject {
                Subject::Field(_, field) => (
                    field.as_str(),
                    "--keep <system> | --base | --set <value> | --clear",
                ),
                _ => ("delete", "--delete | --stay"),
            };
            lines.push(format!(
                "{number}  {entity} {what}: {}{answered}",
                shown.reason
            ));
            lines.extend(
                shown
                    .records
                    .iter()
                    .map(|record| format!("     {}", describe(record))),
            );
            if let Some(base) = &shown.base {
                lines.push(format!("       agreed before: {base}"));
            }
            let sides = shown
                .candidates
                .iter()
                .filter(|side| side.standing != Standing::Agreed);
            lines.extend(sides.map(|side| format!("       {}", side_line(side, &shown))));
            lines.push(format!("     treaty decide {number} {how}"));
        }
    }
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

fn describe(record: &RecordShown) -> String {
    let values: Vec<_> = record
        .values
        .iter()
        .take(6)
        .map(|(field, value)| format!("{field} {value}"))
        .collect();
    format!("{} {}: {}", record.system, record.remote, values.join(", "))
}
