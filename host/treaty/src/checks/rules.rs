//! Every rule that is named is there, and every rule that is there is named.

use std::collections::BTreeMap;

use treaty_model::Owner;

use crate::known::Known;
use crate::settings::packs::PacksAsked;
use crate::settings::rules::{RuleEntry, shipped};
use crate::settings::{EntitySettings, RuleSettings};
use crate::{PackParts, PackedRule, Place, Problem, names};

/// The rules of the treaty, and the shipped ones that it uses as they are.
pub(crate) fn all_rules(
    entities: &[EntitySettings],
    entries: Vec<RuleEntry>,
    known: &Known,
) -> Vec<RuleSettings> {
    let mut rules: Vec<_> = entries.into_iter().map(|entry| entry.rule).collect();
    let in_sections = entities.iter().flat_map(named).map(|(_, _, name)| name);
    let rows = entities.iter().flat_map(|entity| &entity.entity.table.rows);
    let in_tables = rows
        .filter_map(|row| row.rule.as_deref())
        .filter(|name| known.ships(name));
    for name in in_sections.chain(in_tables) {
        if rules.iter().all(|rule| rule.name != name) {
            rules.push(shipped(name));
        }
    }
    rules
}

/// The rules that the treaty uses, has no entry for, and finds in its packs.
pub(crate) fn from_packs(
    entities: &[EntitySettings],
    entries: &[RuleEntry],
    asked: &PacksAsked,
    packs: &[PackParts],
    known: &Known,
    problems: &mut Vec<Problem>,
) -> Vec<RuleEntry> {
    let mut found: BTreeMap<&str, (&Place, &PackParts, &PackedRule)> = BTreeMap::new();
    for used in &asked.uses {
        let Some(pack) = packs.iter().find(|pack| pack.name == used.name.value) else {
            continue;
        };
        let place = &used.name.place;
        for (name, rule) in &pack.rules {
            let is_entered = entries.iter().any(|entry| entry.rule.name == *name);
            if is_entered || !entities.iter().any(|entity| uses(entity, name)) {
                continue;
            }
            let hint = format!(
                "say which counts: [rules.{name}] component = \"pack:{}\"",
                pack.name
            );
            if known.ships(name) {
                let message = format!("the rule {name} is in the pack {}, and ships", pack.name);
                problems.push(Problem::at(place, message).hint(hint));
            } else if let Some((_, other, _)) = found.get(name.as_str()) {
                let (first, second) = (&other.name, &pack.name);
                let message = format!("the packs {first} and {second} both have a rule {name}");
                problems.push(Problem::at(place, message).hint(hint));
            } else {
                found.insert(name, (place, pack, rule));
            }
        }
    }
    let found = found.into_iter();
    found
        .map(|(name, (place, _, rule))| RuleEntry {
            rule: rule.settings(name),
            place: place.clone(),
        })
        .collect()
}

/// Checks the rules that entities name.
pub(crate) fn check(
    entities: &[EntitySettings],
    entries: &[RuleEntry],
    known: &Known,
    problems: &mut Vec<Problem>,
) {
    let entered = entries.iter().map(|entry| entry.rule.name.as_str());
    let shipped = known.shipped_rules.iter().map(String::as_str);
    let mut valid: Vec<_> = entered.chain(shipped).collect();
    valid.sort_unstable();
    valid.dedup();
    for entity in entities {
        for (what, place, name) in named(entity) {
            if !valid.contains(&name) {
                problems.push(names::unknown(place, what, name, &valid));
            }
        }
    }
    for entry in entries {
        let name = entry.rule.name.as_str();
        if !entities.iter().any(|entity| uses(entity, name)) {
            let message = format!("nothing uses the rule {name}");
            let hint =
                "an entity names it as mapper, matcher or resolver, a field in its rule cell";
            problems.push(Problem::at(&entry.place, message).hint(hint).warning());
        }
        let decides = |entity: &EntitySettings| entity.resolver == name || in_table(entity, name);
        if entry.rule.shadow.is_some() && !entities.iter().any(decides) {
            let message = format!("the shadow of {name} is never asked");
            let hint = "only a rule that decides conflicts has one";
            problems.push(Problem::at(&entry.place, message).hint(hint).warning());
        }
    }
}

/// The rules that an entity's section names.
fn named(entity: &EntitySettings) -> impl Iterator<Item = (&'static str, &Place, &str)> {
    let keys = &entity.places.keys;
    let mapper = ("mapper", &keys["mapper"], entity.mapper.as_str());
    let resolver = ("resolver", &keys["resolver"], entity.resolver.as_str());
    let matcher = entity
        .matching
        .as_ref()
        .map(|matching| ("matcher", &keys["matcher"], matching.matcher.as_str()));
    [mapper, resolver].into_iter().chain(matcher)
}

fn uses(entity: &EntitySettings, rule: &str) -> bool {
    in_table(entity, rule) || named(entity).any(|(_, _, name)| name == rule)
}

/// Whether a field is decided by a rule of its own.
fn in_table(entity: &EntitySettings, rule: &str) -> bool {
    let mut rows = entity.entity.table.rows.iter();
    rows.any(|row| row.owner == Owner::Shared && row.rule.as_deref() == Some(rule))
}
