//! Fields that nobody has decided on.

use treaty_engine::{EntityDocs, PartDocs, TreatyDocs};

use crate::docs::outline::{Block, Line, Section, Table};

pub fn section(docs: &TreatyDocs) -> Section {
    let words = "Every field that a system has and no row of a field table mentions. Treaty \
                 neither reads nor writes them. A row of the table decides on one.";
    let headings = ["entity", "system", "source", "fields without a row"];
    let rows = docs
        .entities
        .iter()
        .flat_map(|entity| entity.parts.iter().map(move |part| row(entity, part)));
    let table = Table {
        headings: headings.map(Line::from).into(),
        rows: rows.collect(),
    };
    Section::new(
        "Undecided fields",
        vec![Block::paragraph(words), Block::Table(table)],
    )
}

fn row(entity: &EntityDocs, part: &PartDocs) -> Vec<Vec<Line>> {
    let fields = match (&part.failure, part.undecided.is_empty()) {
        (Some(failure), _) => vec![Line::from("not known: ").text(&failure.message)],
        (None, true) => vec![Line::from(
            "none: every field has a row, or a use of its own",
        )],
        (None, false) => {
            let mut line = Line::default();
            for (at, field) in part.undecided.iter().enumerate() {
                let before = if at == 0 { "" } else { ", " };
                line = line
                    .text(before)
                    .code(&field.name)
                    .text(format!(" ({})", field.native));
            }
            vec![line]
        }
    };
    vec![
        vec![Line::of_code(entity.name.as_str())],
        vec![Line::of_code(part.system.as_str())],
        vec![Line::of_code(&part.source)],
        fields,
    ]
}

/// How many there are, in a few words.
pub fn in_short(docs: &TreatyDocs) -> Line {
    let parts = docs.entities.iter().flat_map(|entity| &entity.parts);
    let (unseen, seen): (Vec<_>, Vec<_>) = parts.partition(|part| part.failure.is_some());
    let line = match docs.undecided() {
        _ if seen.is_empty() => Line::from("not known"),
        0 => Line::from("none: every field of the systems is in a table, or has a use of its own"),
        1 => Line::from("1 field of the systems is in no table"),
        fields => Line::from(format!("{fields} fields of the systems are in no table")),
    };
    match unseen.len() {
        0 => line,
        1 => line.text("; 1 source could not be asked"),
        unseen => line.text(format!("; {unseen} sources could not be asked")),
    }
}
