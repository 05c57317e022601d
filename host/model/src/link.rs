//! What is known of one thing in the world: where it stands in each system, and
//! what all systems should agree on.

use serde::{Deserialize, Serialize};

use crate::{
    Cell, Digest, EntityName, FieldIndex, LinkId, RemoteId, Revision, Row, RunId, SystemIndex,
    SystemName, Timestamp,
};

/// The cross-reference: one thing in the world and its record in each system,
/// with everything the planner needs to decide about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub id: LinkId,
    /// Its entity.
    pub entity: EntityName,
    /// Whether the thing is there at all.
    pub life: Life,
    /// By field: what all systems should agree on.
    pub base: Vec<BaseField>,
    /// By system: its record, where it has one.
    pub sides: Vec<Option<Side>>,
}

/// Whether the thing that a link stands for is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Life {
    /// It is.
    #[default]
    Alive,
    /// It was deleted, and that was carried out or is being carried out.
    Deleted,
}

/// What all systems should agree on for one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseField {
    /// The value; absent before anything was agreed (revision 0).
    pub value: Cell,
    /// Grows whenever the value changes.
    pub revision: Revision,
    /// Where the value came from.
    pub provenance: Option<Provenance>,
}

/// Where a value of base came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The system that had it, or none where a rule or a person made it up.
    /// By name: a treaty's list of systems may change.
    pub system: Option<SystemName>,
    /// Who changed it there.
    pub origin: Origin,
    /// When, by that system's clock.
    pub at: Option<Timestamp>,
    /// The rule that decided for it, where there was a conflict.
    pub rule: Option<RuleId>,
    /// The run that made it base.
    pub run: RunId,
}

/// A rule and exactly which version of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleId {
    /// Its name in the treaty.
    pub name: String,
    /// The digest of the component.
    pub digest: Digest,
}

/// Who made a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The actor's name or id, as the system gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// What kind of actor made a change.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum ActorKind {
    /// The system does not say.
    #[default]
    Unknown,
    /// Somebody at a keyboard.
    Person,
    /// A workflow, an import, an integration.
    Automation,
    /// Treaty itself.
    Treaty,
}

/// One system's record of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its id there.
    pub remote: RemoteId,
    /// Whether it is there.
    pub presence: Presence,
    /// By field: the canonical value as we last knew it to stand there. Absent
    /// where the system does not say or does not read the field.
    pub observed: Row,
    /// By field: what it was when it last agreed with base; none: never.
    pub settled: Vec<Option<Settled>>,
    /// Who changed the record last, as far as the system says.
    pub origin: Origin,
    /// When, by the system's clock.
    pub changed_at: Option<Timestamp>,
}

/// A field of a system's record as it stood when it last agreed with base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The canonical value there: base's, or what the system made of it.
    pub value: Cell,
    /// The revision of base that it agreed with.
    pub revision: Revision,
}

/// Whether a system's record is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It is, and it takes part.
    Present,
    /// It is there, but the mapper's filter leaves it out: it is neither
    /// written nor a source, and never counts as deleted.
    LeftOut(String),
    /// A complete listing did not show it. That proves nothing.
    Missing,
    /// The system reported it as deleted, and nothing has been decided yet.
    Deleted,
    /// It was gone, and it is there again: somebody brought it back.
    Restored,
    /// It is gone, and that has been dealt with: carried out elsewhere, or left
    /// by the treaty's policy.
    Gone,
}

impl Link {
    /// A link that knows nothing yet.
    pub fn new(id: LinkId, entity: EntityName, systems: usize, fields: usize) -> Self {
        Self {
            id,
            entity,
            life: Life::Alive,
            base: vec![BaseField::default(); fields],
            sides: vec![None; systems],
        }
    }

    /// The record of a system, if it has one.
    pub fn side(&self, system: SystemIndex) -> Option<&Side> {
        self.sides[system.0].as_ref()
    }

    /// The record of a system, if it has one that is there and takes part.
    pub fn present(&self, system: SystemIndex) -> Option<&Side> {
        self.side(system).filter(|side| side.presence.takes_part())
    }

    /// The base of a field.
    pub fn base(&self, field: FieldIndex) -> &BaseField {
        &self.base[field.0]
    }
}

impl Presence {
    /// Whether the record can be read from and written to.
    pub fn takes_part(&self) -> bool {
        matches!(self, Self::Present | Self::Restored)
    }
}

impl Side {
    /// A record that was just met and never agreed on anything.
    pub fn first_seen(remote: RemoteId, observed: Row) -> Self {
        Self {
            remote,
            presence: Presence::Present,
            settled: vec![None; observed.len()],
            observed,
            origin: Origin::default(),
            changed_at: None,
        }
    }
}
