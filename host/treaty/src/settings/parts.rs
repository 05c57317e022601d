//! `[entities.<name>.systems.<system>]`: one system's part in an entity.

use std::collections::BTreeMap;

use treaty_model::{Absentees, EntitySystem, RemoteId, SystemIndex};

use crate::document::{Section, Spot};
use crate::settings::{SourceSettings, SystemSettings};
use crate::{Place, Problem, names};

/// What the sections of an entity's systems say, in the order of `[systems]`.
#[derive(Default)]
pub(crate) struct Parts {
    pub systems: Vec<EntitySystem>,
    pub sources: Vec<SourceSettings>,
    pub places: Vec<BTreeMap<&'static str, Place>>,
}

struct Part {
    order: usize,
    system: EntitySystem,
    source: SourceSettings,
    places: BTreeMap<&'static str, Place>,
    creates_from: Vec<Spot<String>>,
}

/// Reads the parts of all systems of an entity.
pub(crate) fn read(entity: &Section<'_>, systems: &[SystemSettings]) -> Parts {
    let known: Vec<_> = systems.iter().map(|system| system.name.as_str()).collect();
    let mut parts: Vec<Part> = Vec::new();
    for (name, section) in entity.each_below("systems") {
        let order = known.iter().position(|known| *known == name.value);
        if order.is_none() {
            entity.report(names::unknown(&name.place, "system", &name.value, &known));
        }
        // A part of an unknown system is read all the same: its own problems
        // are no fewer.
        parts.push(part(name.value, order.unwrap_or(usize::MAX), section));
    }
    parts.sort_by_key(|part| part.order);
    if parts.len() < 2 {
        let message = format!("{} has fewer than two systems", entity.name("systems"));
        let hint = "records are kept equal between two systems or more";
        entity.report(Problem::at(&entity.place, message).hint(hint));
    }
    let names: Vec<_> = parts
        .iter()
        .map(|part| part.system.system.0.clone())
        .collect();
    let mut read = Parts::default();
    for (index, mut part) in parts.into_iter().enumerate() {
        part.system.creates_from = creates_from(entity, &part.creates_from, index, &names);
        read.systems.push(part.system);
        read.sources.push(part.source);
        read.places.push(part.places);
    }
    read
}

fn part(name: String, order: usize, section: Section<'_>) -> Part {
    let mut places = BTreeMap::from([("", section.place.clone())]);
    let mut own = |key: &'static str, text: Option<Spot<String>>| {
        let text = text?;
        places.insert(key, text.place);
        Some(text.value)
    };
    let source = own("source", section.required_text("source")).unwrap_or_default();
    let updated = own("updated", section.text("updated"));
    let actor = own("actor", section.text("actor"));
    let archived = own("archived", section.text("archived"));
    let key = section.texts("key").unwrap_or_default();
    if let Some(first) = key.first() {
        places.insert("key", first.place.clone());
    }
    let creates_from = section.texts("creates-from").unwrap_or_default();
    if let Some(first) = creates_from.first() {
        places.insert("creates-from", first.place.clone());
    }
    let deletes_count = section.flag("deletes-count").unwrap_or_default();
    let absentees = [
        ("report", Absentees::Report),
        ("deleted", Absentees::Deleted),
    ];
    let absentees = section.choice("absentees", &absentees).unwrap_or_default();
    let canaries = section.texts("canaries").unwrap_or_default().into_iter();
    section.finish();
    Part {
        order,
        system: EntitySystem {
            system: name.as_str().into(),
            source: source.clone(),
            creates_from: Vec::new(),
            deletes_count,
            absentees,
        },
        source: SourceSettings {
            system: name.into(),
            name: source,
            key: key.into_iter().map(|text| text.value).collect(),
            updated,
            actor,
            archived,
            canaries: canaries.map(|id| RemoteId(id.value)).collect(),
        },
        places,
        creates_from,
    }
}

fn creates_from(
    entity: &Section<'_>,
    from: &[Spot<String>],
    part: usize,
    names: &[String],
) -> Vec<SystemIndex> {
    let mut found = Vec::new();
    for name in from {
        match names.iter().position(|known| *known == name.value) {
            None => {
                let known: Vec<_> = names.iter().map(String::as_str).collect();
                let what = format!("system of {}", entity.name("systems"));
                entity.report(names::unknown(&name.place, &what, &name.value, &known));
            }
            Some(index) if index == part => {
                let message = format!("{} cannot create records from itself", name.value);
                entity.report(Problem::at(&name.place, message));
            }
            Some(index) if found.contains(&SystemIndex(index)) => {
                let message = format!("{} stands here twice", name.value);
                entity.report(Problem::at(&name.place, message));
            }
            Some(index) => found.push(SystemIndex(index)),
        }
    }
    found
}
