//! Canonical rows.

use proptest::prelude::*;
use treaty_model::{FieldTable, Row};

use super::values::value;

/// Canonical rows of an entity: about a third of the cells is absent.
pub(super) fn canonical(table: &FieldTable) -> BoxedStrategy<Row> {
    let cells: Vec<_> = table
        .rows
        .iter()
        .map(|row| proptest::option::weighted(0.7, value(row)))
        .collect();
    cells.boxed()
}
