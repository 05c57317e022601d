//! Reads `pack.toml`: all its problems at once, each with line and column.

use std::collections::BTreeMap;

use semver::Version;
use serde_json::{Map, Value as Json};
use treaty_folder::{
    Document, Limits, Place, Problem, Problems, Section, Spot, is_name, rule_limits,
};

use crate::PackPath;
use crate::settings::{
    CONTRACTS, Component, Extends, PACK_FILE, PackProfile, PackRule, PackSettings, is_pack_name,
};

/// The longest text of a key that people read.
const TEXT_CHARACTERS_MAX: usize = 500;

/// A `pack.toml` that has been read.
pub(crate) struct Read {
    /// What it says; the cases are not looked for yet.
    pub settings: PackSettings,
    /// Where the cases are: files, folders, or patterns for files.
    pub case_patterns: Vec<Spot<String>>,
    /// Where each file is named, the cases left out.
    pub places: Vec<Spot<PackPath>>,
}

/// Reads `pack.toml`.
///
/// # Errors
/// Every problem of the text.
pub(crate) fn read(text: &str) -> Result<Read, Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = Document::parse(PACK_FILE, text)?;
    let root = document.section();
    let mut places = Vec::new();
    let head = head(&root, &mut places);
    let extends = head
        .as_ref()
        .and_then(|head| head.settings.extends.as_ref());
    let rules = rules(&root, extends, &mut places);
    let tables = tables(&root, &mut places);
    let budget = root.below("budget").map(rule_limits).unwrap_or_default();
    if rules.is_empty() && tables.is_empty() {
        let message = "the pack has neither a rule nor a field table";
        let hint =
            "name one: [tables] contact = \"contact.csv\", or [rules.<name>] component = \"…\"";
        root.report(Problem::at(&root.place, message).hint(hint));
    }
    root.finish();
    let mut problems = Problems(document.take_problems());
    problems.sort();
    match head {
        Some(head) if problems.0.is_empty() => Ok(Read {
            settings: PackSettings {
                rules,
                tables,
                budget,
                ..head.settings
            },
            case_patterns: head.case_patterns,
            places,
        }),
        _ => Err(problems),
    }
}

struct Head {
    settings: PackSettings,
    case_patterns: Vec<Spot<String>>,
}

/// Reads `[pack]`; none where something is missing that has been reported.
fn head(root: &Section<'_>, places: &mut Vec<Spot<PackPath>>) -> Option<Head> {
    let Some(section) = root.below("pack") else {
        let message = "the section [pack] is missing";
        let hint = "it says what the pack is: name, version, contract, licence, description";
        root.report(Problem::at(&root.place, message).hint(hint));
        return None;
    };
    let name = checked(&section, "name", |text| {
        let wanted = "small letters, digits and single hyphens";
        is_pack_name(text).then(|| text.to_owned()).ok_or(wanted)
    });
    let version = checked(&section, "version", version);
    let contract = checked(&section, "contract", |text| {
        let is_known = CONTRACTS.contains(&text);
        is_known.then(|| text.to_owned()).ok_or(CONTRACTS[0])
    });
    let licence = checked(&section, "licence", line);
    let description = checked(&section, "description", line);
    let extends = section
        .has("extends")
        .then(|| checked(&section, "extends", str::parse::<Extends>))
        .flatten();
    if let (Some(name), Some(extends)) = (&name, &extends)
        && *name == extends.name
    {
        section.report(Problem::at(&section.place, "the pack extends itself"));
    }
    let case_patterns = section.texts("cases").unwrap_or_default();
    let documents = section.texts("documents").unwrap_or_default();
    let documents: Vec<_> = documents
        .into_iter()
        .filter_map(|text| path(&section, text, places))
        .collect();
    section.finish();
    let settings = PackSettings {
        name: name?,
        version: version?,
        contract: contract?,
        licence: licence?,
        description: description?,
        extends,
        rules: BTreeMap::new(),
        tables: BTreeMap::new(),
        cases: Vec::new(),
        documents,
        budget: Limits::default(),
    };
    Some(Head {
        settings,
        case_patterns,
    })
}

/// A text that has to be there and to be something; what it wants is said
/// otherwise.
fn checked<T>(
    section: &Section<'_>,
    key: &'static str,
    read: impl Fn(&str) -> Result<T, &'static str>,
) -> Option<T> {
    let text = section.required_text(key)?;
    let found = read(&text.value);
    if let Err(wanted) = &found {
        let message = format!("{:?} is no {key} of a pack", text.value);
        section.report(Problem::at(&text.place, message).hint(format!("it wants {wanted}")));
    }
    found.ok()
}

fn version(text: &str) -> Result<Version, &'static str> {
    let wanted = "a semantic version without build metadata, as in 1.2.3";
    let version = Version::parse(text).map_err(|_| wanted)?;
    // A tag in a registry cannot hold the sign that it begins with.
    let is_plain = version.build.is_empty() && text.len() <= 64;
    is_plain.then_some(version).ok_or(wanted)
}

fn line(text: &str) -> Result<String, &'static str> {
    let fits = text.chars().count() <= TEXT_CHARACTERS_MAX && !text.contains(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or("one line of at most 500 characters")
}

/// Reads a name of a file.
fn path(
    section: &Section<'_>,
    text: Spot<String>,
    places: &mut Vec<Spot<PackPath>>,
) -> Option<PackPath> {
    match text.value.parse::<PackPath>() {
        Ok(value) => {
            let place = text.place;
            places.push(Spot {
                value: value.clone(),
                place,
            });
            Some(value)
        }
        Err(problem) => {
            section.report(outside(&text.place, problem.to_string()));
            None
        }
    }
}

pub(crate) fn outside(place: &Place, message: String) -> Problem {
    Problem::at(place, message).hint("a file is named by its path below the folder of the pack")
}

/// Reads `[rules.<name>]`.
fn rules(
    root: &Section<'_>,
    extends: Option<&Extends>,
    places: &mut Vec<Spot<PackPath>>,
) -> BTreeMap<String, PackRule> {
    let mut rules = BTreeMap::new();
    for (name, section) in root.each_below("rules") {
        check_name(&section, &name, "a rule");
        let component = match extends {
            Some(_) if !section.has("component") => Some(Component::Inherited),
            _ => {
                let component = section.required_text("component");
                component.and_then(|text| component_of(&section, text, places))
            }
        };
        let profiles = [
            ("contract", PackProfile::Contract),
            ("inert-wasi", PackProfile::InertWasi),
        ];
        let profile = section.choice("profile", &profiles).unwrap_or_default();
        let configuration = section.json_below("configuration");
        let configuration = configuration.unwrap_or_else(|| Json::Object(Map::new()));
        section.finish();
        if let Some(component) = component {
            let rule = PackRule {
                component,
                profile,
                configuration: in_order(configuration),
            };
            rules.insert(name.value, rule);
        }
    }
    rules
}

fn component_of(
    section: &Section<'_>,
    text: Spot<String>,
    places: &mut Vec<Spot<PackPath>>,
) -> Option<Component> {
    let Some(shipped) = text.value.strip_prefix("shipped:") else {
        return path(section, text, places).map(Component::File);
    };
    if is_name(shipped) {
        return Some(Component::Shipped(shipped.to_owned()));
    }
    let message = format!("{:?} names no rule", text.value);
    section.report(Problem::at(&text.place, message).hint("as in shipped:match-people"));
    None
}

/// Reads `[tables]`.
fn tables(root: &Section<'_>, places: &mut Vec<Spot<PackPath>>) -> BTreeMap<String, PackPath> {
    let mut tables = BTreeMap::new();
    for (entity, file) in root.scalars_below("tables") {
        check_name(root, &entity, "an entity");
        let place = entity.place;
        let file = Spot { value: file, place };
        if let Some(file) = path(root, file, places) {
            tables.insert(entity.value, file);
        }
    }
    tables
}

fn check_name(section: &Section<'_>, name: &Spot<String>, what: &str) {
    if !is_name(&name.value) {
        let message = format!("{:?} cannot name {what}", name.value);
        let hint = "letters, digits, `-` and `_` make a name";
        section.report(Problem::at(&name.place, message).hint(hint));
    }
}

/// The same with the keys of every object in order, so that it is written the
/// same however it was kept in between.
fn in_order(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let sorted: BTreeMap<_, _> = map.into_iter().collect();
            let sorted = sorted.into_iter();
            Json::Object(sorted.map(|(key, value)| (key, in_order(value))).collect())
        }
        Json::Array(items) => items.into_iter().map(in_order).collect(),
        scalar => scalar,
    }
}
