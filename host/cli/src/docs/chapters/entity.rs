//! One entity: its federation table, and what becomes of its records.

use treaty_engine::{
    Decider, Direction, EntityDocs, FieldDocs, MatchingDocs, PartDocs, SideDocs, TreatyDocs,
};
use treaty_model::{Absentees, Deletes, Drift};

use crate::docs::chapters::{directions, stance};
use crate::docs::outline::{Block, Line, Section, Table};
use crate::docs::transform::{self, in_words};

/// How long a step of a transform may be in the federation table.
const STEP_MAX: usize = 24;

pub fn sections(docs: &TreatyDocs, entity: &EntityDocs) -> Vec<Section> {
    let mut sections = vec![head(entity), fields(entity)];
    sections.extend(transforms(docs, entity));
    sections.push(matching(entity));
    sections.push(sources(entity));
    sections.push(new_and_gone(entity));
    sections
}

fn head(entity: &EntityDocs) -> Section {
    let lead = Line::from("Its table is ")
        .code(&entity.table)
        .text(". Of its fields ")
        .then(stance(entity.owned, entity.shared))
        .text(".");
    let mapper = Line::from("Records are read and written by the rule ")
        .code(&entity.mapper)
        .text("; a shared field that names no rule is decided by ")
        .code(&entity.resolver)
        .text(".");
    Section::new(
        Line::from("Entity ").code(entity.name.as_str()),
        vec![
            Block::paragraph(lead),
            Block::Directions(directions::flows(entity)),
            Block::paragraph(mapper),
        ],
    )
}

/// The federation table.
fn fields(entity: &EntityDocs) -> Section {
    let mut headings = vec![Line::from("field, type"), Line::from("owner")];
    let systems = entity.parts.iter().map(|part| &part.system);
    headings.extend(systems.map(|system| Line::from(system.as_str())));
    headings.extend([Line::from("who decides"), Line::from("notes")]);
    let table = Table {
        headings,
        rows: entity.fields.iter().map(row).collect(),
    };
    let all_sides = entity.fields.iter().flat_map(|field| &field.sides);
    let mut used: Vec<_> = all_sides.map(|side| side.direction).collect();
    used.sort();
    used.dedup();
    let legend = used.into_iter().map(|direction| {
        Line::default()
            .strong(directions::word(direction))
            .text(": ")
            .text(directions::meaning(direction))
    });
    Section::part(
        "Fields: who owns what, and which way it goes",
        vec![Block::Table(table), Block::List(legend.collect())],
    )
}

fn row(field: &FieldDocs) -> Vec<Vec<Line>> {
    let owner = match &field.owner {
        Some(system) => Line::default().strong(system.as_str()),
        None => Line::from("shared"),
    };
    let mut row = vec![
        vec![
            Line::default().strong(&field.name),
            Line::from(field.semantic.as_str()),
        ],
        vec![owner],
    ];
    row.extend(field.sides.iter().map(side));
    row.push(decides(field));
    row.push(notes(field));
    row
}

fn side(side: &SideDocs) -> Vec<Line> {
    let way = Line::from(directions::word(side.direction));
    if side.direction == Direction::Apart {
        return vec![way];
    }
    let mut lines = vec![way, Line::of_code(side.own.join(" + "))];
    lines.extend(side.transform.as_deref().map(in_short).map(Line::of_code));
    lines
}

/// A transform without what makes a step long: the whole of it stands below.
fn in_short(transform: &str) -> String {
    let steps = in_words(transform).into_iter().map(|(step, _)| {
        let name = step.split('(').next().unwrap_or_default();
        match step.chars().count() > STEP_MAX {
            true => format!("{name}(…)"),
            false => step,
        }
    });
    let steps: Vec<_> = steps.collect();
    steps.join(" | ")
}

fn decides(field: &FieldDocs) -> Vec<Line> {
    let mut lines = match &field.decider {
        Some(decider) => vec![decider_in_words(decider)],
        None => vec![Line::from(drift_in_words(field))],
    };
    if let Some(group) = &field.group {
        lines.push(Line::from("together with the group ").code(group));
    }
    if let Some(person) = &field.asked {
        lines.push(Line::from("questions go to ").code(person));
    }
    lines
}

fn decider_in_words(decider: &Decider) -> Line {
    match &decider.word {
        Some(word) => Line::of_code(word).text(" by ").code(&decider.rule),
        None => Line::from("the rule ").code(&decider.rule),
    }
}

/// What becomes of an edit by a system that is not the owner.
fn drift_in_words(field: &FieldDocs) -> &'static str {
    let can_be = |direction: Direction| field.sides.iter().any(|side| side.direction == direction);
    match field.drift.unwrap_or_default() {
        _ if !can_be(Direction::Takes) && !can_be(Direction::Watched) => {
            "the owner; no other system has it"
        }
        Drift::WriteBack if !can_be(Direction::Takes) => "the owner; nothing is written elsewhere",
        Drift::WriteBack => "the owner; an edit elsewhere is written over",
        Drift::Leave => "the owner; an edit elsewhere stays until the owner's value changes",
        Drift::Ask => "the owner; a person is asked about an edit elsewhere",
    }
}

fn notes(field: &FieldDocs) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(entity) = &field.references {
        lines.push(Line::from("points at ").code(entity));
    }
    lines.extend(field.notes.as_deref().map(Line::from));
    for (heading, text) in &field.others {
        lines.push(Line::of_code(heading).text(": ").text(text));
    }
    lines
}

/// What every transform of the table means.
fn transforms(docs: &TreatyDocs, entity: &EntityDocs) -> Option<Section> {
    let rule = docs.rules.iter().find(|rule| rule.name == entity.mapper);
    let is_known = rule.is_some_and(|rule| rule.component == transform::MAPPER);
    let mut rows = Vec::new();
    for field in &entity.fields {
        for side in &field.sides {
            let Some(transform) = &side.transform else {
                continue;
            };
            let steps = in_words(transform).into_iter();
            let steps = steps.map(|(step, words)| match words.filter(|_| is_known) {
                Some(words) => Line::of_code(step).text(": ").text(words),
                None => Line::of_code(step),
            });
            rows.push(vec![
                vec![Line::default().strong(&field.name)],
                vec![Line::of_code(side.system.as_str())],
                vec![Line::of_code(side.own.join(" + "))],
                steps.collect(),
            ]);
        }
    }
    if rows.is_empty() {
        return None;
    }
    let words = match is_known {
        true => "How a system's value is read, step by step. Writing goes the same way backwards.",
        false => "How a system's value is read, in the words of the treaty's own mapper.",
    };
    let headings = ["field", "system", "own field", "steps"];
    let table = Table {
        headings: headings.map(Line::from).into(),
        rows,
    };
    let blocks = vec![Block::paragraph(words), Block::Table(table)];
    Some(Section::part("How values are transformed", blocks))
}

fn matching(entity: &EntityDocs) -> Section {
    let known = match &entity.cross_reference {
        Some(known) => Line::of_code(&known.file).text(match known.rows {
            1 => ", with 1 row of ids that belong together".to_owned(),
            rows => format!(", with {rows} rows of ids that belong together"),
        }),
        None => Line::from("none"),
    };
    let mut facts = vec![("Cross-reference", known)];
    let words = match &entity.matching {
        Some(matching) => {
            facts.extend(matching_facts(matching));
            match entity.cross_reference {
                Some(_) => {
                    "A record that is not linked yet is looked up in the cross-reference, then compared."
                }
                None => {
                    "A record that is not linked yet is compared with those of the other systems."
                }
            }
        }
        None => {
            "No rule compares records: only the cross-reference links them, and nothing is created, \
             because nobody would have looked whether it is there already."
        }
    };
    Section::part(
        "Which records are the same",
        vec![Block::paragraph(words), Block::Facts(facts)],
    )
}

fn matching_facts(matching: &MatchingDocs) -> Vec<(&'static str, Line)> {
    let linked = format!("from a probability of {}", matching.link_from);
    let first = format!(
        "from {} while two systems meet for the first time",
        matching.first_meeting_link_from
    );
    let asked = format!("from {}; below, they are not the same", matching.ask_from);
    let one = match matching.one_to_one {
        true => "a record belongs to one record of another system only",
        false => "a record may belong to several records of another system",
    };
    vec![
        (
            "Compared by",
            Line::from("the rule ").code(&matching.matcher),
        ),
        ("Linked", Line::from(linked)),
        ("Linked at first", Line::from(first)),
        ("A person is asked", Line::from(asked)),
        ("One to one", Line::from(one)),
    ]
}

fn sources(entity: &EntityDocs) -> Section {
    let own = |field: &Option<String>| match field {
        Some(field) => Line::of_code(field),
        None => Line::from("–"),
    };
    let rows = entity.parts.iter().map(|part| {
        let key = match part.key.is_empty() {
            true => Line::from("the connector's own"),
            false => Line::of_codes(&part.key),
        };
        let canaries = match part.canaries.is_empty() {
            true => Line::from("–"),
            false => Line::of_codes(&part.canaries),
        };
        [
            Line::default().strong(part.system.as_str()),
            Line::of_code(&part.source),
            key,
            own(&part.updated),
            own(&part.actor),
            own(&part.archived),
            canaries,
        ]
    });
    let headings = [
        "system",
        "source",
        "key",
        "says when it was changed",
        "says by whom",
        "says that it is archived",
        "records that have to stay visible",
    ];
    Section::part("Where the records are", vec![Block::table(headings, rows)])
}

fn new_and_gone(entity: &EntityDocs) -> Section {
    let deletes = match entity.deletes {
        Deletes::Archive => {
            "the others archive the record; where a system cannot archive, a person is asked"
        }
        Deletes::Delete => "the others delete the record for good",
        Deletes::Ask => "a person is asked",
        Deletes::Leave => "the others keep the record, and it is not created again",
    };
    let counts = |part: &PartDocs| part.deletes_count || part.absentees == Absentees::Deleted;
    let words = match entity.parts.iter().any(counts) {
        true => format!(
            "Where a delete counts: {deletes}. A record that was edited elsewhere in the meantime \
             stays, or a person is asked."
        ),
        false => {
            format!("A delete in one system means nothing in another. Were it to count: {deletes}.")
        }
    };
    let rows = entity.parts.iter().map(|part| {
        [
            Line::default().strong(part.system.as_str()),
            created(part),
            Line::from(match part.deletes_count {
                true => "counts for the others",
                false => "means nothing elsewhere",
            }),
            Line::from(match part.absentees {
                Absentees::Report => "is reported, and nothing else: it is no proof of a delete",
                Absentees::Deleted => "counts as deleted; the delete guard stands before it",
            }),
        ]
    });
    let headings = [
        "system",
        "new records are created here from",
        "a delete that it reports",
        "a record that it no longer lists",
    ];
    Section::part(
        "Records that are new or gone",
        vec![Block::paragraph(words), Block::table(headings, rows)],
    )
}

fn created(part: &PartDocs) -> Line {
    match part.creates_from.is_empty() {
        true => Line::from("nowhere: nothing is created here"),
        false => Line::of_codes(&part.creates_from),
    }
}
