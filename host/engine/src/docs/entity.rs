//! What a treaty says of one entity.

use serde::Serialize;
use treaty_folder::{EntitySettings, TreatyFolder, read_cross_reference};
use treaty_model::{
    Absentees, Deletes, EntityName, FieldIndex, Owner, RemoteId, SystemIndex, SystemName,
};

use super::digest::relative;
use super::field::{FieldDocs, field};
use super::look::{Looked, OwnFieldDocs};
use crate::EngineError;
use crate::report::Failure;

/// One entity.
#[derive(Clone, Debug, Serialize)]
pub struct EntityDocs {
    /// Its name.
    pub name: EntityName,
    /// The file of its field table.
    pub table: String,
    /// The systems that hold it, in the order of the treaty.
    pub parts: Vec<PartDocs>,
    /// The rows of the field table; each has a side for each of `parts`.
    pub fields: Vec<FieldDocs>,
    /// Fields with an owner: they cannot conflict.
    pub owned: usize,
    /// Fields that can conflict.
    pub shared: usize,
    /// The rule that maps its records.
    pub mapper: String,
    /// The rule for shared fields that name none.
    pub resolver: String,
    /// How its records are matched; none: only by cross-reference.
    pub matching: Option<MatchingDocs>,
    /// The file that says which records belong together.
    pub cross_reference: Option<CrossReferenceDocs>,
    /// What a delete means for the other systems.
    pub deletes: Deletes,
}

/// How records are matched.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatchingDocs {
    /// The rule.
    pub matcher: String,
    /// The probability from which two records are linked without asking.
    pub link_from: f64,
    /// The probability from which a person is asked.
    pub ask_from: f64,
    /// `link_from` while two systems meet for the first time.
    pub first_meeting_link_from: f64,
    /// Whether a record belongs to one record of another system only.
    pub one_to_one: bool,
}

/// A cross-reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrossReferenceDocs {
    /// Its file.
    pub file: String,
    /// How many things in the world it has a row for.
    pub rows: usize,
}

/// One system's part in an entity.
#[derive(Clone, Debug, Serialize)]
pub struct PartDocs {
    /// The system.
    pub system: SystemName,
    /// The file, table or object type.
    pub source: String,
    /// The own fields of the remote id; empty: the connector's default.
    pub key: Vec<String>,
    /// The own field that says when a record was last changed.
    pub updated: Option<String>,
    /// The own field that says by whom.
    pub actor: Option<String>,
    /// The own field that marks a record as archived.
    pub archived: Option<String>,
    /// Records that have to stay visible.
    pub canaries: Vec<RemoteId>,
    /// Systems whose new records are created here.
    pub creates_from: Vec<SystemName>,
    /// Whether a delete reported here means anything elsewhere.
    pub deletes_count: bool,
    /// What a record means that a complete listing no longer shows.
    pub absentees: Absentees,
    /// Own fields that nobody has decided on; empty where the system could not
    /// be asked.
    pub undecided: Vec<OwnFieldDocs>,
    /// Why it could not be asked.
    pub failure: Option<Failure>,
}

/// All entities, in the order of the treaty.
pub(super) fn entities(
    folder: &TreatyFolder,
    looked: &Looked,
) -> Result<Vec<EntityDocs>, EngineError> {
    let entities = folder.entities.iter();
    entities
        .map(|settings| entity(folder, looked, settings))
        .collect()
}

fn entity(
    folder: &TreatyFolder,
    looked: &Looked,
    settings: &EntitySettings,
) -> Result<EntityDocs, EngineError> {
    let entity = &settings.entity;
    let rows = &entity.table.rows;
    let shared = rows.iter().filter(|row| row.owner == Owner::Shared).count();
    let fields = (0..rows.len()).map(|at| field(folder, settings, FieldIndex(at)));
    let matching = settings.matching.as_ref().map(|matching| MatchingDocs {
        matcher: matching.matcher.clone(),
        link_from: matching.link_from,
        ask_from: matching.ask_from,
        first_meeting_link_from: matching.first_meeting_link_from,
        one_to_one: matching.one_to_one,
    });
    let known_ids = read_cross_reference(folder, settings).map_err(EngineError::Treaty)?;
    let file = settings.cross_reference.as_ref();
    Ok(EntityDocs {
        name: entity.name.clone(),
        table: settings.table_path.display().to_string(),
        parts: entity
            .system_indexes()
            .map(|system| part(looked, settings, system))
            .collect(),
        fields: fields.collect(),
        owned: rows.len() - shared,
        shared,
        mapper: settings.mapper.clone(),
        resolver: settings.resolver.clone(),
        matching,
        cross_reference: file.map(|file| CrossReferenceDocs {
            file: relative(folder, file),
            rows: known_ids.len(),
        }),
        deletes: entity.deletes,
    })
}

fn part(looked: &Looked, settings: &EntitySettings, system: SystemIndex) -> PartDocs {
    let (part, source) = (settings.entity.part(system), &settings.sources[system.0]);
    let key = (settings.entity.name.clone(), part.system.clone());
    let of_system = looked.systems.get(&part.system);
    let of_system = of_system.and_then(|said| said.as_ref().err());
    let creators = part.creates_from.iter();
    PartDocs {
        system: part.system.clone(),
        source: part.source.clone(),
        key: source.key.clone(),
        updated: source.updated.clone(),
        actor: source.actor.clone(),
        archived: source.archived.clone(),
        canaries: source.canaries.clone(),
        creates_from: creators
            .map(|from| settings.entity.part(*from).system.clone())
            .collect(),
        deletes_count: part.deletes_count,
        absentees: part.absentees,
        undecided: looked.undecided.get(&key).cloned().unwrap_or_default(),
        failure: looked.failures.get(&key).or(of_system).cloned(),
    }
}
