//! Reading a case file: what it says of all its cases, then one case after the
//! other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use treaty_model::{EntityName, OwnField, OwnKind, OwnSchema, Row, SystemIndex, Timestamp};

use super::value::{Slot, time};
use super::{Asked, Case, CaseFile, compare, conflict, map};
use crate::around::NO_RULE;
use crate::document::{Document, Section, Spot};
use crate::{EntitySettings, Problem, Problems, TreatyFolder, names};

/// The batch's own time where no case names any: 2026-01-01T00:00:00Z.
const NOW_MICROS: i64 = 1_767_225_600_000_000;

/// Whether a case must say what is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectations {
    /// It must: it is a test.
    Required,
    /// It need not: it is an input to be tried. Nor need it have a name.
    Optional,
}

/// Reads a case file, or gives everything that is wrong with it. `shown` is the
/// file's name in messages; cases whose names are `replaced` by others are passed
/// over.
pub fn read_cases(
    folder: &TreatyFolder,
    shown: &Path,
    text: &str,
    expectations: Expectations,
    replaced: &BTreeSet<String>,
) -> Result<CaseFile, Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = Document::parse(shown, text)?;
    let file = document.section();
    let entity = file.text("entity");
    let now = file.value("now").and_then(|given| {
        let read = time(given.get_ref());
        if read.is_none() {
            file.wrong_kind("now", "a time, such as 2026-11-20T10:00:00Z", given);
        }
        read
    });
    let own = file.below("own");
    let schemas = schemas(folder, own.as_ref());
    if let Some(own) = &own {
        refuse_others(own, "entity", &entity_names(folder));
    }
    let reading = Reading {
        folder,
        entity: entity.as_ref(),
        schemas: &schemas,
        expectations,
    };
    let cases: Vec<_> = file
        .list_below("case")
        .into_iter()
        .filter(|section| {
            let mut entries = section.entries().into_iter();
            let name = entries.find(|(key, _)| key.value == "name");
            let name = name.and_then(|(_, value)| value.get_ref().as_str());
            name.is_none_or(|name| !replaced.contains(name))
        })
        .filter_map(|section| reading.case(section))
        .collect();
    if !file.has("case") {
        let message = "the file has no section [[case]]";
        file.report(Problem::at(&file.place, message));
    }
    file.finish();
    let mut problems = Problems(document.take_problems());
    problems.sort();
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(CaseFile {
        path: shown.to_owned(),
        now: now.unwrap_or_else(|| latest(&cases)),
        schemas,
        cases,
    })
}

/// A file without cases: every own field is a text.
pub fn no_cases(folder: &TreatyFolder) -> CaseFile {
    CaseFile {
        path: PathBuf::new(),
        now: Timestamp::from_micros(NOW_MICROS),
        schemas: schemas(folder, None),
        cases: Vec::new(),
    }
}

/// The own schemas of all entities.
fn schemas(folder: &TreatyFolder, own: Option<&Section<'_>>) -> Vec<(EntityName, Vec<OwnSchema>)> {
    let entities = folder.entities.iter().map(|settings| {
        let of_entity = own.and_then(|own| own.named(&settings.entity.name.0));
        let schema = |system| own_schema(settings, system, of_entity.as_ref());
        let all = settings.entity.system_indexes().map(schema).collect();
        (settings.entity.name.clone(), all)
    });
    entities.collect()
}

/// The latest time that a conflict names.
fn latest(cases: &[Case]) -> Timestamp {
    let conflicts = cases.iter().filter_map(|case| match &case.asked {
        Asked::Resolve(conflict, _) => Some(conflict),
        _ => None,
    });
    let candidates = conflicts
        .flat_map(|conflict| &conflict.contested)
        .flat_map(|contested| &contested.candidates);
    let latest = candidates.filter_map(|candidate| candidate.at).max();
    latest.unwrap_or(Timestamp::from_micros(NOW_MICROS))
}

fn entity_names(folder: &TreatyFolder) -> Vec<&str> {
    let entities = folder.entities.iter();
    entities
        .map(|settings| settings.entity.name.as_str())
        .collect()
}

fn refuse_others(section: &Section<'_>, what: &str, known: &[&str]) {
    for (name, _) in section.entries() {
        if !known.contains(&name.value.as_str()) {
            section.report(names::unknown(&name.place, what, &name.value, known));
        }
    }
}

/// The own fields of a system that the field table mentions, each a text unless
/// the file says otherwise.
fn own_schema(
    settings: &EntitySettings,
    system: SystemIndex,
    kinds: Option<&Section<'_>>,
) -> OwnSchema {
    let rows = settings.entity.table.rows.iter();
    let columns = rows.filter_map(|row| row.columns[system.0].as_ref());
    let mut schema = OwnSchema::default();
    for own in columns.flat_map(|column| &column.own) {
        if schema.position(own).is_err() {
            schema.fields.push(OwnField {
                name: own.clone(),
                kind: OwnKind::Text,
                nullable: true,
                key: false,
                read_only: false,
                native: String::new(),
            });
        }
    }
    if let Some(kinds) = kinds {
        let systems = settings.entity.systems.iter();
        let systems: Vec<_> = systems.map(|part| part.system.as_str()).collect();
        if system.0 == 0 {
            refuse_others(kinds, "system", &systems);
        }
        if let Some(kinds) = kinds.named(systems[system.0]) {
            set_kinds(&mut schema, &kinds);
        }
    }
    schema
}

fn set_kinds(schema: &mut OwnSchema, kinds: &Section<'_>) {
    const KINDS: [(&str, OwnKind); 9] = [
        ("text", OwnKind::Text),
        ("integer", OwnKind::Integer),
        ("decimal", OwnKind::Decimal),
        ("boolean", OwnKind::Boolean),
        ("date", OwnKind::Date),
        ("instant", OwnKind::Instant),
        ("choices", OwnKind::Choices),
        ("reference", OwnKind::Reference),
        ("json", OwnKind::Json),
    ];
    for (name, given) in kinds.entries() {
        let Ok(at) = schema.position(&name.value) else {
            let known: Vec<_> = schema
                .fields
                .iter()
                .map(|field| field.name.as_str())
                .collect();
            kinds.report(names::unknown(
                &name.place,
                "own field",
                &name.value,
                &known,
            ));
            continue;
        };
        let Some(word) = kinds.text_of(&name.value, given) else {
            continue;
        };
        match KINDS.iter().find(|(known, _)| *known == word.value) {
            Some((_, kind)) => schema.fields[at].kind = *kind,
            None => {
                let known = KINDS.map(|(word, _)| word);
                kinds.report(names::unknown(&word.place, "kind", &word.value, &known));
            }
        }
    }
}

/// What all cases of a file share.
pub(super) struct Reading<'a> {
    pub folder: &'a TreatyFolder,
    entity: Option<&'a Spot<String>>,
    schemas: &'a [(EntityName, Vec<OwnSchema>)],
    pub expectations: Expectations,
}

/// One case that is being read.
pub(super) struct Subject<'a> {
    pub reading: &'a Reading<'a>,
    pub settings: &'a EntitySettings,
    pub schemas: &'a [OwnSchema],
}

impl Reading<'_> {
    fn case(&self, section: Section<'_>) -> Option<Case> {
        let name = match self.expectations {
            Expectations::Required => section.required_text("name"),
            Expectations::Optional => section.text("name"),
        };
        let fuel_max = section.count("fuel-max", 1);
        let named = section.text("rule");
        let subject = self.subject(&section)?;
        let asked = subject.asked(&section);
        let place = section.place.clone();
        let (rule, asked) = asked?;
        let rule = self.rule(&section, named, rule);
        // Of a case that asks nothing nobody can say which keys are wrong.
        section.finish();
        Some(Case {
            name: name.map_or_else(String::new, |name| name.value),
            place,
            entity: subject.settings.entity.name.clone(),
            rule,
            fuel_max,
            asked,
        })
    }

    /// The rule that a case names, or the one that such a case asks.
    fn rule(&self, section: &Section<'_>, named: Option<Spot<String>>, asked: String) -> String {
        let rules = self.folder.rules.iter();
        let known: Vec<_> = rules.map(|rule| rule.name.as_str()).collect();
        match named {
            Some(named) if known.contains(&named.value.as_str()) => named.value,
            Some(named) => {
                section.report(names::unknown(&named.place, "rule", &named.value, &known));
                asked
            }
            None => {
                if asked == NO_RULE {
                    let message = "several rules could be asked, and the case names none";
                    let hint = format!("write rule = \"…\" into it, one of: {}", known.join(", "));
                    section.report(Problem::at(&section.place, message).hint(hint));
                }
                asked
            }
        }
    }

    fn subject(&self, section: &Section<'_>) -> Option<Subject<'_>> {
        let named = section.text("entity");
        let Some(named) = named.as_ref().or(self.entity) else {
            let message = "the case does not name its entity";
            let hint = "write entity = \"…\" into it, or at the top of the file for all";
            section.report(Problem::at(&section.place, message).hint(hint));
            return None;
        };
        let entities = &self.folder.entities;
        let at = entities
            .iter()
            .position(|settings| settings.entity.name.0 == named.value);
        if at.is_none() {
            let known = entity_names(self.folder);
            section.report(names::unknown(&named.place, "entity", &named.value, &known));
        }
        let at = at?;
        Some(Subject {
            reading: self,
            settings: &entities[at],
            schemas: &self.schemas[at].1,
        })
    }
}

impl Subject<'_> {
    fn kinds_asked(section: &Section<'_>) -> Vec<&'static str> {
        let keys = ["field", "fields", "read", "write", "first"];
        keys.into_iter().filter(|key| section.has(key)).collect()
    }

    /// What a case asks whom, told by the key that only such a case has.
    fn asked(&self, section: &Section<'_>) -> Option<(String, Asked)> {
        let given = Self::kinds_asked(section);
        match given.as_slice() {
            ["field" | "fields"] => conflict::read(self, section),
            ["read"] => map::read(self, section),
            ["write"] => map::write(self, section),
            ["first"] => compare::read(self, section),
            _ => {
                let message = match given.len() {
                    0 => "the case asks nothing".to_owned(),
                    _ => format!("the case asks several things: {}", given.join(", ")),
                };
                let hint = "`field` or `fields` is for a resolver, `read` or `write` for a mapper, \
                            `first` and `second` for a matcher";
                section.report(Problem::at(&section.place, message).hint(hint));
                None
            }
        }
    }

    /// The canonical fields.
    pub(super) fn canonical(&self) -> Vec<Slot<'_>> {
        let rows = self.settings.entity.table.rows.iter();
        rows.map(|row| Slot {
            name: &row.name,
            kind: &row.semantic,
        })
        .collect()
    }

    /// A canonical row below a section; all of it absent where it is not there.
    pub(super) fn canonical_row(&self, section: &Section<'_>, key: &'static str) -> Row {
        let slots = self.canonical();
        match section.below(key) {
            Some(below) => super::value::row(&below, "field", &slots),
            None => vec![None; slots.len()],
        }
    }

    /// The place of a system, or a problem.
    pub(super) fn system(&self, section: &Section<'_>, name: &Spot<String>) -> Option<SystemIndex> {
        let found = self.settings.entity.system(&name.value).ok();
        if found.is_none() {
            let known: Vec<_> = self.system_names();
            section.report(names::unknown(&name.place, "system", &name.value, &known));
        }
        found
    }

    pub(super) fn system_names(&self) -> Vec<&str> {
        let systems = self.settings.entity.systems.iter();
        systems.map(|part| part.system.as_str()).collect()
    }
}
