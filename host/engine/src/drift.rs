//! A column that is renamed, retyped or gone pauses the fields that it stands for,
//! and nothing else.
//!
//! A paused field stays in that system as it was last known: nothing is read from
//! it, so that nobody's edit is misread, and nothing is written to it, so that the
//! system is behind and gets what it is owed once the column is back, or the field
//! table has its new name, or a person approves its new type. Meanwhile nothing is
//! removed that has a record there: it may have been edited, and whoever deletes it
//! there has not seen what was agreed.

use treaty_folder::EntitySettings;
use treaty_model::{Digest, OwnField, OwnSchema, Scope, SystemIndex, Trip};

/// A source as it is, and as it is worked with.
pub(crate) struct Described {
    /// As its system describes it now.
    pub(crate) current: OwnSchema,
    /// The same, with columns that have changed as they were.
    pub(crate) effective: OwnSchema,
    /// The columns that have changed, each with the trip that tells of it.
    pub(crate) drifted: Vec<(String, Trip)>,
}

impl Described {
    /// A source that has not changed, or whose past nobody knows.
    pub(crate) fn unchanged(schema: OwnSchema) -> Self {
        Self {
            effective: schema.clone(),
            current: schema,
            drifted: Vec::new(),
        }
    }

    /// A source as it is now beside what it was. `approved` says whether a person
    /// lets a trip through.
    pub(crate) fn beside(
        settings: &EntitySettings,
        system: SystemIndex,
        current: OwnSchema,
        known: &OwnSchema,
        approved: impl Fn(&str) -> bool,
    ) -> Self {
        let mut described = Self::unchanged(current);
        let mentioned = known.fields.iter().enumerate();
        let mentioned = mentioned.filter(|(_, field)| settings.mentions(system, &field.name));
        for (place, was) in mentioned {
            let fields = &mut described.effective.fields;
            let now = fields.iter().position(|field| field.name == was.name);
            let message = match now {
                Some(at) if fields[at].kind == was.kind => continue,
                Some(at) => retyped(&fields[at], was),
                None => gone(&described.current, known, was),
            };
            let trip = trip(settings, system, was, now.map(|at| &fields[at]), message);
            if now.is_some() && approved(&trip.approval) {
                continue;
            }
            match now {
                Some(at) => fields[at] = was.clone(),
                // Where it was: rules see the fields in this order.
                None => fields.insert(place.min(fields.len()), was.clone()),
            }
            described.drifted.push((was.name.clone(), trip));
        }
        described
    }

    /// The places in the source of own fields, by their names; none where the
    /// column has changed.
    pub(crate) fn places(&self, names: &[String]) -> Vec<Option<usize>> {
        let place = |name: &String| {
            let mut drifted = self.drifted.iter();
            let has_changed = drifted.any(|(own, _)| own == name);
            let mut fields = self.current.fields.iter();
            let place = fields.position(|field| field.name == *name);
            place.filter(|_| !has_changed)
        };
        names.iter().map(place).collect()
    }
}

fn retyped(now: &OwnField, was: &OwnField) -> String {
    format!(
        "{} was of the type {} and is {} now",
        was.name, was.native, now.native
    )
}

/// What is gone, and what is new beside it: it may have another name.
fn gone(current: &OwnSchema, known: &OwnSchema, was: &OwnField) -> String {
    let is_new = |field: &&OwnField| known.position(&field.name).is_err();
    let new: Vec<_> = current
        .fields
        .iter()
        .filter(is_new)
        .map(|field| field.name.as_str())
        .collect();
    let new = match new.as_slice() {
        [] => String::new(),
        names => format!(", and new are: {}", names.join(", ")),
    };
    format!("{} is gone{new}", was.name)
}

fn trip(
    settings: &EntitySettings,
    system: SystemIndex,
    was: &OwnField,
    now: Option<&OwnField>,
    message: String,
) -> Trip {
    let entity = &settings.entity;
    let name = &entity.part(system).system;
    let rows = entity.table.rows.iter().filter(|row| {
        let column = row.columns[system.0].as_ref();
        column.is_some_and(|column| column.own.contains(&was.name))
    });
    let rows: Vec<_> = rows.map(|row| row.name.as_str()).collect();
    let native = now.map(|now| now.native.as_str()).unwrap_or_default();
    let named = format!("{} {name} {} {native}", entity.name, was.name);
    Trip {
        guard: "schema-drift".to_owned(),
        message: format!(
            "in {name}, {message}: {rows} of {of} is neither read nor written there, and no {of} \
             that has a record there is removed anywhere",
            rows = rows.join(", "),
            of = entity.name
        ),
        approval: format!("schema-drift-{}", Digest::of(named.as_bytes()).short()),
        scope: Scope::Field,
        holds: false,
    }
}
