//! What the treaty says: fields, systems, configuration.

use crate::contract::types::{Attribute, Field, Setup, System};
use crate::json;
use serde::de::DeserializeOwned;

impl Setup {
    /// The position of a canonical field, by its name.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.canonical.iter().position(|known| known.name == field)
    }

    /// A canonical field, by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.canonical.iter().find(|known| known.name == name)
    }

    /// The position of a system, by its name.
    pub fn system_position(&self, system: &str) -> Option<usize> {
        self.systems.iter().position(|known| known.name == system)
    }

    /// The system at a position that the host gave, if there is one.
    pub fn system_at(&self, position: u32) -> Option<&System> {
        self.systems.get(position as usize)
    }

    /// What else the host said under a name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }

    /// The batch's own time, in microseconds since 1970.
    pub fn now(&self) -> Option<i64> {
        self.attribute("now")?.parse().ok()
    }

    /// The rule's configuration as a type of its author's. Derive
    /// `Deserialize` with `deny_unknown_fields`, so that a misspelt key is an
    /// error.
    ///
    /// # Errors
    /// A sentence fragment that says what does not fit.
    pub fn config<T: DeserializeOwned>(&self) -> Result<T, String> {
        let text = match self.configuration.trim() {
            "" => "{}",
            text => text,
        };
        json::read(text).map_err(|error| format!("the configuration does not fit: {error}"))
    }
}

impl Field {
    /// What else is known under a name: for a canonical field a cell of its row
    /// in the field table. A cell that is blank says nothing.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }
}

impl System {
    /// What else is known under a name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }

    /// The position of one of the system's own fields.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| known.name == field)
    }
}

impl Attribute {
    /// A name and a text.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// The trimmed text under a name, if it says anything.
pub(crate) fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|known| known.name == name)
        .map(|known| known.value.trim())
        .filter(|text| !text.is_empty())
}
