//! The systems of a treaty.

use treaty_engine::{Capabilities, ChangeFeed, Conditional, SystemDocs, TreatyDocs};

use crate::docs::outline::{Block, Line, Section, Table};

pub fn section(docs: &TreatyDocs) -> Section {
    let headings = [
        "system",
        "connector",
        "place",
        "takes part in",
        "what it can do",
        "settings",
    ];
    let table = Table {
        headings: headings.map(Line::from).into(),
        rows: docs.systems.iter().map(row).collect(),
    };
    let words = "Passwords are not here: what is written as env: or file: is a reference to where \
                 one is kept.";
    Section::new(
        "Systems",
        vec![Block::Table(table), Block::paragraph(words)],
    )
}

fn row(system: &SystemDocs) -> Vec<Vec<Line>> {
    let entities = match system.entities.is_empty() {
        true => Line::from("nothing"),
        false => Line::of_codes(&system.entities),
    };
    vec![
        vec![Line::default().strong(system.name.as_str())],
        vec![
            Line::of_code(&system.connector),
            Line::from(system.about.as_str()),
        ],
        vec![Line::of_code(&system.place)],
        vec![entities],
        can_do(system),
        settings(system),
    ]
}

fn can_do(system: &SystemDocs) -> Vec<Line> {
    match (&system.capabilities, &system.failure) {
        (Some(capabilities), _) => capabilities_in_words(capabilities),
        (None, Some(_)) => vec![Line::from("not known: it could not be used")],
        (None, None) => Vec::new(),
    }
}

fn capabilities_in_words(capabilities: &Capabilities) -> Vec<Line> {
    let changes = match capabilities.changes {
        ChangeFeed::Listing => "changes are found by listing everything",
        ChangeFeed::Watermark => {
            "changes are found by the column that says when; it shows no deletes"
        }
        ChangeFeed::Log => "changes are found in a log, deletes too",
    };
    let conditional = match capabilities.conditional {
        Conditional::Strong => "a write goes through only if nobody came between",
        Conditional::Weak => "compared just before each write",
        Conditional::None => "written without comparing",
    };
    let can = [
        (capabilities.create, "create"),
        (capabilities.archive, "archive where a field marks it"),
        (capabilities.delete, "delete"),
    ];
    let can = can
        .into_iter()
        .filter(|(can, _)| *can)
        .map(|(_, word)| word);
    let can: Vec<_> = can.collect();
    let records = match can.is_empty() {
        true => "records can only be changed".to_owned(),
        false => format!("records can be changed; it can {}", can.join(", ")),
    };
    vec![
        Line::from(changes),
        Line::from(conditional),
        Line::from(records),
    ]
}

fn settings(system: &SystemDocs) -> Vec<Line> {
    let pair = |(key, value): (&String, &String)| Line::from(format!("{key}: ")).code(value);
    let mut lines: Vec<_> = system.attributes.iter().map(pair).collect();
    lines.extend(system.options.iter().map(pair));
    if !system.automations.is_empty() {
        lines.push(Line::from("automations: ").codes(&system.automations));
    }
    lines
}
