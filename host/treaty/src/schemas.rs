//! What only the systems can tell: whether a treaty fits what they hold.

use std::collections::BTreeMap;

use treaty_model::{
    Column, EntityName, FieldIndex, FieldRow, OwnField, OwnKind, OwnSchema, Owner, SystemIndex,
    SystemName,
};

use crate::{EntitySettings, Problem, TreatyFolder, names};

/// The own schemas of the systems that could be asked.
pub type Schemas = BTreeMap<(EntityName, SystemName), OwnSchema>;

/// An own field that nobody has decided on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Undecided {
    /// The entity.
    pub entity: EntityName,
    /// The system.
    pub system: SystemName,
    /// Its own field.
    pub field: String,
}

/// Everything in which a treaty does not fit its systems: own fields that are
/// not there, cannot be kept exactly, or would be written and cannot be.
pub fn check_schemas(folder: &TreatyFolder, schemas: &Schemas) -> Vec<Problem> {
    let mut problems = Vec::new();
    for_each_part(folder, schemas, |entity, system, schema| {
        check_part(entity, system, schema, &mut problems);
        for (field, row) in entity.entity.table.fields() {
            if let Some(column) = &row.columns[system.0] {
                let cell = TableCell {
                    entity,
                    system,
                    field,
                };
                for own in &column.own {
                    problems.extend(cell.check(own, row, column, schema));
                }
            }
        }
    });
    let mut problems = crate::Problems(problems);
    problems.sort();
    problems.0
}

/// Own fields that no row of the field table mentions, but for those that are
/// the key, or that the treaty uses to know when and by whom a record was
/// changed or archived.
pub fn undecided(folder: &TreatyFolder, schemas: &Schemas) -> Vec<Undecided> {
    let mut undecided = Vec::new();
    for_each_part(folder, schemas, |entity, system, schema| {
        let source = &entity.sources[system.0];
        let used: Vec<_> = [&source.updated, &source.actor, &source.archived]
            .into_iter()
            .flatten()
            .chain(&source.key)
            .collect();
        for field in &schema.fields {
            let decided = field.key || used.contains(&&field.name);
            if !decided && !entity.mentions(system, &field.name) {
                undecided.push(Undecided {
                    entity: entity.entity.name.clone(),
                    system: source.system.clone(),
                    field: field.name.clone(),
                });
            }
        }
    });
    undecided
}

impl EntitySettings {
    /// Whether a row of the field table mentions a system's own field.
    pub fn mentions(&self, system: SystemIndex, own: &str) -> bool {
        let columns = self
            .entity
            .table
            .rows
            .iter()
            .map(|row| &row.columns[system.0]);
        let mut names = columns.flatten().flat_map(|column| &column.own);
        names.any(|name| name == own)
    }
}

fn for_each_part(
    folder: &TreatyFolder,
    schemas: &Schemas,
    mut visit: impl FnMut(&EntitySettings, SystemIndex, &OwnSchema),
) {
    for entity in &folder.entities {
        for (index, part) in entity.entity.systems.iter().enumerate() {
            let key = (entity.entity.name.clone(), part.system.clone());
            if let Some(schema) = schemas.get(&key) {
                visit(entity, SystemIndex(index), schema);
            }
        }
    }
}

/// The own fields that a system's section names.
fn check_part(
    entity: &EntitySettings,
    system: SystemIndex,
    schema: &OwnSchema,
    problems: &mut Vec<Problem>,
) {
    let source = &entity.sources[system.0];
    let named = [
        ("updated", &source.updated),
        ("actor", &source.actor),
        ("archived", &source.archived),
    ];
    let named = named
        .into_iter()
        .flat_map(|(key, own)| own.iter().map(move |own| (key, own)));
    let keys = source.key.iter().map(|own| ("key", own));
    for (key, own) in keys.chain(named) {
        if schema.position(own).is_err() {
            let place = entity.place_of_part(system.0, key);
            let known = field_names(schema);
            let what = format!("own field of {}", source.system);
            problems.push(names::unknown(place, &what, own, &known));
        }
    }
}

struct TableCell<'a> {
    entity: &'a EntitySettings,
    system: SystemIndex,
    field: FieldIndex,
}

impl TableCell<'_> {
    /// Whether changes elsewhere are written here. To an owner only what a
    /// person decided against its value, which it may refuse.
    fn is_written(&self, row: &FieldRow) -> bool {
        row.writable(self.system) && row.owner != Owner::System(self.system)
    }

    fn check(
        &self,
        own: &str,
        row: &FieldRow,
        column: &Column,
        schema: &OwnSchema,
    ) -> Option<Problem> {
        let system = &self.entity.sources[self.system.0].system;
        let place = self.entity.place_of_cell(self.field, system.as_str());
        let problem = match schema.fields.iter().find(|field| field.name == own) {
            None => {
                let what = format!("own field of {system}");
                names::unknown(&place, &what, own, &field_names(schema))
            }
            Some(OwnField {
                kind: OwnKind::Unsupported,
                native,
                ..
            }) => {
                let message = format!(
                    "{own} of {system} is of the type {native}, which treaty cannot keep exactly"
                );
                Problem::at(&place, message)
                    .hint("leave the field out, or offer it as text in a view")
            }
            Some(field) if field.read_only && self.is_written(row) => {
                let message =
                    format!("{own} of {system} cannot be written, and {system} does not own it");
                let hint = match &column.transform {
                    None => format!(
                        "make {system} the owner, or put `read-only` into {system}.transform"
                    ),
                    Some(_) => format!(
                        "make {system} the owner, or add ` | read-only` to {system}.transform"
                    ),
                };
                Problem::at(&place, message).hint(hint)
            }
            Some(_) => return None,
        };
        Some(problem.heading(system.as_str()))
    }
}

fn field_names(schema: &OwnSchema) -> Vec<&str> {
    schema
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect()
}
