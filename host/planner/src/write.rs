//! Gathers what is written to each system of a link: one operation a system.

use treaty_model::{BaseField, Entity, FieldIndex, Link, Operation, SystemIndex, Why, Write};

/// The writes of one link while its fields are decided one after the other.
pub(crate) struct Writes<'a> {
    entity: &'a Entity,
    link: &'a Link,
    by_system: Vec<Option<Write>>,
    held: Vec<bool>,
}

impl<'a> Writes<'a> {
    /// No writes yet.
    pub(crate) fn new(entity: &'a Entity, link: &'a Link) -> Self {
        Self {
            entity,
            link,
            by_system: vec![None; entity.systems.len()],
            held: vec![false; entity.table.len()],
        }
    }

    /// A field waits: nobody is written it, and no record is created with it.
    pub(crate) fn hold(&mut self, field: FieldIndex) {
        self.held[field.0] = true;
    }

    /// Whether a field waits.
    pub(crate) fn holds(&self, field: FieldIndex) -> bool {
        self.held[field.0]
    }

    /// A system is written base's value of a field.
    pub(crate) fn add(
        &mut self,
        system: SystemIndex,
        field: FieldIndex,
        base: &BaseField,
        why: Why,
    ) {
        let Some(side) = self.link.present(system) else {
            return;
        };
        let fields = self.entity.table.len();
        let write = self.by_system[system.0].get_or_insert_with(|| Write {
            system,
            remote: side.remote.clone(),
            values: vec![None; fields],
            revisions: Vec::new(),
            why: Vec::new(),
        });
        write.values[field.0].clone_from(&base.value);
        write.revisions.push((field, base.revision));
        write.why.push(why);
    }

    /// The writes in the order of the systems.
    pub(crate) fn into_operations(self) -> Vec<Operation> {
        self.by_system
            .into_iter()
            .flatten()
            .map(Operation::Write)
            .collect()
    }
}
