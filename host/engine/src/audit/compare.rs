//! One link, as it was read afresh in all its systems: where they differ.

use std::collections::BTreeSet;

use treaty_ledger::{StoredLink, StoredRecord};
use treaty_model::{
    Cell, Drift, FieldIndex, FieldRow, Life, Owner, Presence, Row, SystemIndex, Value,
};

use super::findings::{Difference, Kind, SideFound};
use crate::Part;
use crate::reading::Reading;

/// A link with its records as they stand in their systems now.
pub(super) struct Fresh {
    /// The link as the ledger has it: which records it has, and what is known to
    /// differ.
    pub(super) stored: StoredLink,
    /// By system.
    pub(super) sides: Vec<FreshSide>,
}

/// A system's record as it stands there now.
pub(super) enum FreshSide {
    /// The link has no record there that could be compared.
    None,
    /// The system could not be read.
    NotRead,
    /// The record is not there.
    Gone,
    /// It is there: its own row, and what the mapper makes of it, with references
    /// as link numbers.
    There { own: Row, reading: Reading },
}

/// How a field compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// Fewer than two systems say anything.
    Nothing,
    Matched,
    Different,
    Accepted,
    Undecided,
    Unread,
}

impl Fresh {
    /// Whether a record is other than the ledger has it.
    pub(super) fn is_unnoticed(&self) -> bool {
        let records = self.stored.records.iter().zip(&self.sides);
        records
            .into_iter()
            .any(|(record, side)| match (record, side) {
                (Some(record), FreshSide::There { own, .. }) => record.own != *own,
                _ => false,
            })
    }

    /// How a field compares. `asked` holds the fields about which a person is
    /// asked.
    pub(super) fn compare(
        &self,
        part: &Part,
        field: FieldIndex,
        asked: &BTreeSet<FieldIndex>,
    ) -> Compared {
        let row = part.entity.table.row(field);
        let mut said: Vec<(SystemIndex, &Value)> = Vec::new();
        let mut unread = false;
        for (system, canonical, problem) in self.readings(row, field) {
            unread |= problem;
            said.extend(canonical[field.0].as_ref().map(|value| (system, value)));
        }
        let Some((_, first)) = said.first() else {
            return if unread {
                Compared::Unread
            } else {
                Compared::Nothing
            };
        };
        if said.iter().all(|(_, value)| value == first) {
            return match (unread, said.len()) {
                (true, _) => Compared::Unread,
                (false, 1) => Compared::Nothing,
                (false, _) => Compared::Matched,
            };
        }
        if asked.contains(&field) {
            return Compared::Undecided;
        }
        let base = self.stored.base[field.0].value.as_ref();
        let mut apart = said.iter().filter(|(_, value)| Some(*value) != base);
        let accepted = apart.all(|(system, value)| self.is_accepted(row, field, *system, value));
        match accepted {
            true => Compared::Accepted,
            false => Compared::Different,
        }
    }

    /// Whether it is known that a system holds another value than was agreed.
    fn is_accepted(
        &self,
        row: &FieldRow,
        field: FieldIndex,
        system: SystemIndex,
        value: &Value,
    ) -> bool {
        let leaves = row.drift == Drift::Leave
            && matches!(row.owner, Owner::System(owner) if owner != system);
        let revision = self.stored.base[field.0].revision;
        let record = self.stored.records[system.0].as_ref();
        let settled = record.and_then(|record| record.settled[field.0].as_ref());
        let own_form = settled.is_some_and(|settled| {
            settled.revision >= revision && settled.value.as_ref() == Some(value)
        });
        leaves || own_form
    }

    /// What the systems that read a field say, and whether they cannot be read.
    fn readings<'a>(
        &'a self,
        row: &'a FieldRow,
        field: FieldIndex,
    ) -> impl Iterator<Item = (SystemIndex, &'a Row, bool)> {
        let sides = self.sides.iter().enumerate();
        sides.filter_map(move |(at, side)| {
            let system = SystemIndex(at);
            match side {
                FreshSide::There {
                    reading:
                        Reading::Read {
                            canonical,
                            problems,
                        },
                    ..
                } if row.reads(system) => {
                    let mut problems = problems.iter();
                    let problem = problems.any(|problem| problem.field() == Some(field));
                    Some((system, canonical, problem))
                }
                _ => None,
            }
        })
    }

    /// A difference in a field, as it is told.
    pub(super) fn difference(&self, part: &Part, field: FieldIndex) -> Difference {
        let row = part.entity.table.row(field);
        let mut sides = Vec::new();
        for (system, canonical, _) in self.readings(row, field) {
            sides.push(self.side(part, system, canonical[field.0].clone()));
        }
        Difference {
            kind: Kind::Different,
            link: Some(self.stored.id),
            field: Some(row.name.clone()),
            sides,
            note: None,
        }
    }

    /// Records that should be there: those that are linked and gone, and those
    /// that the treaty would have made.
    pub(super) fn missing(&self, part: &Part) -> Vec<Difference> {
        let mut missing = Vec::new();
        if self.stored.life != Life::Alive {
            return missing;
        }
        for (at, side) in self.sides.iter().enumerate() {
            let system = SystemIndex(at);
            let note = match side {
                FreshSide::Gone => "the record is linked, and the system does not have it",
                FreshSide::None if self.was_never_made(part, system) => {
                    "the treaty makes what is new there, and this was not made"
                }
                _ => continue,
            };
            let others = part
                .entity
                .system_indexes()
                .filter(|other| *other != system);
            let there = others.filter(|other| self.stored.records[other.0].is_some());
            let mut sides: Vec<_> = there.map(|other| self.side(part, other, None)).collect();
            sides.push(self.side(part, system, None));
            missing.push(Difference {
                kind: Kind::Missing,
                link: Some(self.stored.id),
                field: None,
                sides,
                note: Some(note.to_owned()),
            });
        }
        missing
    }

    fn was_never_made(&self, part: &Part, system: SystemIndex) -> bool {
        let present = |record: &StoredRecord| record.presence == Presence::Present;
        let mut sources = part.entity.part(system).creates_from.iter();
        self.stored.records[system.0].is_none()
            && sources.any(|source| self.stored.records[source.0].as_ref().is_some_and(present))
    }

    fn side(&self, part: &Part, system: SystemIndex, value: Cell) -> SideFound {
        let record = self.stored.records[system.0].as_ref();
        SideFound {
            system: part.entity.part(system).system.clone(),
            remote: record.map(|record| record.key.remote.clone()),
            value,
        }
    }
}
