//! What `treaty.toml` says, as types; each part is read by a file of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value as Json;
use treaty_model::{ActorKind, Entity, EntityName, FieldIndex, RemoteId, SystemName};

use crate::document::Spot;
use crate::{PackedComponent, Place, glob};

pub use alerts::{Alerts, Mail, MailCredentials, Webhook};
pub use treaty_model::{Profile, RuleLimits as Limits};

pub(crate) mod alerts;
pub(crate) mod entities;
pub(crate) mod guards;
pub(crate) mod packs;
pub(crate) mod parts;
pub(crate) mod paths;
pub(crate) mod questions;
pub(crate) mod rules;
pub(crate) mod systems;
pub(crate) mod upkeep;

/// One system: `[systems.<name>]`.
#[derive(Clone, Debug)]
pub struct SystemSettings {
    /// Its name.
    pub name: SystemName,
    /// The connector that reaches it.
    pub connector: String,
    /// Where it is, for connectors that want a path; joined to the treaty
    /// folder.
    pub path: Option<PathBuf>,
    /// Where it is, for connectors that want an address: a reference that
    /// [`crate::TreatyFolder::url`] resolves, or an address without a password.
    pub url: Option<String>,
    /// What rules are told about it: `default-region`, `time-zone`.
    pub attributes: Vec<(String, String)>,
    /// Patterns for the actors that are automations.
    pub automations: Vec<String>,
    /// The connector's own options.
    pub options: BTreeMap<String, String>,
    pub(crate) place: Place,
    pub(crate) url_place: Option<Place>,
}

/// One entity: `[entities.<name>]` and its field table.
#[derive(Clone, Debug)]
pub struct EntitySettings {
    /// Its systems, in the order of `[systems]`, and its field table.
    pub entity: Entity,
    /// What each system's connector is told, in the order of the entity's
    /// systems.
    pub sources: Vec<SourceSettings>,
    /// The rule that maps its records.
    pub mapper: String,
    /// The rule for shared fields whose `rule` cell names none.
    pub resolver: String,
    /// How its records are matched; none: only by cross-reference.
    pub matching: Option<Matching>,
    /// A file with remote ids that belong together, joined to the treaty
    /// folder.
    pub cross_reference: Option<PathBuf>,
    /// Where the rows of its field table come from.
    pub tables: Vec<Spot<TableSource>>,
    /// Fields that several of these claim, and the pack or file that counts.
    pub fields_from: Vec<(Spot<String>, String)>,
    /// The file of the field table, relative to the treaty folder; with several,
    /// the first.
    pub table_path: PathBuf,
    /// The file of each row of the field table.
    pub table_files: Vec<PathBuf>,
    /// The line of each row of the field table in its file.
    pub table_lines: Vec<u64>,
    pub(crate) places: EntityPlaces,
}

/// Where things stand that later checks may complain about.
#[derive(Clone, Debug)]
pub(crate) struct EntityPlaces {
    /// By key of the section.
    pub keys: BTreeMap<&'static str, Place>,
    /// By key of each system's section; the empty key is the section itself.
    pub parts: Vec<BTreeMap<&'static str, Place>>,
    /// By row of the field table, then by heading.
    pub cells: Vec<BTreeMap<String, Place>>,
}

/// What a connector is told about the source of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSettings {
    /// The system.
    pub system: SystemName,
    /// The file, table or object type.
    pub name: String,
    /// The own fields of the remote id; empty: the connector's default.
    pub key: Vec<String>,
    /// The own field that says when a record was last changed.
    pub updated: Option<String>,
    /// The own field that says who changed a record last.
    pub actor: Option<String>,
    /// The own field that marks a record as archived.
    pub archived: Option<String>,
    /// Records that have to stay visible.
    pub canaries: Vec<RemoteId>,
}

/// How records are matched: `[entities.<name>.match]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Matching {
    /// The rule.
    pub matcher: String,
    /// The probability from which two records are linked without asking.
    pub link_from: f64,
    /// The probability from which a person is asked.
    pub ask_from: f64,
    /// The probability from which two records are linked without asking when
    /// both systems meet for the first time.
    pub first_meeting_link_from: f64,
    /// Whether a record can belong to one record of another system only.
    pub one_to_one: bool,
}

/// One rule: `[rules.<name>]`, or a shipped rule that an entity uses.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSettings {
    /// The name that the treaty uses.
    pub name: String,
    /// Where its component is.
    pub component: Component,
    /// What the component may import.
    pub profile: Profile,
    /// Its own configuration, a JSON object.
    pub configuration: Json,
    /// What its pack lets it use up; the treaty's `[limits]` go before.
    pub limits: Limits,
    /// `[rules.<name>.shadow]`: what is asked the same conflicts and decides nothing.
    pub shadow: Option<Box<RuleSettings>>,
}

/// Where rows of a field table come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableSource {
    /// A file, relative to the treaty folder.
    File(PathBuf),
    /// The pack of this name.
    Pack(String),
}

impl TableSource {
    /// What `fields-from` calls it.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Pack(name) => name.clone(),
        }
    }
}

/// Where a component is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Component {
    /// A file, joined to the treaty folder.
    File(PathBuf),
    /// A rule inside the binary.
    Shipped(String),
    /// A rule of a pack.
    Packed(PackedComponent),
}

/// What stops a plan: `[guards]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Guards {
    /// Writes in any minute to one system.
    pub writes_per_minute_max: u64,
    /// Records made by one pass in one system.
    pub creates_max: u64,
    /// Records deleted or archived by one pass in one system.
    pub deletes_count_max: u64,
    /// The same as a share of the records that are linked there.
    pub deletes_share_max: f64,
    /// The share by which the record counts of two systems may differ before
    /// an alert.
    pub count_difference_max: f64,
    /// Writes to one record within [`Self::window_minutes`].
    pub record_writes_max: u64,
    /// How often one field of one record is written with one value within
    /// [`Self::window_minutes`].
    pub flips_max: u64,
    /// How far back the guards of single records look.
    pub window_minutes: u64,
    /// Records that one pass may hold back before the whole plan is stopped.
    pub records_held_max: u64,
    /// How many records a system must have had for its emptiness to alarm.
    pub empty_from: u64,
    /// Questions asked by one pass.
    pub questions_max: u64,
    /// Records that one pass cannot read, match or write.
    pub faults_max: u64,
    /// Writes that one pass is refused in one system.
    pub errors_max: u64,
    /// Faults of one rule in one pass, if they are more than a twentieth of what
    /// it was asked.
    pub rule_faults_max: u64,
    /// How long a record has to be quiet before it is looked at.
    pub settle_seconds: u64,
}

/// What is done from time to time: `[audit]` and `[journal]`. None: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// How often `sync --watch` audits all records, in hours.
    pub audit_every_hours: Option<u64>,
    /// How long the journal keeps what was told, asked and written, in days; of
    /// what is older the skeleton stays.
    pub journal_keep_days: Option<u64>,
}

/// Who is asked: `[[questions.assign]]`. Of several that fit a question, the
/// first counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The person.
    pub to: String,
    /// The entity; none: any.
    pub entity: Option<EntityName>,
    /// The fields; empty: any, and questions that are about no field.
    pub fields: Vec<String>,
    /// The kind of question; none: any.
    pub kind: Option<QuestionKind>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    /// Which value a field gets.
    Field,
    /// Whether two records are the same.
    Match,
    /// Whether a record is deleted.
    Delete,
}

impl Assignment {
    /// Whether it is about such questions.
    pub fn fits(&self, entity: &EntityName, kind: QuestionKind, field: Option<&str>) -> bool {
        let of_fields = match field {
            Some(field) => self.fields.is_empty() || self.fields.iter().any(|of| of == field),
            None => self.fields.is_empty(),
        };
        of_fields
            && self.entity.as_ref().is_none_or(|of| of == entity)
            && self.kind.is_none_or(|of| of == kind)
    }
}

impl SystemSettings {
    /// What kind of actor a name stands for: an automation where a pattern of
    /// `automations` fits, else a person; unknown where there is no name.
    pub fn actor_kind(&self, actor: Option<&str>) -> ActorKind {
        let Some(actor) = actor.filter(|name| !name.is_empty()) else {
            return ActorKind::Unknown;
        };
        let patterns = &mut self.automations.iter();
        if patterns.any(|pattern| glob::matches(pattern, actor)) {
            ActorKind::Automation
        } else {
            ActorKind::Person
        }
    }
}

impl EntitySettings {
    /// Where the row of a field begins in the field table.
    pub fn place_of_row(&self, field: FieldIndex) -> Option<Place> {
        let line = *self.table_lines.get(field.0)?;
        Some(Place {
            file: self.table_files.get(field.0)?.clone(),
            line,
            column: 1,
        })
    }

    /// Where a cell of the field table stands; the row where the table has no
    /// such cell.
    pub(crate) fn place_of_cell(&self, field: FieldIndex, heading: &str) -> Place {
        let cell = self.places.cells[field.0].get(heading).cloned();
        let row = || self.place_of_row(field).expect("every row has a line");
        cell.unwrap_or_else(row)
    }

    /// Where a key of a system's section stands; the section where it has no
    /// such key.
    pub(crate) fn place_of_part(&self, system: usize, key: &'static str) -> &Place {
        let part = &self.places.parts[system];
        part.get(key).unwrap_or(&part[""])
    }
}
