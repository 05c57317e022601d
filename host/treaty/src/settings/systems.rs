//! `[systems.<name>]`: which systems there are and how they are reached.

use std::collections::BTreeMap;
use std::path::Path;

use crate::document::{Section, Spot};
use crate::known::{Known, KnownConnector, Location};
use crate::settings::SystemSettings;
use crate::{Problem, headings, names, secret};

/// Reads all systems, in the order of the file.
pub(crate) fn read(treaty: &Section<'_>, root: &Path, known: &Known) -> Vec<SystemSettings> {
    let mut systems: Vec<SystemSettings> = Vec::new();
    for (name, section) in treaty.each_below("systems") {
        refuse_name(&section, &name, &systems);
        systems.push(system(&name, section, root, known));
    }
    systems
}

fn refuse_name(section: &Section<'_>, name: &Spot<String>, before: &[SystemSettings]) {
    let text = &name.value;
    let same = |system: &&SystemSettings| system.name.0.to_lowercase() == text.to_lowercase();
    if !names::is_name(text) {
        let message = format!("{text:?} cannot name a system");
        section.report(
            Problem::at(&name.place, message).hint("letters, digits, `-` and `_` make a name"),
        );
    } else if headings::is_reserved(text) {
        let message = format!("{text:?} cannot name a system, for field tables use the word");
        section.report(Problem::at(&name.place, message));
    } else if let Some(same) = before.iter().find(same) {
        let message = format!("{text:?} and {:?} differ in case only", same.name.0);
        let hint = "headings of field tables do not tell upper and lower case apart";
        section.report(Problem::at(&name.place, message).hint(hint));
    }
}

/// Reads one system. One with problems is given as well, so that what refers to
/// it can be checked.
fn system(name: &Spot<String>, section: Section<'_>, root: &Path, known: &Known) -> SystemSettings {
    let connector = section.required_text("connector");
    let known_connector = connector.as_ref().and_then(|connector| {
        let found = known
            .connectors
            .iter()
            .find(|known| known.name == connector.value);
        if found.is_none() {
            let names = known.connector_names();
            let problem = names::unknown(&connector.place, "connector", &connector.value, &names);
            section.report(problem);
        }
        found
    });
    let path = section.text("path");
    let url = section.text("url");
    if let Some(url) = &url
        && let Some(message) = secret::refuse_address(&url.value)
    {
        let hint = format!("refer to it: url = \"env:{}_URL\"", variable(&name.value));
        section.report(Problem::at(&url.place, message).hint(hint));
    }
    if let Some(known) = known_connector {
        check_location(&section, known, path.as_ref(), url.as_ref());
    }
    let mut attributes = Vec::new();
    for key in ["default-region", "time-zone"] {
        if let Some(text) = section.text(key) {
            check_attribute(&section, key, &text);
            attributes.push((key.to_owned(), text.value));
        }
    }
    let automations = section.texts("automations").unwrap_or_default();
    let options = options(&section, known_connector);
    let place = section.place.clone();
    section.finish();
    SystemSettings {
        name: name.value.as_str().into(),
        connector: connector.map_or_else(String::new, |connector| connector.value),
        path: path.map(|path| root.join(path.value)),
        url_place: url.as_ref().map(|url| url.place.clone()),
        url: url.map(|url| url.value),
        attributes,
        automations: automations.into_iter().map(|text| text.value).collect(),
        options,
        place,
    }
}

/// The connector's location has to be there, the other key must not.
fn check_location(
    section: &Section<'_>,
    known: &KnownConnector,
    path: Option<&Spot<String>>,
    url: Option<&Spot<String>>,
) {
    let (wanted, there, other, too_much) = match known.location {
        Location::Path => ("path", path, "url", url),
        Location::Url => ("url", url, "path", path),
    };
    if there.is_none() {
        let message = format!(
            "{} is missing, the connector {} needs it",
            section.name(wanted),
            known.name
        );
        section.report(Problem::at(&section.place, message));
    }
    if let Some(too_much) = too_much {
        let message = format!("the connector {} has no {other}", known.name);
        let hint = format!("say where the system is with {wanted}");
        section.report(Problem::at(&too_much.place, message).hint(hint));
    }
}

fn check_attribute(section: &Section<'_>, key: &str, text: &Spot<String>) {
    let is_region = text.value.len() == 2 && text.value.bytes().all(|b| b.is_ascii_uppercase());
    if key == "default-region" && !is_region {
        let message = format!("{:?} is no region", text.value);
        let hint = "two capital letters name a region (ISO 3166-1): DE";
        section.report(Problem::at(&text.place, message).hint(hint));
    }
}

fn options(section: &Section<'_>, known: Option<&KnownConnector>) -> BTreeMap<String, String> {
    let options = section.scalars_below("options");
    if let Some(known) = known {
        let valid: Vec<_> = known.options.iter().map(String::as_str).collect();
        for (name, _) in &options {
            if !valid.contains(&name.value.as_str()) {
                let what = format!("option of the connector {}", known.name);
                section.report(names::unknown(&name.place, &what, &name.value, &valid));
            }
        }
    }
    let options = options.into_iter();
    options.map(|(name, text)| (name.value, text)).collect()
}

/// A system's name as part of an environment variable's.
fn variable(system: &str) -> String {
    system.to_uppercase().replace('-', "_")
}
