//! What a treaty says of its systems.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_folder::{SystemSettings, TreatyFolder};
use treaty_model::{EntityName, SystemName};
use treaty_systems::{Capabilities, connector_kinds};

use super::address::{Shown, shown};
use super::digest::relative;
use super::look::Looked;
use crate::report::Failure;

/// One system.
#[derive(Clone, Debug, Serialize)]
pub struct SystemDocs {
    /// Its name.
    pub name: SystemName,
    /// What reaches it.
    pub connector: String,
    /// What the connector reads and writes, in a few words.
    pub about: String,
    /// Where it is: a path, a reference, or an address without anything secret.
    pub place: String,
    /// What rules are told about it.
    pub attributes: BTreeMap<String, String>,
    /// Patterns for the actors that are automations.
    pub automations: Vec<String>,
    /// The connector's options, as far as the treaty sets them.
    pub options: BTreeMap<String, String>,
    /// The entities that it takes part in.
    pub entities: Vec<EntityName>,
    /// What it can do; none: it could not be asked.
    pub capabilities: Option<Capabilities>,
    /// Why it could not be used.
    pub failure: Option<Failure>,
}

/// All systems, in the order of the treaty.
pub(super) fn systems(folder: &TreatyFolder, looked: &Looked) -> Vec<SystemDocs> {
    let systems = folder.systems.iter();
    systems
        .map(|settings| system(folder, looked, settings))
        .collect()
}

fn system(folder: &TreatyFolder, looked: &Looked, settings: &SystemSettings) -> SystemDocs {
    let mut kinds = connector_kinds().iter();
    let kind = kinds.find(|kind| kind.name == settings.connector);
    let said = looked.systems.get(&settings.name);
    let entities = folder.entities.iter().map(|entity| &entity.entity);
    let takes_part = entities.filter(|entity| entity.system(settings.name.as_str()).is_ok());
    SystemDocs {
        name: settings.name.clone(),
        connector: settings.connector.clone(),
        about: kind.map(|kind| kind.about.to_owned()).unwrap_or_default(),
        place: place(folder, settings),
        attributes: settings.attributes.iter().cloned().collect(),
        automations: settings.automations.clone(),
        options: settings.options.clone(),
        entities: takes_part.map(|entity| entity.name.clone()).collect(),
        capabilities: said.and_then(|said| said.as_ref().ok()).cloned(),
        failure: said.and_then(|said| said.as_ref().err()).cloned(),
    }
}

fn place(folder: &TreatyFolder, settings: &SystemSettings) -> String {
    match (&settings.path, &settings.url) {
        (Some(path), _) => relative(folder, path),
        (None, Some(url)) => shown(url, Shown::Path),
        (None, None) => String::new(),
    }
}
