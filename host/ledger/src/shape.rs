//! Shapes: the field names behind positional rows.
//!
//! A stored row names its shape, so that a table whose rows were added, removed
//! or moved reads older rows by name: a field that a stored row does not know
//! is absent.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use treaty_model::{EntityName, SystemName};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ShapeId(pub(crate) i64);

/// The shapes in use, and those of rows that were read so far.
#[derive(Debug, Default)]
pub(crate) struct ShapeBook {
    pub(crate) entities: Vec<EntityShape>,
    ids: HashMap<Vec<String>, ShapeId>,
    names: HashMap<ShapeId, Vec<String>>,
}

impl ShapeBook {
    pub(crate) fn entity(&self, entity: &EntityName) -> rusqlite::Result<&EntityShape> {
        let known = self.entities.iter().find(|shape| shape.entity == *entity);
        known.ok_or_else(|| wrong(format!("entity {entity} has no shape")))
    }

    /// The id of a shape, which is stored where it is new.
    pub(crate) fn id(&mut self, db: &Connection, names: &[String]) -> rusqlite::Result<ShapeId> {
        if let Some(id) = self.ids.get(names) {
            return Ok(*id);
        }
        let text = to_json(&names);
        let found: Option<i64> = db
            .query_row("SELECT id FROM shape WHERE names = ?1", [&text], |row| {
                row.get(0)
            })
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => db.query_row(
                "INSERT INTO shape (names) VALUES (?1) RETURNING id",
                [&text],
                |row| row.get(0),
            )?,
        };
        let id = ShapeId(id);
        self.ids.insert(names.to_vec(), id);
        self.names.insert(id, names.to_vec());
        Ok(id)
    }

    /// Forgets ids: those that a transaction stored which was rolled back.
    pub(crate) fn forget(&mut self) {
        self.ids.clear();
        self.names.clear();
    }

    /// Reads a positional row that was stored under a shape, in the order of
    /// the names wanted.
    pub(crate) fn read<T: DeserializeOwned + Default + Clone>(
        &mut self,
        db: &Connection,
        text: &str,
        shape: ShapeId,
        wanted: &[String],
    ) -> rusqlite::Result<Vec<T>> {
        let stored: Vec<T> = from_json(text)?;
        let names = match self.names.entry(shape) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let sql = "SELECT names FROM shape WHERE id = ?1";
                let names: String = db.query_row(sql, [shape.0], |row| row.get(0))?;
                unknown.insert(from_json(&names)?)
            }
        };
        if names.len() != stored.len() {
            return Err(wrong(format!(
                "a row of {} under a shape of {}",
                stored.len(),
                names.len()
            )));
        }
        if names.as_slice() == wanted {
            return Ok(stored);
        }
        Ok(wanted
            .iter()
            .map(|name| {
                let position = names.iter().position(|stored| stored == name);
                position
                    .map(|position| stored[position].clone())
                    .unwrap_or_default()
            })
            .collect())
    }
}

/// A text of ours that does not read back.
pub(crate) fn wrong(message: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, message.into())
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| wrong(format!("{error} in {text:.80}")))
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    // Everything stored is made of texts, numbers and lists; maps have text keys.
    serde_json::to_string(value).expect("the model always has a JSON form")
}
