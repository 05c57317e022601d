//! Which rules are asked what in an entity.

use std::collections::BTreeMap;

use treaty_folder::{CaseFile, EntitySettings, Matching, TreatyFolder};
use treaty_model::{FieldIndex, Owner};
use treaty_sandbox::Rule;

/// The rules of an entity, by what they are asked.
pub(crate) struct Parts<'f> {
    /// Those that map.
    pub mappers: Vec<&'f str>,
    /// Those that match, each with its thresholds.
    pub matchings: Vec<Matching>,
    /// Those that resolve, each with its fields.
    pub resolvers: BTreeMap<&'f str, Vec<FieldIndex>>,
}

impl<'f> Parts<'f> {
    /// The rules that an entity uses.
    pub(crate) fn used(folder: &'f TreatyFolder, settings: &'f EntitySettings) -> Self {
        Self {
            mappers: vec![&settings.mapper],
            matchings: settings.matching.iter().cloned().collect(),
            resolvers: resolvers(folder, settings),
        }
    }

    /// Each of these rules that has to do with an entity.
    pub(crate) fn of_each(
        folder: &'f TreatyFolder,
        settings: &'f EntitySettings,
        cases: &[&CaseFile],
        rules: &'f BTreeMap<String, Rule>,
    ) -> Self {
        let mut parts = Self {
            mappers: Vec::new(),
            matchings: Vec::new(),
            resolvers: BTreeMap::new(),
        };
        let mut named = resolvers(folder, settings);
        for (name, rule) in rules {
            let (name, kinds) = (name.as_str(), rule.kinds());
            let concerns = concerns(settings, cases, name);
            if kinds.mapper && (concerns || settings.mapper == name) {
                parts.mappers.push(name);
            }
            if kinds.matcher && concerns {
                let of_entity = settings.matching.clone();
                let of_entity = of_entity.filter(|matching| matching.matcher == name);
                let matching = of_entity.unwrap_or_else(|| Matching::with(name));
                parts.matchings.push(matching);
            }
            let fields = match named.remove(name) {
                Some(fields) => fields,
                None if concerns && !is_named(folder, name) => shared(settings),
                None => Vec::new(),
            };
            if kinds.resolver && !fields.is_empty() {
                parts.resolvers.insert(name, fields);
            }
        }
        parts
    }
}

/// Whether a rule that nothing names has to do with an entity, as far as cases
/// tell.
fn concerns(settings: &EntitySettings, cases: &[&CaseFile], name: &str) -> bool {
    let asks = cases.iter().flat_map(|file| &file.cases);
    let mut asks = asks.filter(|case| case.rule == name).peekable();
    asks.peek().is_none() || asks.any(|case| case.entity == settings.entity.name)
}

/// Whether a resolver decides a field of some entity.
fn is_named(folder: &TreatyFolder, name: &str) -> bool {
    let mut entities = folder.entities.iter();
    entities.any(|settings| resolvers(folder, settings).contains_key(name))
}

fn shared(settings: &EntitySettings) -> Vec<FieldIndex> {
    let fields = settings.entity.table.fields();
    let shared = fields.filter(|(_, row)| row.owner == Owner::Shared);
    shared.map(|(field, _)| field).collect()
}

/// The resolvers of an entity, each with the fields that it decides.
pub(super) fn resolvers<'f>(
    folder: &'f TreatyFolder,
    settings: &'f EntitySettings,
) -> BTreeMap<&'f str, Vec<FieldIndex>> {
    let mut resolvers: BTreeMap<&str, Vec<FieldIndex>> = BTreeMap::new();
    for (field, _) in settings.entity.table.fields() {
        if let Some(name) = folder.resolver_of(settings, field) {
            resolvers.entry(name).or_default().push(field);
        }
    }
    resolvers
}
