//! `treaty questions --export`: the questions as a spreadsheet.

use std::path::Path;

use serde_json::json;
use treaty_engine::{Asked, Reader, Shown};
use treaty_model::{SystemName, Value};

use super::{describe, same_in_words, sheet};
use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::tell;

/// The columns before and after those of the systems.
const BEFORE: [&str; 8] = [
    "question", "version", "entity", "kind", "field", "assigned", "age_days", "base",
];
const AFTER: [&str; 4] = ["reason", "records", "answer", "by"];

pub fn run(args: &Args, reader: &Reader, asked: &[Asked], file: &Path) -> Result<Exit, Failed> {
    let systems = reader.systems();
    let open = asked.iter().filter(|asked| asked.answered_by().is_none());
    let rows: Vec<_> = open.map(|asked| row(asked, &systems)).collect();
    let text = sheet::write(&headings(&systems), &rows);
    text.map_err(|error| error.to_string())
        .and_then(|text| std::fs::write(file, text).map_err(|error| error.to_string()))
        .map_err(|error| {
            Failed::new(
                format!("cannot write {}: {error}", file.display()),
                "name a file in a folder that can be written",
            )
        })?;
    if args.format == Format::Json {
        tell::json(&json!({ "exported": rows.len(), "file": file }));
        return Ok(Exit::Done);
    }
    let count = counted(rows.len() as u64, "question");
    let file = file.display();
    tell::line(format!(
        "{count} in {file}; fill in the column answer, then: treaty questions --import {file}"
    ));
    Ok(Exit::Done)
}

fn headings(systems: &[SystemName]) -> Vec<String> {
    let of_systems = systems.iter().map(|system| {
        let name = system.as_str();
        let taken = BEFORE
            .iter()
            .chain(&AFTER)
            .any(|heading| *heading == name.to_lowercase());
        match taken {
            true => format!("system {name}"),
            false => name.to_owned(),
        }
    });
    let before = BEFORE.iter().map(ToString::to_string);
    let after = AFTER.iter().map(ToString::to_string);
    before.chain(of_systems).chain(after).collect()
}

fn row(asked: &Asked, systems: &[SystemName]) -> Vec<String> {
    let question = &asked.question;
    let (base, reason, records) = match &asked.shown {
        Shown::Field(shown) => (
            shown.base.as_ref().map(plain).unwrap_or_default(),
            shown.reason.clone(),
            shown.records.iter().map(describe).collect(),
        ),
        Shown::Same(shown) => (
            String::new(),
            format!(
                "{}? {:.0} %",
                same_in_words(shown),
                shown.probability * 100.0
            ),
            shown.records.iter().map(describe).collect(),
        ),
        Shown::Unclear => (String::new(), "cannot be read".to_owned(), Vec::new()),
    };
    let kind = json!(asked.kind);
    let mut row = vec![
        question.number.to_string(),
        asked.version.clone(),
        question.entity.to_string(),
        kind.as_str().unwrap_or_default().to_owned(),
        asked.field.clone().unwrap_or_default(),
        asked.to.clone().unwrap_or_default(),
        asked.age_days.to_string(),
        base,
    ];
    let values = systems.iter();
    row.extend(values.map(|system| asked.value_in(system).map(plain).unwrap_or_default()));
    row.extend([reason, records.join(" / "), String::new(), String::new()]);
    row
}

/// A value as it would be typed.
fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Choices(choices) => choices.join("; "),
        other => other.to_string(),
    }
}
