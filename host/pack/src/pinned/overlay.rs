//! What packs bring along, overlays laid over what they change: from packs to data.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;
use treaty_folder::{
    Component as RuleComponent, Limits, PackCases, PackParts, PackSheet, PackedComponent,
    PackedRule, Problem, Profile,
};

use crate::{Component, Pack, PackProfile};

/// A pack above or below others.
#[derive(Clone, Debug)]
pub struct Layer<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// What stands before its files' names in problems.
    pub label: PathBuf,
}

impl<'a> Layer<'a> {
    /// A pack that is named by its name and version.
    pub fn of(pack: &'a Pack) -> Self {
        let settings = pack.settings();
        let label = format!("{}@{}", settings.name, settings.version).into();
        Self { pack, label }
    }

    /// A pack whose files are named as they are: the one that somebody works on.
    pub fn at_hand(pack: &'a Pack) -> Self {
        let label = PathBuf::new();
        Self { pack, label }
    }
}

/// What packs bring along, each laid over the one before it; nothing where there
/// are none.
///
/// # Errors
/// An overlay that does more than it may.
pub fn effective(layers: &[Layer<'_>]) -> Result<PackParts, Problem> {
    let mut layers = layers.iter().enumerate();
    let lowest = layers.next().map(|(depth, layer)| parts_of(layer, depth));
    let lowest = lowest.unwrap_or_else(|| Ok(PackParts::default()))?;
    layers.try_fold(lowest, |base, (depth, layer)| lay_over(base, layer, depth))
}

/// Lays one pack over what another one brings along.
fn lay_over(base: PackParts, overlay: &Layer<'_>, depth: usize) -> Result<PackParts, Problem> {
    let settings = overlay.pack.settings();
    let below = base.name.clone();
    let refuse = |what: String, hint: String| {
        let message = format!("the pack {} changes {}, and {what}", settings.name, below);
        let file = overlay.label.join("pack.toml");
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
    let over = parts_of(overlay, depth)?;
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
    let inherited = settings.rules.iter();
    for (name, rule) in inherited.filter(|(_, rule)| rule.component == Component::Inherited) {
        let Some(below) = under.rules.get_mut(name) else {
            let known: Vec<_> = under.rules.keys().map(String::as_str).collect();
            let hint = format!(
                "name a component, or a rule that it has: {}",
                known.join(", ")
            );
            return refuse(
                format!("takes the rule {name} from it, which it has not"),
                hint,
            );
        };
        below.configuration = key_by_key(&below.configuration, rule.configuration.clone());
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

/// What a pack brings along, as the treaty's room takes it.
fn parts_of(layer: &Layer<'_>, depth: usize) -> Result<PackParts, Problem> {
    let Layer { pack, label } = layer;
    let settings = pack.settings();
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
    let rules = settings.rules.iter().filter_map(|(name, rule)| {
        let component = match &rule.component {
            Component::Inherited => return None,
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
        Some((name.clone(), rule))
    });
    let mut cases = Vec::new();
    for path in &settings.cases {
        let file = label.join(path.as_str());
        let text = String::from_utf8(bytes(path.as_str())).map_err(|_| {
            Problem::of_file(&file, "is not saved as UTF-8").hint("save it as UTF-8")
        })?;
        cases.push(PackCases { file, text, depth });
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
