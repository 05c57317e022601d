//! The interface `mapper`.

use treaty_model::{Inbound, Outbound, Purpose};
use wasmtime::component::{ComponentType, Lift, Lower};

use super::types::{RowIn, RowOut, Weight, row_in};

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct InboundIn<'a> {
    own: RowIn<'a>,
    known: RowIn<'a>,
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum PurposeIn {
    #[component(name = "update")]
    Update,
    #[component(name = "create")]
    Create,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct OutboundIn<'a> {
    canonical: RowIn<'a>,
    own: RowIn<'a>,
    purpose: PurposeIn,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct FieldProblemOut {
    pub(crate) field: u32,
    pub(crate) message: String,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct ReadOut {
    pub(crate) canonical: RowOut,
    pub(crate) problems: Vec<FieldProblemOut>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum InboundAnswerOut {
    #[component(name = "read")]
    Read(ReadOut),
    #[component(name = "left-out")]
    LeftOut(String),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct WrittenOut {
    pub(crate) own: RowOut,
    pub(crate) problems: Vec<FieldProblemOut>,
}

impl<'a> From<&'a Inbound> for InboundIn<'a> {
    fn from(inbound: &'a Inbound) -> Self {
        Self {
            own: row_in(&inbound.own),
            known: row_in(&inbound.known),
        }
    }
}

impl<'a> From<&'a Outbound> for OutboundIn<'a> {
    fn from(outbound: &'a Outbound) -> Self {
        Self {
            canonical: row_in(&outbound.canonical),
            own: row_in(&outbound.own),
            purpose: match outbound.purpose {
                Purpose::Update => PurposeIn::Update,
                Purpose::Create => PurposeIn::Create,
            },
        }
    }
}

impl Weight for InboundIn<'_> {
    fn weight(&self) -> u64 {
        self.own.weight() + self.known.weight()
    }
}

impl Weight for OutboundIn<'_> {
    fn weight(&self) -> u64 {
        4 + self.canonical.weight() + self.own.weight()
    }
}
