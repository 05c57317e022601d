//! The first half of reconcile: which fields of a link changed, and which are
//! contested.

use treaty_model::{Conflict, Contested, Entity, FieldIndex, Link, Owner, Row};

use crate::group::{groups, rule_on_group};
use crate::ruling::{Ruling, rule_on};

/// What was found out about a link before any rule was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    pub(crate) rulings: Vec<Ruling>,
    pub(crate) groups: Vec<Vec<FieldIndex>>,
}

/// Looks at every field of a link.
pub fn examine(entity: &Entity, link: &Link) -> Examination {
    let fields = entity.table.fields();
    let mut rulings: Vec<_> = fields
        .map(|(field, _)| rule_on(entity, link, field))
        .collect();
    let groups = groups(entity);
    for group in &groups {
        rule_on_group(entity, link, group, &mut rulings);
    }
    Examination { rulings, groups }
}

impl Examination {
    /// The fields about which a resolver must be asked.
    pub fn contested(&self) -> Vec<FieldIndex> {
        let rulings = self.rulings.iter().enumerate();
        rulings
            .filter(|(_, ruling)| matches!(ruling, Ruling::Contested(_)))
            .map(|(index, _)| FieldIndex(index))
            .collect()
    }

    /// The question to a resolver about some of the contested fields: those
    /// that are its to decide.
    pub fn conflict(&self, link: &Link, fields: &[FieldIndex]) -> Conflict {
        let contested = fields
            .iter()
            .filter_map(|field| match &self.rulings[field.0] {
                Ruling::Contested(candidates) => Some(Contested {
                    field: u32::try_from(field.0).unwrap_or(u32::MAX),
                    base: link.base(*field).value.clone(),
                    candidates: candidates.clone(),
                    attributes: Vec::new(),
                }),
                _ => None,
            })
            .collect();
        Conflict {
            contested,
            agreed: self.agreed(link),
            attributes: Vec::new(),
        }
    }

    /// The record as agreed after the fields that are not contested were
    /// decided.
    fn agreed(&self, link: &Link) -> Row {
        let rulings = self.rulings.iter().zip(&link.base);
        rulings
            .map(|(ruling, base)| match ruling {
                Ruling::Stay => base.value.clone(),
                Ruling::Take { winner, .. } => Some(winner.value.clone()),
                Ruling::Contested(_) | Ruling::Ask { .. } => None,
            })
            .collect()
    }
}

/// How many rows of a table could ever be contested: a treaty in which every
/// field has an owner cannot conflict.
pub fn shared_rows(entity: &Entity) -> usize {
    entity
        .table
        .rows
        .iter()
        .filter(|row| row.owner == Owner::Shared)
        .count()
}
