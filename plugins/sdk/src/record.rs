//! A row seen through the names of its fields.

use crate::contract::types::{Cell, Field, Value};

/// A row with its schema: look a field up by name, or by position where speed
/// matters (ask [`crate::Setup::position`] once, when the rule is made).
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    fields: &'a [Field],
    cells: &'a [Cell],
}

impl<'a> Record<'a> {
    /// A row and the schema that it follows. Cells that are missing count as
    /// absent.
    pub fn new(fields: &'a [Field], cells: &'a [Cell]) -> Self {
        Self { fields, cells }
    }

    /// The cell of a field: `None` when it is absent or there is no such field.
    pub fn cell(&self, name: &str) -> Option<&'a Value> {
        let position = self.fields.iter().position(|field| field.name == name)?;
        self.at(position)
    }

    /// The cell at a position: `None` when it is absent.
    pub fn at(&self, position: usize) -> Option<&'a Value> {
        self.cells.get(position)?.as_ref()
    }

    /// The value of a field, unless it is absent or null.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.cell(name).filter(|value| !value.is_null())
    }

    /// What is written in a field: texts, decimals, dates, references and JSON.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.cell(name)?.as_text()
    }

    /// What is written at a position.
    pub fn text_at(&self, position: usize) -> Option<&'a str> {
        self.at(position)?.as_text()
    }

    /// The schema.
    pub fn fields(&self) -> &'a [Field] {
        self.fields
    }

    /// The cells, in the order of the schema.
    pub fn cells(&self) -> &'a [Cell] {
        self.cells
    }
}
