//! What is other in a pack than in another one: a function of what the two say.
//!
//! What a component can do, only a sandbox can tell; here it is another one or the
//! same.

mod cases;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use crate::settings::{Component, PackRule};
use crate::{FileKind, Pack, PackSettings};

pub use cases::CaseChange;
pub use tables::{CellChange, TableChange, TableRow};

/// What is other in a pack than in an older one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PackDiff {
    /// What the packs say of themselves: name, version, contract, licence,
    /// description, extends.
    pub said: Vec<KeyChange>,
    /// Tables that are not the same, by entity.
    pub tables: BTreeMap<String, TableChange>,
    /// Rules that are not the same, by name.
    pub rules: BTreeMap<String, RuleChange>,
    /// Keys of the budget; none: the sandbox's default.
    pub budget: Vec<KeyChange>,
    /// Cases that are not the same.
    pub cases: Vec<CaseChange>,
    /// Documents that are not the same, by name.
    pub documents: BTreeMap<String, Change>,
}

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was not there.
    Added,
    /// It is there no more.
    Removed,
    /// It is another.
    Changed,
}

/// A key that says something else.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyChange {
    /// The key, with those above it: `prefer.systems`.
    pub key: String,
    /// What it said; none: it was not there.
    pub was: Option<Json>,
    /// What it says; none: it is there no more.
    pub is: Option<Json>,
}

/// What is other in a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleChange {
    /// What became of it.
    pub change: Change,
    /// Whether its component is another: another file's bytes, or another rule that
    /// ships.
    pub component: Option<Change>,
    /// The keys of its settings but the component: `profile`, and below
    /// `configuration`.
    pub settings: Vec<KeyChange>,
}

impl RuleChange {
    fn is_empty(&self) -> bool {
        self.change == Change::Changed && self.component.is_none() && self.settings.is_empty()
    }
}

/// Compares a pack with an older one; or with the one that it changes, and then what
/// it says nothing of stays as it was.
pub fn diff(old: &Pack, new: &Pack) -> PackDiff {
    let (before, now) = (old.settings(), new.settings());
    let mut diff = PackDiff {
        said: keys(&said(before), &said(now)),
        tables: tables::changes(old, new),
        rules: rules(old, new),
        budget: keys(&budget(before), &budget(now)),
        cases: cases::changes(old, new),
        documents: documents(old, new),
    };
    let mut extends = now.extends.iter();
    if extends.any(|extends| extends.name == before.name) {
        diff.leave_standing();
    }
    diff
}

impl PackDiff {
    /// Takes out what an overlay does not mention: it stands.
    fn leave_standing(&mut self) {
        let stays = |change: Change| change == Change::Removed;
        self.budget.clear();
        self.tables.retain(|_, table| !stays(table.change));
        for table in self.tables.values_mut() {
            table.removed.clear();
        }
        self.tables.retain(|_, table| !table.is_empty());
        self.rules.retain(|_, rule| !stays(rule.change));
        for rule in self.rules.values_mut() {
            rule.settings.retain(|key| key.is.is_some());
        }
        self.rules.retain(|_, rule| !rule.is_empty());
        self.cases.retain(|case| !stays(case.change));
        self.documents.retain(|_, change| !stays(*change));
    }

    /// Whether both are the same but for comments, order and spaces.
    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
            && self.tables.is_empty()
            && self.rules.is_empty()
            && self.budget.is_empty()
            && self.cases.is_empty()
            && self.documents.is_empty()
    }
}

/// What a pack says of itself.
fn said(settings: &PackSettings) -> Json {
    let extends = settings.extends.as_ref().map(ToString::to_string);
    serde_json::json!({
        "name": settings.name,
        "version": settings.version.to_string(),
        "contract": settings.contract,
        "licence": settings.licence,
        "description": settings.description,
        "extends": extends,
    })
}

fn budget(settings: &PackSettings) -> Json {
    let all = serde_json::to_value(settings).unwrap_or_default();
    all.get("budget").cloned().unwrap_or_default()
}

/// The keys in which two objects differ. Objects below are compared key by key,
/// everything else as a whole; null is as good as not there.
fn keys(old: &Json, new: &Json) -> Vec<KeyChange> {
    let (mut before, mut now) = (BTreeMap::new(), BTreeMap::new());
    leaves(String::new(), old, &mut before);
    leaves(String::new(), new, &mut now);
    let all: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let differing = all
        .into_iter()
        .filter(|key| before.get(*key) != now.get(*key));
    differing
        .map(|key| KeyChange {
            key: key.clone(),
            was: before.get(key).map(|value| (*value).clone()),
            is: now.get(key).map(|value| (*value).clone()),
        })
        .collect()
}

fn leaves<'j>(path: String, value: &'j Json, found: &mut BTreeMap<String, &'j Json>) {
    match value {
        Json::Null => {}
        Json::Object(entries) if !entries.is_empty() || path.is_empty() => {
            for (key, value) in entries {
                let below = match path.as_str() {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                leaves(below, value, found);
            }
        }
        value => {
            found.insert(path, value);
        }
    }
}

/// What became of each thing that has a name.
fn by_name<'n, T: PartialEq>(
    old: impl Iterator<Item = (&'n str, T)>,
    new: impl Iterator<Item = (&'n str, T)>,
) -> BTreeMap<String, Change> {
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) = (old.collect(), new.collect());
    let names: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    let changes = names.into_iter().filter_map(|name| {
        let change = match (old.get(name), new.get(name)) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            (was, is) if was != is => Change::Changed,
            _ => return None,
        };
        Some((name.to_owned(), change))
    });
    changes.collect()
}

fn documents(old: &Pack, new: &Pack) -> BTreeMap<String, Change> {
    fn documents(pack: &Pack) -> impl Iterator<Item = (&str, &[u8])> {
        let files = pack.files_of(FileKind::Document);
        files.map(|file| (file.path.as_str(), file.bytes.as_slice()))
    }
    by_name(documents(old), documents(new))
}

fn rules(old: &Pack, new: &Pack) -> BTreeMap<String, RuleChange> {
    let (before, now) = (&old.settings().rules, &new.settings().rules);
    let names: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let changes = names.into_iter().filter_map(|name| {
        let (was, is) = (before.get(name), now.get(name));
        let component = match (was, is) {
            (Some(was), Some(is)) => {
                let stays = is.component == Component::Inherited;
                let differs = !stays && component(old, was) != component(new, is);
                differs.then_some(Change::Changed)
            }
            _ => None,
        };
        let settings = keys(&settings(was), &settings(is));
        let change = match (was, is) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ if component.is_some() || !settings.is_empty() => Change::Changed,
            _ => return None,
        };
        let changed = RuleChange {
            change,
            component,
            settings,
        };
        Some((name.clone(), changed))
    });
    changes.collect()
}

/// What tells a component from others: its bytes, or the name under which it ships.
fn component<'p>(pack: &'p Pack, rule: &'p PackRule) -> Result<&'p [u8], &'p str> {
    match &rule.component {
        Component::Shipped(name) => Err(name),
        Component::Inherited => Err(""),
        Component::File(path) => {
            let file = pack.file(path.as_str());
            Ok(file.map_or(&[][..], |file| &file.bytes))
        }
    }
}

fn settings(rule: Option<&PackRule>) -> Json {
    let mut settings = serde_json::to_value(rule).unwrap_or_default();
    if let Some(settings) = settings.as_object_mut() {
        settings.remove("component");
        // A rule without settings of its own has an empty object there.
        settings.retain(|_, value| value.as_object().is_none_or(|keys| !keys.is_empty()));
    }
    settings
}

#[cfg(test)]
mod tests;
