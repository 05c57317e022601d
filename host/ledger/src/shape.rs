//! Shapes: the field names behind positional rows.
//!
//! A stored row names its shape, so that a table whose rows were added, removed
//! or moved reads older rows by name: a field that a stored row does not know
//! is absent.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};
use serde::de::DeserializeOwned;
use treaty_model::{EntityName, SystemName};

use crate::json::{from_json, to_json, wrong};

/// The current field names of one entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityShape {
    /// The entity.
    pub entity: EntityName,
    /// The canonical fields, in the table's order.
    pub fields: Vec<String>,
    /// The systems in the entity's order, each with the names of its own rows.
    pub systems: Vec<(SystemName, Vec<String>)>,
}

/// The number of a stored shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ShapeId(pub(crate) i64);

/// The shapes in use, entity by entity.
#[derive(Debug, Default)]
pub(crate) struct ShapeBook {
    entities: Vec<EntityRows>,
    /// Whether a transaction is under way that may have stored shapes.
    unsettled: bool,
}

/// The rows of one entity.
#[derive(Debug)]
pub(crate) struct EntityRows {
    name: EntityName,
    /// Canonical rows.
    pub(crate) fields: RowShape,
    systems: Vec<(SystemName, RowShape)>,
}

/// One kind of row as it is in use now.
#[derive(Debug)]
pub(crate) struct RowShape {
    names: Vec<String>,
    /// The number under which it is stored, once that is known.
    id: Option<ShapeId>,
    /// How rows that were stored under a shape are read.
    views: HashMap<ShapeId, Arc<View>>,
}

/// How a row that was stored under one shape is read as another.
#[derive(Debug)]
pub(crate) struct View {
    /// How long the stored row is.
    width: usize,
    /// For each name now: its place in the stored row. None: the shapes are
    /// the same.
    places: Option<Vec<Option<usize>>>,
}

impl ShapeBook {
    /// Takes the shapes that are in use from now on.
    pub(crate) fn set(&mut self, shapes: Vec<EntityShape>) {
        self.entities = shapes.into_iter().map(EntityRows::new).collect();
    }

    /// The rows of an entity that is asked for by name.
    pub(crate) fn entity(&mut self, entity: &EntityName) -> rusqlite::Result<&mut EntityRows> {
        let known = self.find(entity.as_str());
        // Nothing is damaged: whoever asks did not say what its rows look like.
        known.ok_or_else(|| {
            let message = format!("nothing is known of the fields of entity {entity}");
            rusqlite::Error::ToSqlConversionFailure(message.into())
        })
    }

    /// The rows of an entity that stands in the files; none: it left the treaty.
    pub(crate) fn find(&mut self, entity: &str) -> Option<&mut EntityRows> {
        let mut entities = self.entities.iter_mut();
        entities.find(|known| known.name.as_str() == entity)
    }

    /// A transaction begins. Until [`Self::settle`] says that it was committed,
    /// the numbers of shapes may be those of rows that are rolled back.
    pub(crate) fn unsettle(&mut self) {
        self.unsettled = true;
    }

    /// The transaction was committed.
    pub(crate) fn settle(&mut self) {
        self.unsettled = false;
    }

    /// Forgets what an unfinished transaction left.
    pub(crate) fn recover(&mut self) {
        if !std::mem::take(&mut self.unsettled) {
            return;
        }
        for entity in &mut self.entities {
            entity.fields.forget();
            entity.systems.iter_mut().for_each(|(_, own)| own.forget());
        }
    }
}

impl EntityRows {
    fn new(shape: EntityShape) -> Self {
        let systems = shape.systems.into_iter();
        Self {
            name: shape.entity,
            fields: RowShape::new(shape.fields),
            systems: systems
                .map(|(system, names)| (system, RowShape::new(names)))
                .collect(),
        }
    }

    /// How many systems take part.
    pub(crate) fn systems_count(&self) -> usize {
        self.systems.len()
    }

    /// A system's place; none: it left the treaty.
    pub(crate) fn place(&self, system: &str) -> Option<usize> {
        let mut systems = self.systems.iter();
        systems.position(|(known, _)| known.as_str() == system)
    }

    /// The canonical rows, and those of a system; none: it left the treaty.
    pub(crate) fn of_system(&mut self, system: &str) -> Option<(&mut RowShape, &mut RowShape)> {
        let place = self.place(system)?;
        Some((&mut self.fields, &mut self.systems[place].1))
    }

    /// As [`Self::of_system`], for a system that is asked for by name.
    pub(crate) fn for_writing(
        &mut self,
        system: &SystemName,
    ) -> rusqlite::Result<(&mut RowShape, &mut RowShape)> {
        let message = format!("{system} takes no part in entity {}", self.name);
        self.of_system(system.as_str())
            .ok_or_else(|| rusqlite::Error::ToSqlConversionFailure(message.into()))
    }
}

impl RowShape {
    fn new(names: Vec<String>) -> Self {
        Self {
            names,
            id: None,
            views: HashMap::new(),
        }
    }

    /// How long a row is.
    pub(crate) fn width(&self) -> usize {
        self.names.len()
    }

    fn forget(&mut self) {
        self.id = None;
        self.views.clear();
    }

    /// The number of the shape, which is stored where it is new.
    pub(crate) fn id(&mut self, db: &Connection) -> rusqlite::Result<ShapeId> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let names = to_json(&self.names);
        let found: Option<i64> = db
            .query_row("SELECT id FROM shape WHERE names = ?1", [&names], |row| {
                row.get(0)
            })
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => db.query_row(
                "INSERT INTO shape (names) VALUES (?1) RETURNING id",
                [&names],
                |row| row.get(0),
            )?,
        };
        self.id = Some(ShapeId(id));
        Ok(ShapeId(id))
    }

    /// How to read a row that was stored under a shape.
    pub(crate) fn view(
        &mut self,
        db: &Connection,
        stored: ShapeId,
    ) -> rusqlite::Result<&Arc<View>> {
        let names = &self.names;
        match self.views.entry(stored) {
            std::collections::hash_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::hash_map::Entry::Vacant(unknown) => {
                let sql = "SELECT names FROM shape WHERE id = ?1";
                let stored: String = db.query_row(sql, [stored.0], |row| row.get(0))?;
                let view = View::new(&from_json::<Vec<String>>(&stored)?, names);
                Ok(unknown.insert(Arc::new(view)))
            }
        }
    }
}

impl View {
    fn new(stored: &[String], wanted: &[String]) -> Self {
        let place = |name| stored.iter().position(|stored| stored == name);
        Self {
            width: stored.len(),
            places: (stored != wanted).then(|| wanted.iter().map(place).collect()),
        }
    }

    /// Reads a stored row in the order of the names in use.
    pub(crate) fn read<T: DeserializeOwned + Default>(
        &self,
        text: &str,
    ) -> rusqlite::Result<Vec<T>> {
        let mut stored: Vec<T> = from_json(text)?;
        if stored.len() != self.width {
            return Err(wrong(format!(
                "a row of {} under a shape of {}",
                stored.len(),
                self.width
            )));
        }
        let Some(places) = &self.places else {
            return Ok(stored);
        };
        let places = places.iter();
        Ok(places
            .map(|place| place.map_or_else(T::default, |at| std::mem::take(&mut stored[at])))
            .collect())
    }

    /// Where a position of the stored row is now; none: its field is gone.
    pub(crate) fn position(&self, stored: usize) -> Option<usize> {
        match &self.places {
            None => (stored < self.width).then_some(stored),
            Some(places) => places.iter().position(|place| *place == Some(stored)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_by_name() {
        let check = |stored: &str, wanted: &str, row: &str, expected: &str| {
            let names = |text: &str| text.split_whitespace().map(str::to_owned).collect();
            let (stored, wanted): (Vec<_>, Vec<_>) = (names(stored), names(wanted));
            let view = View::new(&stored, &wanted);
            let read: Vec<Option<i64>> = view.read(row).expect("the row fits");
            assert_eq!(to_json(&read), expected, "{stored:?} as {wanted:?}");
            for (at, name) in stored.iter().enumerate() {
                let now = wanted.iter().position(|wanted| wanted == name);
                assert_eq!(view.position(at), now, "{name}");
            }
        };
        check("a b c", "a b c", "[1,2,null]", "[1,2,null]");
        check("a b c", "c a", "[1,2,3]", "[3,1]");
        check("a", "b a d", "[1]", "[null,1,null]");
        check("a b", "", "[1,2]", "[]");
        check("", "a", "[]", "[null]");
    }

    #[test]
    fn a_row_of_another_length_is_damage() {
        let view = View::new(&["a".to_owned()], &["a".to_owned()]);
        assert!(view.read::<Option<i64>>("[1,2]").is_err());
        assert!(view.read::<Option<i64>>("{}").is_err());
        assert_eq!(view.position(1), None);
    }
}
