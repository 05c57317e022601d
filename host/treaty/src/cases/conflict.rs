//! Cases for resolvers: a conflict as it would be put to the rule.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;
use treaty_model::{
    ActorKind, Candidate, Cell, Conflict, Contested, FieldIndex, Origin, Owner, Standing,
    SystemIndex, Timestamp,
};

use super::read::Subject;
use super::value::{Slot, row, time, value};
use super::{Asked, expect};
use crate::document::Section;
use crate::{Problem, names};

/// Reads the conflict of a case, and which rule decides it.
pub(super) fn read(subject: &Subject<'_>, section: &Section<'_>) -> Option<(String, Asked)> {
    let one = section.has("field");
    let fields = fields(subject, section, one)?;
    let rule = rule(subject, section, &fields)?;
    let base = values(subject, section, "base", &fields, one);
    let mut candidates: BTreeMap<FieldIndex, Vec<Candidate>> = BTreeMap::new();
    for (system, side) in sides(subject, section) {
        let known_base = fields.iter().any(|field| base.contains_key(field));
        let told = told(
            &side,
            match known_base {
                true => Standing::Edited,
                false => Standing::FirstSeen,
            },
        );
        let key = if one { "value" } else { "values" };
        let given = values(subject, &side, key, &fields, one);
        if given.is_empty() {
            let message = format!("{} is missing", side.name(key));
            side.report(Problem::at(&side.place, message));
        }
        side.finish();
        for (field, value) in given {
            let candidate = told.candidate(Some(system), value);
            candidates.entry(field).or_default().extend(candidate);
        }
    }
    unseen_base(subject, section, &base, &mut candidates);
    let contested = fields.iter().filter_map(|field| {
        let mut candidates = candidates.remove(field).unwrap_or_default();
        candidates.sort_by_key(|side| (side.standing == Standing::Agreed, side.system));
        if candidates.len() < 2 {
            let name = &subject.settings.entity.table.row(*field).name;
            let who = match candidates.len() {
                0 => "no system holds a value of it",
                _ => "only one system holds a value of it",
            };
            let message = format!("{name} is no conflict: {who}");
            let hint = "write a section [case.sides.<system>] for each of two systems or more";
            section.report(Problem::at(&section.place, message).hint(hint));
            return None;
        }
        Some(Contested {
            field: u32::try_from(field.0).unwrap_or(u32::MAX),
            base: base.get(field).cloned().flatten(),
            candidates,
            attributes: Vec::new(),
        })
    });
    let conflict = Conflict {
        contested: contested.collect(),
        agreed: subject.canonical_row(section, "agreed"),
        attributes: Vec::new(),
    };
    let expected = expect::verdicts(subject, section, &fields, one);
    Some((rule, Asked::Resolve(conflict, expected)))
}

/// The contested fields, in the order of the field table.
fn fields(subject: &Subject<'_>, section: &Section<'_>, one: bool) -> Option<Vec<FieldIndex>> {
    let named = match one {
        true => vec![section.text("field")?],
        false => section.texts("fields")?,
    };
    let table = &subject.settings.entity.table;
    let mut fields = Vec::new();
    for name in &named {
        match table.field(&name.value) {
            Ok(field) => fields.push(field),
            Err(unknown) => {
                let known: Vec<_> = unknown.known.iter().map(String::as_str).collect();
                section.report(names::unknown(&name.place, "field", &name.value, &known));
            }
        }
    }
    fields.sort();
    fields.dedup();
    (fields.len() == named.len()).then_some(fields)
}

/// The one rule that decides all of the fields.
fn rule(subject: &Subject<'_>, section: &Section<'_>, fields: &[FieldIndex]) -> Option<String> {
    let mut rules = Vec::new();
    for field in fields {
        let row = subject.settings.entity.table.row(*field);
        if let Owner::System(owner) = row.owner {
            let owner = &subject.settings.entity.part(owner).system;
            let message = format!("{} is owned by {owner}: no rule decides it", row.name);
            section.report(Problem::at(&section.place, message));
            return None;
        }
        rules.extend(subject.reading.folder.resolver_of(subject.settings, *field));
    }
    rules.dedup();
    if let [rule] = rules.as_slice() {
        return Some((*rule).to_owned());
    }
    let message = format!(
        "the fields are decided by several rules: {}",
        rules.join(", ")
    );
    section.report(Problem::at(&section.place, message).hint("write a case for each of them"));
    None
}

/// The values of the contested fields: one value, or a table of them.
fn values(
    subject: &Subject<'_>,
    section: &Section<'_>,
    key: &'static str,
    fields: &[FieldIndex],
    one: bool,
) -> BTreeMap<FieldIndex, Cell> {
    let slots = subject.canonical();
    let mut values = BTreeMap::new();
    if let (true, [field]) = (one, fields) {
        if let Some(given) = section.value(key) {
            let name = section.name(key);
            values.insert(*field, value(section, &name, slots[field.0].kind, given));
        }
    } else if let Some(below) = section.below(key) {
        let few: Vec<_> = fields
            .iter()
            .map(|field| Slot {
                name: slots[field.0].name,
                kind: slots[field.0].kind,
            })
            .collect();
        let row = row(&below, "contested field", &few);
        let given = fields.iter().zip(row);
        values.extend(given.filter_map(|(field, cell)| cell.map(|cell| (*field, Some(cell)))));
    }
    values
}

/// The sections `sides.<system>`.
fn sides<'d>(subject: &Subject<'_>, section: &Section<'d>) -> Vec<(SystemIndex, Section<'d>)> {
    let sides = section.each_below("sides").into_iter();
    sides
        .filter_map(|(name, side)| Some((subject.system(section, &name)?, side)))
        .collect()
}

/// `unseen-base`: what was agreed takes part as a side of its own, because one
/// of the editors had not seen it.
fn unseen_base(
    subject: &Subject<'_>,
    section: &Section<'_>,
    base: &BTreeMap<FieldIndex, Cell>,
    candidates: &mut BTreeMap<FieldIndex, Vec<Candidate>>,
) {
    let Some(unseen) = section.below("unseen-base") else {
        return;
    };
    let system = unseen.text("system");
    let system = system.and_then(|name| subject.system(&unseen, &name));
    let told = told(&unseen, Standing::Agreed);
    unseen.finish();
    for (field, value) in base {
        let candidate = told.candidate(system, value.clone());
        candidates.entry(*field).or_default().extend(candidate);
    }
}

/// What a side says of its values.
struct Told {
    standing: Standing,
    at: Option<Timestamp>,
    origin: Origin,
}

impl Told {
    fn candidate(&self, system: Option<SystemIndex>, value: Cell) -> Option<Candidate> {
        Some(Candidate {
            system: system.and_then(|system| u32::try_from(system.0).ok()),
            value: value?,
            standing: self.standing,
            at: self.at,
            origin: self.origin.clone(),
        })
    }
}

fn told(side: &Section<'_>, otherwise: Standing) -> Told {
    let standings = [
        ("edited", Standing::Edited),
        ("first-seen", Standing::FirstSeen),
    ];
    let standing = match otherwise {
        Standing::Agreed => None,
        _ => side.choice("standing", &standings),
    };
    let at = side.value("at").and_then(|given| time_of(side, given));
    let person = side.text("person");
    let automation = side.text("automation");
    if let (Some(_), Some(second)) = (&person, &automation) {
        let message = "a value is written by a person or by an automation, not by both";
        side.report(Problem::at(&second.place, message));
    }
    let (kind, actor) = match (person, automation) {
        (Some(person), _) => (ActorKind::Person, Some(person.value)),
        (None, Some(automation)) => (ActorKind::Automation, Some(automation.value)),
        (None, None) => (ActorKind::Unknown, None),
    };
    Told {
        standing: standing.unwrap_or(otherwise),
        at,
        origin: Origin { kind, actor },
    }
}

fn time_of<'d>(side: &Section<'d>, given: &Spanned<DeValue<'d>>) -> Option<Timestamp> {
    let read = time(given.get_ref());
    if read.is_none() {
        side.wrong_kind(
            &side.name("at"),
            "a time, such as 2026-11-20T10:00:00Z",
            given,
        );
    }
    read
}
