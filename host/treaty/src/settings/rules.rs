//! `[rules.<name>]`: which components there are and how they are configured.

use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::document::{Section, Spot};
use crate::known::Known;
use crate::settings::{Component, Profile, RuleSettings, paths};
use crate::{Place, Problem, names};

/// An entry of `[rules]` and where it stands.
pub(crate) struct RuleEntry {
    pub rule: RuleSettings,
    pub place: Place,
}

/// Reads all rules, in the order of the file.
pub(crate) fn read(treaty: &Section<'_>, root: &Path, known: &Known) -> Vec<RuleEntry> {
    let rules = treaty.each_below("rules").into_iter();
    rules
        .map(|(name, section)| RuleEntry {
            place: section.place.clone(),
            rule: rule(&name, section, root, known),
        })
        .collect()
}

/// A shipped rule as it is without an entry.
pub(crate) fn shipped(name: &str) -> RuleSettings {
    RuleSettings {
        name: name.to_owned(),
        component: Component::Shipped(name.to_owned()),
        profile: Profile::default(),
        configuration: Json::Object(Map::new()),
        shadow: None,
    }
}

/// Reads one rule. One with problems is given as well, so that what refers to
/// it can be checked.
fn rule(name: &Spot<String>, section: Section<'_>, root: &Path, known: &Known) -> RuleSettings {
    if !names::is_name(&name.value) {
        let message = format!("{:?} cannot name a rule", name.value);
        let hint = "letters, digits, `-` and `_` make a name";
        section.report(Problem::at(&name.place, message).hint(hint));
    }
    let mut rule = shipped(&name.value);
    match section.text("component") {
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
    read_keys(&mut rule, &section);
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
    read_keys(&mut shadow, &section);
    section.finish();
    shadow
}

/// Reads how a rule is run and configured.
fn read_keys(rule: &mut RuleSettings, section: &Section<'_>) {
    let profiles = [
        ("contract", Profile::Contract),
        ("inert-wasi", Profile::InertWasi),
    ];
    if let Some(profile) = section.choice("profile", &profiles) {
        rule.profile = profile;
    }
    if let Some(configuration) = section.json_below("configuration") {
        rule.configuration = configuration;
    }
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
