//! What an audit found.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_model::{Cell, EntityName, LinkId, RemoteId, RunId, SystemName, Timestamp};

use super::compare::Compared;
use crate::report::Failure;

/// What an audit found, by entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Audit {
    /// When it began.
    pub at: Option<Timestamp>,
    /// By entity.
    pub entities: Vec<EntityAudit>,
    /// Systems that could not be read: nothing is said of them.
    pub failures: Vec<Failure>,
    /// The run that repaired what was asked for.
    pub repaired_by: Option<RunId>,
}

/// What an audit found of one entity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntityAudit {
    /// The entity.
    pub entity: EntityName,
    /// Links that were compared.
    pub links: u64,
    /// Records that were read, by system.
    pub read: BTreeMap<SystemName, u64>,
    /// Links on which all systems agree.
    pub matched: u64,
    /// Links with a field on which systems differ.
    pub different: u64,
    /// Records that should be there and are not.
    pub missing: u64,
    /// Records that are in no link.
    pub extra: u64,
    /// Links that were left out, because something is on its way or somebody may
    /// still be typing.
    pub in_flight: u64,
    /// Links with a record that was other than Treaty had seen, and that no
    /// change was told of.
    pub unnoticed: u64,
    /// By field.
    pub fields: BTreeMap<String, FieldAudit>,
    /// The differences, so many of them as were asked for.
    pub differences: Vec<Difference>,
}

/// What an audit found of one field, in links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldAudit {
    /// All systems hold the same.
    pub matched: u64,
    /// They differ.
    pub different: u64,
    /// They differ, and Treaty knows why: a system keeps the value in its own
    /// form, an edit is left by the table, or the write was undone.
    pub accepted: u64,
    /// A person is asked.
    pub undecided: u64,
    /// What stands there cannot be read.
    pub unread: u64,
}

/// Something that is not equal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What kind.
    pub kind: Kind,
    /// The link; none: the record is in none.
    pub link: Option<LinkId>,
    /// The field; none: the record as a whole.
    pub field: Option<String>,
    /// What stands where.
    pub sides: Vec<SideFound>,
    /// What else is known.
    pub note: Option<String>,
}

/// The kinds of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Systems hold different values.
    Different,
    /// A record should be there and is not.
    Missing,
    /// A record is in no link.
    Extra,
}

/// What a system holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SideFound {
    /// The system.
    pub system: SystemName,
    /// The record there; none: there is none.
    pub remote: Option<RemoteId>,
    /// The canonical value.
    pub value: Cell,
}

impl EntityAudit {
    pub(super) fn new(entity: &EntityName) -> Self {
        Self {
            entity: entity.clone(),
            links: 0,
            read: BTreeMap::new(),
            matched: 0,
            different: 0,
            missing: 0,
            extra: 0,
            in_flight: 0,
            unnoticed: 0,
            fields: BTreeMap::new(),
            differences: Vec::new(),
        }
    }

    /// Whether everything is equal.
    pub fn is_equal(&self) -> bool {
        self.different == 0 && self.missing == 0 && self.extra == 0
    }
}

impl Audit {
    /// Whether everything is equal, as far as it could be read.
    pub fn is_equal(&self) -> bool {
        self.entities.iter().all(EntityAudit::is_equal)
    }
}

impl FieldAudit {
    pub(super) fn count(&mut self, compared: Compared) {
        match compared {
            Compared::Nothing => {}
            Compared::Matched => self.matched += 1,
            Compared::Different => self.different += 1,
            Compared::Accepted => self.accepted += 1,
            Compared::Undecided => self.undecided += 1,
            Compared::Unread => self.unread += 1,
        }
    }
}

impl EntityAudit {
    /// Counts a link that was compared.
    pub(super) fn take_link(
        &mut self,
        fields: Vec<(String, Compared)>,
        differences: Vec<Difference>,
        differences_max: usize,
    ) {
        self.links += 1;
        self.matched += u64::from(differences.is_empty());
        for (name, compared) in fields {
            self.fields.entry(name).or_default().count(compared);
        }
        self.take(differences, differences_max);
    }

    /// Counts what is wrong with one link or record, and lists it while there is
    /// room.
    pub(super) fn take(&mut self, differences: Vec<Difference>, differences_max: usize) {
        let kinds = |kind| {
            differences
                .iter()
                .filter(|found| found.kind == kind)
                .count() as u64
        };
        let (different, missing, extra) = (
            kinds(Kind::Different),
            kinds(Kind::Missing),
            kinds(Kind::Extra),
        );
        self.different += u64::from(different > 0);
        self.missing += missing;
        self.extra += extra;
        let room = differences_max.saturating_sub(self.differences.len());
        self.differences.extend(differences.into_iter().take(room));
    }
}
