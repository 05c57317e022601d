//! Records of a system that laws are held against, in the place of made-up ones.
//!
//! They are shrunk as made-up ones are: by leaving out what does not matter.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use treaty_folder::{CaseFile, TreatyFolder, own_fields, setup};
use treaty_model::{
    EntityName, FieldIndex, Inbound, InboundAnswer, OwnSchema, Row, SystemIndex, Value,
};
use treaty_sandbox::Rule;

use super::schemas;

/// What laws are held against.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Records that are made up.
    Generated,
    /// Records of a system, by entity. An entity without any is left out.
    Records(&'a BTreeMap<EntityName, Pool>),
}

/// Records of an entity as one of its systems holds them.
#[derive(Clone, Debug)]
pub struct Pool {
    pub(super) system: SystemIndex,
    /// As they stand there.
    pub(super) own: Vec<Row>,
    /// As the mapper reads them.
    pub(super) canonical: Vec<Row>,
    /// How many the mapper does not read.
    pub unread: usize,
}

impl Pool {
    /// How many records the mapper reads.
    pub fn read(&self) -> usize {
        self.canonical.len()
    }

    /// Canonical rows.
    pub(super) fn rows(&self) -> BoxedStrategy<Row> {
        some_of(&self.canonical)
    }

    /// Own rows.
    pub(super) fn own_rows(&self) -> BoxedStrategy<Row> {
        some_of(&self.own)
    }

    /// Values that a field has in some record, each once; the made-up ones where it
    /// has fewer than two.
    pub(super) fn values(
        &self,
        field: FieldIndex,
        made: BoxedStrategy<Value>,
    ) -> BoxedStrategy<Value> {
        let mut values: Vec<Value> = Vec::new();
        for value in self
            .canonical
            .iter()
            .filter_map(|row| row[field.0].as_ref())
        {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        match values.len() {
            0 | 1 => made,
            _ => select(values).boxed(),
        }
    }
}

/// One of these rows; shrinking leaves out its cells.
fn some_of(rows: &[Row]) -> BoxedStrategy<Row> {
    let width = rows.first().map_or(0, Vec::len);
    let kept = proptest::collection::vec(proptest::bool::weighted(1.0), width);
    (select(rows.to_vec()), kept)
        .prop_map(|(row, kept)| {
            let cells = row.into_iter().zip(kept);
            cells.map(|(cell, kept)| cell.filter(|_| kept)).collect()
        })
        .boxed()
}

/// The records of an entity for its laws. `schema` and `rows` are as the system has
/// them; `file` is told what kinds its own fields are.
pub fn pool(
    folder: &TreatyFolder,
    file: &mut CaseFile,
    entity: &EntityName,
    system: SystemIndex,
    (schema, rows): (&OwnSchema, &[Row]),
    mapper: &Rule,
) -> Option<Pool> {
    let settings = folder.entity(entity.as_str())?;
    let mentioned = own_fields(settings, schema, system);
    let fields = mentioned.iter().map(|at| schema.fields[*at].clone());
    let fields = fields.collect();
    let mut all = file.schemas.iter_mut();
    let (_, known) = all.find(|(name, _)| name == entity)?;
    known[system.0] = OwnSchema { fields };
    let told = setup(
        folder,
        settings,
        &settings.mapper,
        schemas(file, settings),
        file.now,
    );
    let nothing = vec![None; settings.entity.table.len()];
    let inbound = rows.iter().map(|row| Inbound {
        own: mentioned.iter().map(|at| row[*at].clone()).collect(),
        known: nothing.clone(),
    });
    let inbound: Vec<_> = inbound.collect();
    let answers = mapper.to_canonical(&told, system, &inbound).answers;
    let mut pool = Pool {
        system,
        own: Vec::new(),
        canonical: Vec::new(),
        unread: 0,
    };
    for (inbound, answer) in inbound.into_iter().zip(answers) {
        match answer {
            Ok(InboundAnswer::Read(read)) => {
                pool.own.push(inbound.own);
                pool.canonical.push(read.canonical);
            }
            _ => pool.unread += 1,
        }
    }
    Some(pool)
}
