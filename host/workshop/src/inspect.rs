//! What a component is and wants, and what is new in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use treaty_model::{Digest, Setup, SetupSystem};
use treaty_sandbox::{CONTRACT_VERSION, Cost, Fault, Limits, Profile};

use crate::Loaded;

/// What a component is and wants.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is for.
    pub summary: String,
    /// What it decides: `mapper`, `matcher`, `resolver`.
    pub kinds: Vec<&'static str>,
    /// The contract's version that it is built against.
    pub contract: &'static str,
    /// The interfaces that it imports; `types` holds no function.
    pub imports: Vec<String>,
    /// The profile that it needs in a treaty.
    pub profile: &'static str,
    /// The JSON Schema of its configuration.
    pub configuration_schema: serde_json::Value,
    /// What else it says of itself, by name.
    pub attributes: BTreeMap<String, String>,
    /// The size of the component, in bytes.
    pub size_bytes: u64,
    /// Its digest.
    pub digest: Digest,
    /// The fuel of a batch without elements; why it cannot be told, where the
    /// component fails on one.
    pub empty_batch_fuel: Result<u64, String>,
    /// What it needs over the ordinary limits.
    pub needs: Vec<Need>,
}

/// A limit that has to be raised for a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The key: of `[limits]` in `treaty.toml`, of `[budget]` in `pack.toml`.
    pub key: &'static str,
    /// The least that it needs, for a batch without elements.
    pub at_least: u64,
    /// What it has where nothing is said.
    pub ordinary: u64,
}

/// What is new in a component since an older version of it; what went from one
/// thing to another is a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct News {
    /// The versions.
    pub version: (String, String),
    /// Imports that it did not have.
    pub imports_added: Vec<String>,
    /// Imports that it no longer has.
    pub imports_removed: Vec<String>,
    /// Kinds that it did not decide.
    pub kinds_added: Vec<&'static str>,
    /// Kinds that it no longer decides.
    pub kinds_removed: Vec<&'static str>,
    /// Keys of the configuration that it did not know.
    pub keys_added: Vec<String>,
    /// Keys that it no longer knows.
    pub keys_removed: Vec<String>,
    /// The sizes, in bytes.
    pub size_bytes: (u64, u64),
    /// The fuel of an empty batch, where both can be told.
    pub empty_batch_fuel: Option<(u64, u64)>,
}

/// Looks at a component: asks it to describe itself, and what an empty batch
/// costs.
pub fn inspect(loaded: &Loaded) -> Result<Inspection, Fault> {
    let rule = &loaded.rule;
    let said = rule.describe()?;
    // `describe` has seen to it that it is an object.
    let configuration_schema = serde_json::from_str(&said.configuration_schema).unwrap_or_default();
    let nothing = Setup {
        systems: vec![SetupSystem {
            name: "system".to_owned(),
            fields: Vec::new(),
            attributes: Vec::new(),
        }],
        configuration: "{}".to_owned(),
        ..Setup::default()
    };
    let cost = rule.cost_of_nothing(&nothing);
    let kinds = rule.kinds();
    let kinds = [
        (kinds.mapper, "mapper"),
        (kinds.matcher, "matcher"),
        (kinds.resolver, "resolver"),
    ];
    let kinds = kinds.into_iter().filter(|(has, _)| *has);
    Ok(Inspection {
        name: said.name,
        version: said.version,
        summary: said.summary,
        kinds: kinds.map(|(_, name)| name).collect(),
        contract: CONTRACT_VERSION,
        imports: rule.imports(),
        profile: match loaded.profile {
            Profile::Contract => "contract",
            Profile::InertWasi => "inert-wasi",
        },
        configuration_schema,
        attributes: said.attributes.into_iter().collect(),
        size_bytes: loaded.size_bytes,
        digest: rule.digest(),
        needs: needs(loaded.size_bytes, cost.as_ref().ok()),
        empty_batch_fuel: cost
            .map(|cost| cost.fuel)
            .map_err(|fault| fault.to_string()),
    })
}

/// What a component needs over the limits that hold where nothing is said.
fn needs(size_bytes: u64, cost: Option<&Cost>) -> Vec<Need> {
    const MIB: u64 = 1 << 20;
    let ordinary = Limits::default();
    let mut all = vec![(
        "component-mib",
        size_bytes.div_ceil(MIB),
        ordinary.component_bytes as u64 / MIB,
    )];
    if let Some(cost) = cost {
        all.extend([
            (
                "memory-mib",
                cost.memory_bytes.div_ceil(MIB),
                ordinary.memory_bytes as u64 / MIB,
            ),
            (
                "table-elements",
                cost.table_elements,
                ordinary.table_elements as u64,
            ),
            (
                "instances",
                cost.instances.into(),
                ordinary.instances.into(),
            ),
            ("fuel-base", cost.fuel, ordinary.fuel_base),
        ]);
    }
    let over = all.into_iter().filter(|(_, needed, most)| needed > most);
    over.map(|(key, at_least, ordinary)| Need {
        key,
        at_least,
        ordinary,
    })
    .collect()
}

/// What is new in a component since an older one.
pub fn news(now: &Inspection, before: &Inspection) -> News {
    let (keys_now, keys_before) = (now.keys(), before.keys());
    let fuel = (&before.empty_batch_fuel, &now.empty_batch_fuel);
    News {
        version: (before.version.clone(), now.version.clone()),
        imports_added: only_in(&now.imports, &before.imports),
        imports_removed: only_in(&before.imports, &now.imports),
        kinds_added: only_in(&now.kinds, &before.kinds),
        kinds_removed: only_in(&before.kinds, &now.kinds),
        keys_added: only_in(&keys_now, &keys_before),
        keys_removed: only_in(&keys_before, &keys_now),
        size_bytes: (before.size_bytes, now.size_bytes),
        empty_batch_fuel: match fuel {
            (Ok(before), Ok(now)) => Some((*before, *now)),
            _ => None,
        },
    }
}

fn only_in<T: Clone + Ord>(these: &[T], others: &[T]) -> Vec<T> {
    let others: BTreeSet<_> = others.iter().collect();
    let only = these.iter().filter(|item| !others.contains(item));
    only.cloned().collect()
}

impl Inspection {
    /// The keys of the configuration that the schema names.
    pub fn keys(&self) -> Vec<String> {
        let properties = self.configuration_schema.get("properties");
        let properties = properties.and_then(serde_json::Value::as_object);
        properties.map_or_else(Vec::new, |keys| keys.keys().cloned().collect())
    }
}
