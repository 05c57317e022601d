//! `[rules.<name>]`: which components there are and how they are configured.

use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::document::{Section, Spot};
use crate::known::Known;
use crate::settings::entities::PACK;
use crate::settings::{Component, Limits, Profile, RuleSettings, paths};
use crate::{PackParts, Place, Problem, names};

/// An entry of `[rules]` and where it stands.
pub(crate) struct RuleEntry {
    pub rule: RuleSettings,
    pub place: Place,
}

/// Reads all rules, in the order of the file.
pub(crate) fn read(
    treaty: &Section<'_>,
    root: &Path,
    known: &Known,
    packs: &[PackParts],
) -> Vec<RuleEntry> {
    let place = Where { root, known, packs };
    let rules = treaty.each_below("rules").into_iter();
    rules
        .map(|(name, section)| RuleEntry {
            place: section.place.clone(),
            rule: rule(&name, section, &place),
        })
        .collect()
}

/// What a component can be named from.
struct Where<'a> {
    root: &'a Path,
    known: &'a Known,
    packs: &'a [PackParts],
}

/// A shipped rule as it is without an entry.
pub(crate) fn shipped(name: &str) -> RuleSettings {
    RuleSettings {
        name: name.to_owned(),
        component: Component::Shipped(name.to_owned()),
        profile: Profile::default(),
        configuration: Json::Object(Map::new()),
        limits: Limits::default(),
        shadow: None,
    }
}

/// Reads one rule. One with problems is given as well, so that what refers to
/// it can be checked.
fn rule(name: &Spot<String>, section: Section<'_>, place: &Where<'_>) -> RuleSettings {
    let Where { root, known, packs } = place;
    if !names::is_name(&name.value) {
        let message = format!("{:?} cannot name a rule", name.value);
        let hint = "letters, digits, `-` and `_` make a name";
        section.report(Problem::at(&name.place, message).hint(hint));
    }
    let mut rule = shipped(&name.value);
    match section.text("component") {
        Some(component) if component.value.starts_with(PACK) => {
            if let Some(found) = from_pack(&section, &component, &name.value, packs) {
                rule = found;
            }
        }
        Some(component) => {
            if let Some(component) = resolve(&section, &component, root, known) {
                rule.component = component;
            }
        }
        None if known.ships(&name.value) => {}
        None => {
            let message = format!("{} is missing", section.name("component"));
            let shipped = known.shipped_rules.join(", ");
            let hint = format!("only shipped rules need no component: {shipped}");
            section.report(Problem::at(&section.place, message).hint(hint));
        }
    }
    read_profile(&mut rule, &section);
    if let (Some(Json::Object(given)), Json::Object(kept)) =
        (section.json_below("configuration"), &mut rule.configuration)
    {
        kept.extend(given);
    }
    if let Some(section) = section.below("shadow") {
        rule.shadow = Some(Box::new(shadow(&rule, section, root, known)));
    }
    section.finish();
    rule
}

/// Reads what stands beside a rule: what it does not say is as the rule has it.
fn shadow(rule: &RuleSettings, section: Section<'_>, root: &Path, known: &Known) -> RuleSettings {
    let mut shadow = rule.clone();
    if let Some(component) = section.text("component")
        && let Some(component) = resolve(&section, &component, root, known)
    {
        shadow.component = component;
    }
    read_profile(&mut shadow, &section);
    if let Some(configuration) = section.json_below("configuration") {
        shadow.configuration = configuration;
    }
    section.finish();
    shadow
}

/// Reads what a rule may import.
fn read_profile(rule: &mut RuleSettings, section: &Section<'_>) {
    let profiles = [
        ("contract", Profile::Contract),
        ("inert-wasi", Profile::InertWasi),
    ];
    if let Some(profile) = section.choice("profile", &profiles) {
        rule.profile = profile;
    }
}

/// The rule of this name in the pack that the treaty names.
fn from_pack(
    section: &Section<'_>,
    component: &Spot<String>,
    name: &str,
    packs: &[PackParts],
) -> Option<RuleSettings> {
    let wanted = component.value.strip_prefix(PACK)?;
    let Some(pack) = packs.iter().find(|pack| pack.name == wanted) else {
        let names: Vec<_> = packs.iter().map(|pack| pack.name.as_str()).collect();
        section.report(names::unknown(&component.place, "pack", wanted, &names));
        return None;
    };
    let found = pack.rules.get(name);
    if found.is_none() {
        let names: Vec<_> = pack.rules.keys().map(String::as_str).collect();
        let what = format!("rule of the pack {wanted}");
        section.report(names::unknown(&component.place, &what, name, &names));
    }
    found.map(|rule| rule.settings(name))
}

fn resolve(
    section: &Section<'_>,
    component: &Spot<String>,
    root: &Path,
    known: &Known,
) -> Option<Component> {
    if let Some(shipped) = component.value.strip_prefix("shipped:") {
        if known.ships(shipped) {
            return Some(Component::Shipped(shipped.to_owned()));
        }
        let names: Vec<_> = known.shipped_rules.iter().map(String::as_str).collect();
        let problem = names::unknown(&component.place, "shipped rule", shipped, &names);
        section.report(problem);
        return None;
    }
    let path = root.join(paths::inside(section, component)?);
    if !path.is_file() {
        let message = format!("there is no file {}", component.value);
        let hint = "a component is a .wasm file in the treaty folder, or shipped:<rule>";
        section.report(Problem::at(&component.place, message).hint(hint));
    }
    Some(Component::File(path))
}
