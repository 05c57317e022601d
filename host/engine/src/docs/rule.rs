//! The rules of a treaty: what they say of themselves, and where they are used.

use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use treaty_folder::{Component, Profile, RuleSettings, TreatyFolder};
use treaty_model::{Digest, EntityName, FieldIndex};
use treaty_sandbox::Rule;

use super::digest::{of_file, relative};
use crate::EngineError;
use crate::opening::Opening;
use crate::rules::Rules;

/// One rule.
#[derive(Clone, Debug, Serialize)]
pub struct RuleDocs {
    /// The name that the treaty uses.
    pub name: String,
    /// Where its component is: a file, or `shipped:` and a name.
    pub component: String,
    /// The digest of the component.
    pub digest: Digest,
    /// What the component may import: `contract`, `inert-wasi`.
    pub profile: &'static str,
    /// Its own configuration.
    pub configuration: Json,
    /// What the component says of itself, or why it cannot be used.
    #[serde(serialize_with = "said_or_error")]
    pub said: Result<RuleSaid, String>,
    /// Where it is used.
    pub uses: Vec<RuleUse>,
    /// What is asked the same beside it, and decides nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<ShadowDocs>,
}

/// What is asked the same as a rule, and decides nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShadowDocs {
    /// Where its component is: a file, or `shipped:` and a name.
    pub component: String,
    /// The digest of the component.
    pub digest: Digest,
    /// Its own configuration.
    pub configuration: Json,
}

/// What a component says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleSaid {
    /// Its own name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is for.
    pub summary: String,
    /// What it can decide.
    pub kinds: Vec<RuleKind>,
    /// The interfaces that it imports.
    pub imports: Vec<String>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// Reads and writes records.
    Mapper,
    /// Says which records are the same.
    Matcher,
    /// Decides conflicts.
    Resolver,
}

/// One use of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleUse {
    /// The entity.
    pub entity: EntityName,
    /// As what.
    pub kind: RuleKind,
    /// A resolver: the fields that it decides.
    pub fields: Vec<String>,
}

fn said_or_error<S: Serializer>(
    said: &Result<RuleSaid, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match said {
        Ok(said) => said.serialize(serializer),
        Err(message) => serde_json::json!({ "error": message }).serialize(serializer),
    }
}

/// All rules, in the order of the treaty. One that cannot be loaded is told as
/// such.
pub(super) fn rules(
    folder: &TreatyFolder,
    opening: &Opening,
) -> Result<Vec<RuleDocs>, EngineError> {
    let loaded = Rules::load_each(folder, opening)?;
    let rules = folder.rules.iter().zip(loaded);
    rules
        .map(|(settings, loaded)| rule(folder, opening, settings, loaded))
        .collect()
}

fn rule(
    folder: &TreatyFolder,
    opening: &Opening,
    settings: &RuleSettings,
    loaded: Result<Rule, EngineError>,
) -> Result<RuleDocs, EngineError> {
    let (component, digest) = place(folder, opening, settings)?;
    let shadow = settings.shadow.as_deref().map(|shadow| {
        let (component, digest) = place(folder, opening, shadow)?;
        Ok::<_, EngineError>(ShadowDocs {
            component,
            digest,
            configuration: shadow.configuration.clone(),
        })
    });
    Ok(RuleDocs {
        name: settings.name.clone(),
        component,
        digest,
        profile: match settings.profile {
            Profile::Contract => "contract",
            Profile::InertWasi => "inert-wasi",
        },
        configuration: settings.configuration.clone(),
        said: said(loaded),
        uses: uses(folder, &settings.name),
        shadow: shadow.transpose()?,
    })
}

/// Where a component is, and its digest.
fn place(
    folder: &TreatyFolder,
    opening: &Opening,
    settings: &RuleSettings,
) -> Result<(String, Digest), EngineError> {
    Ok(match &settings.component {
        Component::Shipped(name) => {
            let shipped = opening.shipped.iter().find(|rule| rule.name == name);
            let bytes = shipped.map(|rule| rule.component).unwrap_or_default();
            (format!("shipped:{name}"), Digest::of(bytes))
        }
        Component::Packed(packed) => (packed.name.clone(), Digest::of(&packed.bytes)),
        Component::File(path) => {
            let name = relative(folder, path);
            let digest = of_file(path, &name)?;
            (name, digest)
        }
    })
}

fn said(loaded: Result<Rule, EngineError>) -> Result<RuleSaid, String> {
    let rule = loaded.map_err(|error| match error {
        EngineError::Rule { message, .. } => message,
        error => error.to_string(),
    })?;
    let said = rule.describe().map_err(|fault| fault.to_string())?;
    let kinds = rule.kinds();
    let kinds = [
        (kinds.mapper, RuleKind::Mapper),
        (kinds.matcher, RuleKind::Matcher),
        (kinds.resolver, RuleKind::Resolver),
    ];
    let kinds = kinds.into_iter().filter(|(can, _)| *can);
    Ok(RuleSaid {
        name: said.name,
        version: said.version,
        summary: said.summary,
        kinds: kinds.map(|(_, kind)| kind).collect(),
        imports: rule.imports(),
    })
}

/// Where a rule is used, by entity.
fn uses(folder: &TreatyFolder, rule: &str) -> Vec<RuleUse> {
    let mut uses = Vec::new();
    for settings in &folder.entities {
        let mut used = |kind: RuleKind, fields: Vec<String>| {
            uses.push(RuleUse {
                entity: settings.entity.name.clone(),
                kind,
                fields,
            });
        };
        if settings.mapper == rule {
            used(RuleKind::Mapper, Vec::new());
        }
        if settings
            .matching
            .as_ref()
            .is_some_and(|matching| matching.matcher == rule)
        {
            used(RuleKind::Matcher, Vec::new());
        }
        let fields = settings.entity.table.fields();
        let decided = fields.filter(|(field, _)| decides(folder, settings, *field, rule));
        let fields: Vec<_> = decided.map(|(_, row)| row.name.clone()).collect();
        if !fields.is_empty() || settings.resolver == rule {
            used(RuleKind::Resolver, fields);
        }
    }
    uses
}

fn decides(
    folder: &TreatyFolder,
    settings: &treaty_folder::EntitySettings,
    field: FieldIndex,
    rule: &str,
) -> bool {
    folder.resolver_of(settings, field) == Some(rule)
}
