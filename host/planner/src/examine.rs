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
///
/// The link must be as wide as its entity: a side for each system, a base for
/// each field, a cell and a settled for each field of a side. The ledger builds
/// it so.
pub fn examine(entity: &Entity, link: &Link) -> Examination {
    assert_as_wide(entity, link);
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
    /// decided. A field that a person is asked about still has its owner's
    /// value.
    fn agreed(&self, link: &Link) -> Row {
        let rulings = self.rulings.iter().zip(&link.base);
        rulings
            .map(|(ruling, base)| match ruling {
                Ruling::Stay | Ruling::Drifted { taken: None, .. } => base.value.clone(),
                Ruling::Take(taken)
                | Ruling::Drifted {
                    taken: Some(taken), ..
                } => Some(taken.winner.value.clone()),
                Ruling::Contested(_) => None,
            })
            .collect()
    }
}

/// How many rows of a table could ever be contested: a treaty in which every
/// field has an owner cannot conflict.
pub fn shared_rows(entity: &Entity) -> usize {
    let rows = entity.table.rows.iter();
    rows.filter(|row| row.owner == Owner::Shared).count()
}

fn assert_as_wide(entity: &Entity, link: &Link) {
    let fields = entity.table.len();
    assert_eq!(link.sides.len(), entity.systems.len(), "a side a system");
    assert_eq!(link.base.len(), fields, "a base a field");
    for (place, side) in link.sides.iter().enumerate() {
        let Some(side) = side else { continue };
        assert_eq!(side.observed.len(), fields, "a cell a field in {place}");
        assert_eq!(side.settled.len(), fields, "a settled a field in {place}");
    }
    for row in &entity.table.rows {
        let systems = entity.systems.len();
        assert_eq!(
            row.columns.len(),
            systems,
            "a column a system: {}",
            row.name
        );
    }
}
