//! What a rule is told about an entity.

use treaty_model::{
    FieldIndex, OwnKind, OwnSchema, Setup, SetupField, SetupSystem, SystemIndex, Timestamp,
};

use crate::{EntitySettings, TreatyFolder};

/// What a rule is told once for a batch of an entity's records.
///
/// `rule` is the rule's name in the treaty, `schemas` the complete own schemas
/// in the order of the entity's systems, `now` the batch's own time. Of the own
/// fields a rule sees those that the field table mentions, see [`own_fields`].
/// A cell of the field table that is blank is no attribute.
pub fn setup(
    folder: &TreatyFolder,
    entity: &EntitySettings,
    rule: &str,
    schemas: &[OwnSchema],
    now: Timestamp,
) -> Setup {
    let parts = entity.entity.systems.iter().zip(schemas).enumerate();
    let systems = parts.map(|(index, (part, schema))| {
        let positions = own_fields(entity, schema, SystemIndex(index));
        SetupSystem {
            name: part.system.to_string(),
            fields: positions
                .into_iter()
                .map(|position| own_field(schema, position))
                .collect(),
            attributes: folder
                .system(part.system.as_str())
                .map(|system| system.attributes.clone())
                .unwrap_or_default(),
        }
    });
    let configuration = folder
        .rule(rule)
        .map_or_else(|| "{}".to_owned(), |rule| rule.configuration.to_string());
    Setup {
        entity: entity.entity.name.to_string(),
        canonical: canonical(entity),
        systems: systems.collect(),
        configuration,
        attributes: vec![
            ("now".into(), now.as_micros().to_string()),
            (
                "clock-tolerance-ms".into(),
                folder.clock_tolerance_ms.to_string(),
            ),
        ],
    }
}

/// The same for a resolver: the `rule` of a field that another resolver decides
/// is that one's name, and no word that this one could know.
pub fn resolver_setup(
    folder: &TreatyFolder,
    entity: &EntitySettings,
    rule: &str,
    schemas: &[OwnSchema],
    now: Timestamp,
) -> Setup {
    let mut setup = setup(folder, entity, rule, schemas, now);
    for (field, told) in setup.canonical.iter_mut().enumerate() {
        let decides = folder.resolver_of(entity, FieldIndex(field));
        if decides.unwrap_or(&entity.resolver) != rule {
            told.attributes.retain(|(name, _)| name != "rule");
        }
    }
    setup
}

/// The positions in a system's complete own schema of the fields that the field
/// table mentions, in ascending order: the order of a rule's own rows.
pub fn own_fields(entity: &EntitySettings, schema: &OwnSchema, system: SystemIndex) -> Vec<usize> {
    let fields = schema.fields.iter().enumerate();
    fields
        .filter(|(_, field)| entity.mentions(system, &field.name))
        .map(|(position, _)| position)
        .collect()
}

fn canonical(entity: &EntitySettings) -> Vec<SetupField> {
    let rows = entity.entity.table.rows.iter();
    rows.map(|row| SetupField {
        name: row.name.clone(),
        kind: row.semantic.clone(),
        attributes: row.cells.clone(),
    })
    .collect()
}

fn own_field(schema: &OwnSchema, position: usize) -> SetupField {
    let field = &schema.fields[position];
    let marks = [("key", field.key), ("read-only", field.read_only)];
    SetupField {
        name: field.name.clone(),
        kind: kind(field.kind).to_owned(),
        attributes: marks
            .into_iter()
            .filter(|(_, holds)| *holds)
            .map(|(name, _)| (name.to_owned(), "true".to_owned()))
            .collect(),
    }
}

/// The contract's word for a kind. `unsupported` is none of its words: a table
/// that names such a field never gets as far as a rule.
pub(crate) fn kind(kind: OwnKind) -> &'static str {
    match kind {
        OwnKind::Text => "text",
        OwnKind::Integer => "integer",
        OwnKind::Decimal => "decimal",
        OwnKind::Boolean => "boolean",
        OwnKind::Date => "date",
        OwnKind::Instant => "instant",
        OwnKind::Choices => "choices",
        OwnKind::Reference => "reference",
        OwnKind::Json => "json",
        OwnKind::Unsupported => "unsupported",
    }
}
