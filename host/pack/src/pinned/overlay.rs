//! What packs bring along, overlays laid over what they change: from packs to data.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;
use treaty_folder::{
    Component as RuleComponent, Limits, PackParts, PackSheet, PackedComponent, PackedRule, Problem,
    Profile,
};

use crate::{Component, Pack, PackProfile};

/// What a pack brings along, and the packs that it changes below it: the lowest
/// first.
///
/// # Errors
/// An overlay that does more than it may.
pub(super) fn effective(chain: &[Pack]) -> Result<PackParts, Problem> {
    let mut packs = chain.iter();
    let lowest = packs.next().expect("a chain ends in a pack");
    packs.try_fold(parts_of(lowest)?, lay_over)
}

/// Lays one pack over what another one brings along.
fn lay_over(base: PackParts, overlay: &Pack) -> Result<PackParts, Problem> {
    let settings = overlay.settings();
    let refuse = |what: String, hint: String| {
        let message = format!(
            "the pack {} changes {}, and {what}",
            settings.name, base.name
        );
        let file = label(overlay).join("pack.toml");
        Err(Problem::of_file(file, message).hint(hint))
    };
    let strange = settings.tables.keys();
    if let Some(entity) = { strange }.find(|entity| !base.sheets.contains_key(*entity)) {
        let known: Vec<_> = base.sheets.keys().map(String::as_str).collect();
        let hint = format!("{} has tables of: {}", base.name, known.join(", "));
        return refuse(
            format!("has a table of {entity}, which {} has not", base.name),
            hint,
        );
    }
    if settings.budget != Limits::default() {
        let hint = "take out [budget]: that of the base holds".to_owned();
        return refuse("has a budget of its own".to_owned(), hint);
    }
    let over = parts_of(overlay)?;
    let mut under = base;
    for (entity, sheets) in over.sheets {
        under.sheets.entry(entity).or_default().extend(sheets);
    }
    let limits = under.rules.values().map(|rule| rule.limits.clone()).next();
    for (name, mut rule) in over.rules {
        rule.limits = limits.clone().unwrap_or_default();
        if let Some(below) = under.rules.get(&name) {
            rule.configuration = key_by_key(&below.configuration, rule.configuration);
        }
        under.rules.insert(name, rule);
    }
    under.cases.extend(over.cases);
    under.name = over.name;
    under.version = over.version;
    under.digests.splice(0..0, over.digests);
    Ok(under)
}

/// A configuration with the keys of another one in the place of its own.
fn key_by_key(below: &Json, over: Json) -> Json {
    match (below.clone(), over) {
        (Json::Object(mut kept), Json::Object(given)) => {
            kept.extend(given);
            Json::Object(kept)
        }
        (_, over) => over,
    }
}

/// What a pack is called in problems: its name and version.
fn label(pack: &Pack) -> PathBuf {
    let settings = pack.settings();
    PathBuf::from(format!("{}@{}", settings.name, settings.version))
}

/// What a pack brings along, as the treaty's room takes it.
fn parts_of(pack: &Pack) -> Result<PackParts, Problem> {
    let settings = pack.settings();
    let label = label(pack);
    let bytes = |path: &str| {
        pack.file(path)
            .map(|file| file.bytes.clone())
            .unwrap_or_default()
    };
    let sheets = settings.tables.iter().map(|(entity, path)| {
        let sheet = PackSheet {
            file: label.join(path.as_str()),
            bytes: bytes(path.as_str()),
        };
        (entity.clone(), vec![sheet])
    });
    let rules = settings.rules.iter().map(|(name, rule)| {
        let component = match &rule.component {
            Component::Shipped(shipped) => RuleComponent::Shipped(shipped.clone()),
            Component::File(path) => RuleComponent::Packed(PackedComponent {
                name: label.join(path.as_str()).display().to_string(),
                bytes: Arc::from(bytes(path.as_str())),
            }),
        };
        let profile = match rule.profile {
            PackProfile::Contract => Profile::Contract,
            PackProfile::InertWasi => Profile::InertWasi,
        };
        let rule = PackedRule {
            component,
            profile,
            configuration: rule.configuration.clone(),
            limits: settings.budget.clone(),
        };
        (name.clone(), rule)
    });
    let mut cases = Vec::new();
    for path in &settings.cases {
        let shown = label.join(path.as_str());
        let text = String::from_utf8(bytes(path.as_str()))
            .map_err(|_| Problem::of_file(&shown, "is not UTF-8"))?;
        cases.push((shown, text));
    }
    Ok(PackParts {
        name: settings.name.clone(),
        version: settings.version.to_string(),
        digests: vec![pack.digest()],
        sheets: sheets.collect(),
        rules: rules.collect(),
        cases,
    })
}
