//! What a treaty says of one kind of record: its systems, its field table, and
//! what becomes of records that are new or gone.

use serde::{Deserialize, Serialize};

use crate::{EntityName, FieldIndex, SystemIndex, SystemName};

/// A kind of record that the treaty keeps equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its name.
    pub name: EntityName,
    /// The systems that hold it. A [`SystemIndex`] counts in this list.
    pub systems: Vec<EntitySystem>,
    /// One row for each field.
    pub table: FieldTable,
    /// What a delete in one system means for the others.
    pub deletes: Deletes,
}

/// One system's part in an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntitySystem {
    /// The system.
    pub system: SystemName,
    /// What holds the records there: a file, a table, an object type.
    pub source: String,
    /// Records that are new in these systems are created here. Empty: nothing
    /// is ever created here.
    pub creates_from: Vec<SystemIndex>,
    /// Whether a delete that this system reports means anything elsewhere.
    pub deletes_count: bool,
    /// What a record means that a complete listing no longer shows.
    pub absentees: Absentees,
}

/// What a record means that was there and that a complete listing of its system
/// no longer shows. It is no proof of a delete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absentees {
    /// It is reported, nothing else; its link waits.
    #[default]
    Report,
    /// It counts as deleted there. The delete guard still stands before it.
    Deleted,
}

/// What a delete in one system means for the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deletes {
    /// The others archive the record. Where a system cannot archive, a person
    /// is asked.
    #[default]
    Archive,
    /// The others delete it for good.
    Delete,
    /// A person is asked.
    Ask,
    /// The others keep it, and it is not created again.
    Leave,
}

/// The field table of one entity: the rows are in the order of its file, and a
/// [`FieldIndex`] counts in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldTable {
    /// The rows.
    pub rows: Vec<FieldRow>,
}

/// One row of a field table: what somebody decided about one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRow {
    /// The canonical name.
    pub name: String,
    /// The semantic type: `text`, `email`, `phone`, `money`, …
    pub semantic: String,
    /// Fields with the same group are decided together.
    pub group: Option<String>,
    /// Who owns it.
    pub owner: Owner,
    /// The rule that decides its conflicts, where it is shared.
    pub rule: Option<String>,
    /// What becomes of an edit by a system that does not own it.
    pub drift: Drift,
    /// For each system of the entity its own field or fields; none where the
    /// system does not read this field.
    pub columns: Vec<Option<Column>>,
    /// All cells of the row by heading, as the file has them, for rules.
    pub cells: Vec<(String, String)>,
}

/// Who owns a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// One system: its value is the truth.
    System(SystemIndex),
    /// Every system that reads it may change it, under the row's rule.
    Shared,
}

/// What becomes of an edit to an owned field by a system that does not own it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Drift {
    /// The owner's value is written back.
    #[default]
    WriteBack,
    /// It stays until the owner's value changes.
    Leave,
    /// A person is asked.
    Ask,
}

/// Where a system keeps a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The own fields that make it up, at least one.
    pub own: Vec<String>,
    /// How they are transformed, in the mapper's language.
    pub transform: Option<String>,
    /// The system's field is read but never written (it cannot be, or the
    /// mapping cannot be inverted).
    pub read_only: bool,
}

/// A name that is not in a list, with the names that are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {name:?}; known: {}", known.join(", "))]
pub struct UnknownName {
    /// What was looked for.
    pub what: &'static str,
    /// The name that was given.
    pub name: String,
    /// The names that there are.
    pub known: Vec<String>,
}

impl Entity {
    /// The place of a system.
    pub fn system(&self, name: &str) -> Result<SystemIndex, UnknownName> {
        let position = self
            .systems
            .iter()
            .position(|part| part.system.as_str() == name);
        position.map(SystemIndex).ok_or_else(|| UnknownName {
            what: "system",
            name: name.to_owned(),
            known: self
                .systems
                .iter()
                .map(|part| part.system.to_string())
                .collect(),
        })
    }

    /// The places of all systems.
    pub fn system_indexes(&self) -> impl Iterator<Item = SystemIndex> + use<> {
        (0..self.systems.len()).map(SystemIndex)
    }

    /// The part of the system at a place.
    pub fn part(&self, system: SystemIndex) -> &EntitySystem {
        &self.systems[system.0]
    }
}

impl FieldTable {
    /// The place of a field.
    pub fn field(&self, name: &str) -> Result<FieldIndex, UnknownName> {
        let position = self.rows.iter().position(|row| row.name == name);
        position.map(FieldIndex).ok_or_else(|| UnknownName {
            what: "field",
            name: name.to_owned(),
            known: self.rows.iter().map(|row| row.name.clone()).collect(),
        })
    }

    /// The row at a place.
    pub fn row(&self, field: FieldIndex) -> &FieldRow {
        &self.rows[field.0]
    }

    /// The rows with their places.
    pub fn fields(&self) -> impl Iterator<Item = (FieldIndex, &FieldRow)> {
        self.rows
            .iter()
            .enumerate()
            .map(|(index, row)| (FieldIndex(index), row))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl FieldRow {
    /// Whether a system reads this field.
    pub fn reads(&self, system: SystemIndex) -> bool {
        self.columns[system.0].is_some()
    }

    /// Whether this field can be written in a system at all. An owner is only
    /// written what a person decided against its value.
    pub fn writable(&self, system: SystemIndex) -> bool {
        self.columns[system.0]
            .as_ref()
            .is_some_and(|column| !column.read_only)
    }

    /// Whether an edit in this system can become base.
    pub fn is_source(&self, system: SystemIndex) -> bool {
        self.reads(system) && (self.owner == Owner::Shared || self.owner == Owner::System(system))
    }
}

/// The own fields of one source as its system describes them, in the order of
/// the rows that the connector gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSchema {
    /// The fields.
    pub fields: Vec<OwnField>,
}

/// One own field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnField {
    /// The system's name for it.
    pub name: String,
    /// What it stores.
    pub kind: OwnKind,
    /// Whether it can be null.
    pub nullable: bool,
    /// Whether it is part of the record's key.
    pub key: bool,
    /// Whether it cannot be written: generated, computed, or of a kind that
    /// cannot be kept exactly.
    pub read_only: bool,
    /// The system's own name for the type, for messages: `numeric(10,2)`.
    pub native: String,
}

/// What an own field stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnKind {
    /// Text; also what has no better kind and reads exactly as text.
    Text,
    /// Whole numbers that fit 64 bits.
    Integer,
    /// Exact decimal numbers.
    Decimal,
    /// True or false.
    Boolean,
    /// Days.
    Date,
    /// Points in time.
    Instant,
    /// Sets of texts; a list whose order means something is JSON instead.
    Choices,
    /// Ids of records of another source.
    Reference,
    /// JSON.
    Json,
    /// Something that Treaty cannot keep exactly. A table that names it is
    /// refused, with the native type in the message.
    Unsupported,
}

impl OwnSchema {
    /// The place of a field in this schema's rows.
    pub fn position(&self, name: &str) -> Result<usize, UnknownName> {
        let position = self.fields.iter().position(|field| field.name == name);
        position.ok_or_else(|| UnknownName {
            what: "own field",
            name: name.to_owned(),
            known: self.fields.iter().map(|field| field.name.clone()).collect(),
        })
    }
}
