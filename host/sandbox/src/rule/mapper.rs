//! Asking a mapper.

use treaty_model::{Inbound, InboundAnswer, Outbound, Read, Setup, SystemIndex, Written};
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, InstancePre};

use super::{Rule, batch, function, invoke, not_offered};
use crate::contract::mapper::{InboundAnswerOut, InboundIn, OutboundIn, WrittenOut};
use crate::contract::names;
use crate::contract::types::{Answer, SetupIn, Weight};
use crate::state::State;
use crate::text::cut_owned;
use crate::{Answers, LoadError, check};

type ToCanonical<'a> = (
    (&'a SetupIn<'a>, u32, &'a [InboundIn<'a>]),
    (Vec<Answer<InboundAnswerOut>>,),
);
type FromCanonical<'a> = (
    (&'a SetupIn<'a>, u32, &'a [OutboundIn<'a>]),
    (Vec<Answer<WrittenOut>>,),
);

pub(super) struct Functions {
    to_canonical: ComponentExportIndex,
    from_canonical: ComponentExportIndex,
}

impl Functions {
    pub(super) fn of(pre: &InstancePre<State>) -> Result<Self, LoadError> {
        let to = function::<ToCanonical<'_>>(pre, names::MAPPER, "to-canonical")?;
        let from = function::<FromCanonical<'_>>(pre, names::MAPPER, "from-canonical")?;
        Ok(Self {
            to_canonical: to,
            from_canonical: from,
        })
    }

    /// Asks about nothing, for what that costs.
    pub(super) fn ask_nothing(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        setup: &SetupIn<'_>,
    ) -> wasmtime::Result<()> {
        invoke::<ToCanonical<'_>>(store, instance, &self.to_canonical, (setup, 0, &[])).map(|_| ())
    }
}

impl Rule {
    /// From own rows of one system to canonical rows.
    ///
    /// # Panics
    /// If the setup has no system at that place.
    pub fn to_canonical(
        &self,
        setup: &Setup,
        system: SystemIndex,
        elements: &[Inbound],
    ) -> Answers<InboundAnswer> {
        let system = offered(setup, system);
        let Some(functions) = &self.inner.mapper else {
            return not_offered(elements.len(), names::MAPPER);
        };
        let limits = &self.inner.shared.limits;
        let setup_in = SetupIn::from(setup);
        let elements: Vec<_> = elements.iter().map(InboundIn::from).collect();
        let weights: Vec<_> = elements.iter().map(Weight::weight).collect();
        batch(setup, &setup_in, &weights).run(
            &self.inner,
            |store, instance, part| {
                let parameters = (&setup_in, system, &elements[part]);
                let function = &functions.to_canonical;
                invoke::<ToCanonical<'_>>(store, instance, function, parameters)
                    .map(|(answers,)| answers)
            },
            |_, answer| match answer {
                InboundAnswerOut::LeftOut(reason) => Ok(InboundAnswer::LeftOut(cut_owned(
                    reason,
                    limits.message_bytes,
                ))),
                InboundAnswerOut::Read(read) => Ok(InboundAnswer::Read(Read {
                    canonical: check::row(limits, &setup.canonical, read.canonical)?,
                    problems: check::problems(limits, &setup.canonical, read.problems)?,
                })),
            },
        )
    }

    /// From canonical rows to own rows of one system.
    ///
    /// # Panics
    /// If the setup has no system at that place.
    pub fn from_canonical(
        &self,
        setup: &Setup,
        system: SystemIndex,
        elements: &[Outbound],
    ) -> Answers<Written> {
        let own_fields = &setup.systems[system.0].fields;
        let system = offered(setup, system);
        let Some(functions) = &self.inner.mapper else {
            return not_offered(elements.len(), names::MAPPER);
        };
        let limits = &self.inner.shared.limits;
        let setup_in = SetupIn::from(setup);
        let elements: Vec<_> = elements.iter().map(OutboundIn::from).collect();
        let weights: Vec<_> = elements.iter().map(Weight::weight).collect();
        batch(setup, &setup_in, &weights).run(
            &self.inner,
            |store, instance, part| {
                let parameters = (&setup_in, system, &elements[part]);
                let function = &functions.from_canonical;
                invoke::<FromCanonical<'_>>(store, instance, function, parameters)
                    .map(|(answers,)| answers)
            },
            |_, written| {
                Ok(Written {
                    own: check::row(limits, own_fields, written.own)?,
                    problems: check::problems(limits, &setup.canonical, written.problems)?,
                })
            },
        )
    }
}

/// A system's place as the contract counts it.
fn offered(setup: &Setup, system: SystemIndex) -> u32 {
    assert!(
        system.0 < setup.systems.len(),
        "system {system} of a setup of {} systems",
        setup.systems.len()
    );
    u32::try_from(system.0).expect("a treaty has fewer systems than a u32 counts")
}
