//! The owner that the figures suggest, or why they suggest none.

use serde::Serialize;
use treaty_model::{Entity, FieldIndex, Owner, SystemIndex, SystemName};

use super::figures::{FieldFigures, share};

/// How many edits there have to be. Of ten edits of which none is another
/// system's, the others' true share is below 26 % with a certainty of 95 % (the
/// tenth root of 0.05 is 0.74); with fewer, one busy afternoon would decide.
const EDITS_MIN: u64 = 10;
/// The share of the edits that makes a system the one that really edits a field:
/// four of five. Below it the others' edits are a habit and no exception, and
/// giving them up is nothing that figures can decide.
const SHARE_MIN: f64 = 0.8;

/// The fields that are decided together: one, or those of a group.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The entity.
    pub(super) entity: treaty_model::EntityName,
    /// The fields by their places, in the order of the table.
    pub(super) fields: Vec<(FieldIndex, String)>,
    /// The group.
    pub(super) group: Option<String>,
    /// Whether one of them refers to another entity.
    pub(super) refers: bool,
    /// Who owns them; none: they are shared.
    pub(super) owner: Option<SystemName>,
    /// The strategy that decides without anybody's judgement.
    pub(super) settled_by: Option<String>,
    /// For each system the fields that it does not read: who owns a field has to.
    pub(super) lacking: Vec<(SystemName, Vec<String>)>,
    /// What was counted of all of them.
    pub(super) figures: FieldFigures,
}

/// What follows from the figures of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "suggests", rename_all = "kebab-case")]
pub enum Suggestion {
    /// Nothing: the strategy decides the same whoever edits, so that nobody need
    /// own it.
    NoOwnerNeeded {
        /// The strategy.
        strategy: String,
    },
    /// Nothing: nobody edited it, and any owner would do.
    NotEdited,
    /// Nothing: there are too few edits to tell.
    TooFewEdits {
        /// How many the system made that edits it most.
        edits: u64,
        /// How many it should have made.
        edits_min: u64,
    },
    /// Nothing: several systems really edit it.
    SeveralEdit {
        /// Those that do, by how much.
        systems: Vec<SystemName>,
    },
    /// Nothing: who edits it does not read all of its group.
    ReadsTooLittle {
        /// Who edits it.
        system: SystemName,
        /// What it does not read.
        fields: Vec<String>,
    },
    /// This owner, for a shared field.
    Owner {
        /// Who edits it.
        system: SystemName,
        /// How many edits are its own.
        edits: u64,
        /// Of how many.
        of: u64,
    },
    /// The owner that it has.
    KeepOwner {
        /// How many edits others made.
        by_others: u64,
        /// Of how many.
        of: u64,
    },
    /// Another owner than it has.
    OtherOwner {
        /// Who edits it.
        system: SystemName,
        /// How many edits are its own.
        edits: u64,
        /// Of how many.
        of: u64,
    },
    /// Nothing, but the owner may be wrong: others edit it as well.
    DoubtOwner {
        /// How many edits others made.
        by_others: u64,
        /// Of how many.
        of: u64,
    },
}

impl Suggestion {
    /// The system that should own the field from now on.
    pub fn new_owner(&self) -> Option<&SystemName> {
        match self {
            Self::Owner { system, .. } | Self::OtherOwner { system, .. } => Some(system),
            _ => None,
        }
    }
}

impl Block {
    /// A field by itself, or the first of a group.
    pub(super) fn of(
        entity: &Entity,
        field: FieldIndex,
        figures: FieldFigures,
        settled_by: Option<String>,
    ) -> Self {
        let row = entity.table.row(field);
        let owner = match row.owner {
            Owner::System(owner) => Some(entity.part(owner).system.clone()),
            Owner::Shared => None,
        };
        let mut block = Self {
            entity: entity.name.clone(),
            fields: Vec::new(),
            group: row.group.clone(),
            refers: false,
            owner,
            settled_by,
            lacking: entity
                .systems
                .iter()
                .map(|part| (part.system.clone(), Vec::new()))
                .collect(),
            figures: FieldFigures::default(),
        };
        block.join(entity, field, &figures);
        block
    }

    /// Adds a field of the same group.
    pub(super) fn join(&mut self, entity: &Entity, field: FieldIndex, figures: &FieldFigures) {
        let row = entity.table.row(field);
        self.fields.push((field, row.name.clone()));
        self.refers |= row.semantic == "reference";
        self.figures.add(figures);
        for (at, (_, lacking)) in self.lacking.iter_mut().enumerate() {
            if !row.reads(SystemIndex(at)) {
                lacking.push(row.name.clone());
            }
        }
    }

    /// Whether all that was edited was edited in one system, which nobody
    /// contested.
    pub(super) fn is_uncontested(&self) -> bool {
        let FieldFigures {
            collisions, alike, ..
        } = self.figures;
        let editors = self.figures.systems.values();
        let editors = editors.filter(|edits| edits.edits > 0).count();
        collisions == 0 && alike == 0 && editors == 1
    }

    /// Systems of the treaty that edit it, those that edit it most first.
    fn editors(&self) -> Vec<(&SystemName, u64)> {
        let systems = self.lacking.iter().map(|(system, _)| system);
        let mut editors: Vec<_> = systems
            .map(|system| (system, self.figures.edits_in(system)))
            .filter(|(_, edits)| *edits > 0)
            .collect();
        editors.sort_by_key(|(_, edits)| std::cmp::Reverse(*edits));
        editors
    }
}

/// What follows from the figures of a block.
pub(super) fn suggest(block: &Block) -> Suggestion {
    let editors = block.editors();
    let of = editors.iter().map(|(_, edits)| edits).sum();
    if let Some(strategy) = &block.settled_by
        // It leaves to a person what it cannot tell, and that is a conflict.
        && block.figures.asked == 0
    {
        return Suggestion::NoOwnerNeeded {
            strategy: strategy.clone(),
        };
    }
    let Some((most, edits)) = editors.first().copied() else {
        return Suggestion::NotEdited;
    };
    let carries = edits >= EDITS_MIN && share(edits, of) >= SHARE_MIN;
    let lacks = |system: &SystemName| {
        let found = block.lacking.iter().find(|(name, _)| name == system);
        found.map_or(&[][..], |(_, lacking)| lacking.as_slice())
    };
    let (system, lacking) = (most.clone(), lacks(most));
    if carries && !lacking.is_empty() {
        let fields = lacking.to_vec();
        return Suggestion::ReadsTooLittle { system, fields };
    }
    let Some(owner) = &block.owner else {
        return match () {
            () if carries => Suggestion::Owner { system, edits, of },
            () if of < EDITS_MIN || share(edits, of) >= SHARE_MIN => Suggestion::TooFewEdits {
                edits,
                edits_min: EDITS_MIN,
            },
            () => Suggestion::SeveralEdit {
                systems: editors
                    .iter()
                    .map(|(system, _)| (*system).clone())
                    .collect(),
            },
        };
    };
    let by_others = of - block.figures.edits_in(owner);
    match () {
        () if carries && system != *owner => Suggestion::OtherOwner { system, edits, of },
        // With so few of the edits it would not be suggested.
        () if by_others >= EDITS_MIN && share(of - by_others, of) < SHARE_MIN => {
            Suggestion::DoubtOwner { by_others, of }
        }
        () => Suggestion::KeepOwner { by_others, of },
    }
}

#[cfg(test)]
pub(super) mod tests;
