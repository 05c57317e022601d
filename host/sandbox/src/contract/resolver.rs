//! The interface `resolver`.

use treaty_model::{ActorKind, Candidate, Conflict, Contested, Standing};
use wasmtime::component::{ComponentType, Lift, Lower};

use super::types::{AttributeIn, RowIn, ValueIn, ValueOut, Weight, attributes_in, cell_in, row_in};

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum StandingIn {
    #[component(name = "edited")]
    Edited,
    #[component(name = "first-seen")]
    FirstSeen,
    #[component(name = "agreed")]
    Agreed,
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum ActorKindIn {
    #[component(name = "unknown")]
    Unknown,
    #[component(name = "person")]
    Person,
    #[component(name = "automation")]
    Automation,
    #[component(name = "treaty")]
    Treaty,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct CandidateIn<'a> {
    system: Option<u32>,
    value: ValueIn<'a>,
    standing: StandingIn,
    at: Option<i64>,
    #[component(name = "actor-kind")]
    actor_kind: ActorKindIn,
    actor: Option<&'a str>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct ContestedIn<'a> {
    field: u32,
    base: Option<ValueIn<'a>>,
    candidates: Vec<CandidateIn<'a>>,
    attributes: Vec<AttributeIn<'a>>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct ConflictIn<'a> {
    contested: Vec<ContestedIn<'a>>,
    agreed: RowIn<'a>,
    attributes: Vec<AttributeIn<'a>>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum DecisionOut {
    #[component(name = "keep")]
    Keep(u32),
    #[component(name = "set")]
    Set(ValueOut),
    #[component(name = "escalate")]
    Escalate,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct VerdictOut {
    pub(crate) field: u32,
    pub(crate) decision: DecisionOut,
    pub(crate) reason: String,
}

impl<'a> From<&'a Candidate> for CandidateIn<'a> {
    fn from(candidate: &'a Candidate) -> Self {
        Self {
            system: candidate.system,
            value: ValueIn::from(&candidate.value),
            standing: match candidate.standing {
                Standing::Edited => StandingIn::Edited,
                Standing::FirstSeen => StandingIn::FirstSeen,
                Standing::Agreed => StandingIn::Agreed,
            },
            at: candidate.at.map(treaty_model::Timestamp::as_micros),
            actor_kind: match candidate.origin.kind {
                ActorKind::Unknown => ActorKindIn::Unknown,
                ActorKind::Person => ActorKindIn::Person,
                ActorKind::Automation => ActorKindIn::Automation,
                ActorKind::Treaty => ActorKindIn::Treaty,
            },
            actor: candidate.origin.actor.as_deref(),
        }
    }
}

impl<'a> From<&'a Contested> for ContestedIn<'a> {
    fn from(contested: &'a Contested) -> Self {
        Self {
            field: contested.field,
            base: cell_in(&contested.base),
            candidates: contested.candidates.iter().map(CandidateIn::from).collect(),
            attributes: attributes_in(&contested.attributes),
        }
    }
}

impl<'a> From<&'a Conflict> for ConflictIn<'a> {
    fn from(conflict: &'a Conflict) -> Self {
        Self {
            contested: conflict.contested.iter().map(ContestedIn::from).collect(),
            agreed: row_in(&conflict.agreed),
            attributes: attributes_in(&conflict.attributes),
        }
    }
}

impl Weight for ContestedIn<'_> {
    fn weight(&self) -> u64 {
        let candidate = |each: &CandidateIn<'_>| {
            48 + each.value.weight() + each.actor.map_or(0, str::len) as u64
        };
        24 + self.base.as_ref().map_or(0, Weight::weight)
            + self.candidates.iter().map(candidate).sum::<u64>()
            + self.attributes.weight()
    }
}

impl Weight for ConflictIn<'_> {
    fn weight(&self) -> u64 {
        let contested = self.contested.iter().map(Weight::weight).sum::<u64>();
        8 + contested + self.agreed.weight() + self.attributes.weight()
    }
}
