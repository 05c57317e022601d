//! `[[questions.assign]]`: who is asked.

use crate::document::{Section, Spot};
use crate::settings::{Assignment, EntitySettings, QuestionKind};
use crate::{Place, Problem, names};

const KINDS: [(&str, QuestionKind); 3] = [
    ("field", QuestionKind::Field),
    ("match", QuestionKind::Match),
    ("delete", QuestionKind::Delete),
];

/// An assignment and where its names stand, for a later check.
pub(crate) struct AssignmentEntry {
    pub assignment: Assignment,
    pub place: Place,
    entity: Option<Spot<String>>,
    fields: Vec<Spot<String>>,
    /// Whether it says what it is about: one that does not would seem to fit
    /// everything.
    is_sound: bool,
}

/// Reads all assignments.
pub(crate) fn read(treaty: &Section<'_>) -> Vec<AssignmentEntry> {
    let Some(section) = treaty.below("questions") else {
        return Vec::new();
    };
    let entries = section.list_below("assign");
    let entries = entries.into_iter().map(entry).collect();
    section.finish();
    entries
}

fn entry(section: Section<'_>) -> AssignmentEntry {
    let to = section.required_text("to");
    let entity = section.text("entity");
    let fields = section.texts("fields").unwrap_or_default();
    let kind = section.choice("kind", &KINDS);
    let is_sound = kind.is_some() || !section.has("kind");
    let about_no_field = matches!(kind, Some(QuestionKind::Match | QuestionKind::Delete));
    if let (true, Some(first)) = (about_no_field, fields.first()) {
        let message = "questions of this kind are about no field";
        let hint = "leave fields out, or the kind";
        section.report(Problem::at(&first.place, message).hint(hint));
    }
    let place = section.place.clone();
    section.finish();
    AssignmentEntry {
        assignment: Assignment {
            to: to.map(|to| to.value).unwrap_or_default(),
            entity: entity.as_ref().map(|name| name.value.as_str().into()),
            fields: fields.iter().map(|field| field.value.clone()).collect(),
            kind,
        },
        place,
        entity,
        fields,
        is_sound,
    }
}

/// Checks the names of entities and fields, and that every assignment can be
/// reached.
pub(crate) fn check(
    entries: &[AssignmentEntry],
    entities: &[EntitySettings],
    problems: &mut Vec<Problem>,
) {
    let known: Vec<_> = entities
        .iter()
        .map(|entity| entity.entity.name.as_str())
        .collect();
    for (at, entry) in entries.iter().enumerate() {
        if let Some(name) = &entry.entity
            && !known.contains(&name.value.as_str())
        {
            problems.push(names::unknown(&name.place, "entity", &name.value, &known));
            continue;
        }
        let about = entities.iter().filter(|entity| {
            let wanted = &entry.assignment.entity;
            wanted
                .as_ref()
                .is_none_or(|name| *name == entity.entity.name)
        });
        let rows = about.flat_map(|entity| &entity.entity.table.rows);
        let fields: Vec<_> = rows.map(|row| row.name.as_str()).collect();
        for field in &entry.fields {
            // Where a table cannot be read, that is said there.
            if !fields.is_empty() && !fields.contains(&field.value.as_str()) {
                problems.push(names::unknown(&field.place, "field", &field.value, &fields));
            }
        }
        let earlier = entries[..at].iter().filter(|earlier| earlier.is_sound);
        let mut earlier = earlier.map(|earlier| &earlier.assignment);
        let taker = earlier.find(|earlier| takes_all(earlier, &entry.assignment));
        if let Some(taker) = taker {
            let message = format!("nothing gets here: all such questions go to {}", taker.to);
            let hint = "the first that fits counts; put the narrower one first";
            problems.push(Problem::at(&entry.place, message).hint(hint).warning());
        }
    }
}

/// Whether an earlier assignment leaves nothing to a later one.
fn takes_all(earlier: &Assignment, later: &Assignment) -> bool {
    let entity = earlier.entity.is_none() || earlier.entity == later.entity;
    let kind = earlier.kind.is_none()
        || earlier.kind == later.kind
        || earlier.kind == Some(QuestionKind::Field) && !later.fields.is_empty();
    let named = |field: &String| earlier.fields.contains(field);
    let fields =
        earlier.fields.is_empty() || !later.fields.is_empty() && later.fields.iter().all(named);
    entity && kind && fields
}
