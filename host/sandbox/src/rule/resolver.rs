//! Asking a resolver.

use treaty_model::{Conflict, Decision, Setup, Verdict};
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, InstancePre};

use super::{Rule, batch, function, invoke, not_offered};
use crate::contract::names;
use crate::contract::resolver::{ConflictIn, DecisionOut, VerdictOut};
use crate::contract::types::{Answer, SetupIn, Weight};
use crate::state::State;
use crate::text::cut_owned;
use crate::{Answers, Fault, Limits, LoadError, check};

type Resolve<'a> = (
    (&'a SetupIn<'a>, &'a [ConflictIn<'a>]),
    (Vec<Answer<Vec<VerdictOut>>>,),
);

pub(super) struct Functions {
    resolve: ComponentExportIndex,
}

impl Functions {
    pub(super) fn of(pre: &InstancePre<State>) -> Result<Self, LoadError> {
        let resolve = function::<Resolve<'_>>(pre, names::RESOLVER, "resolve")?;
        Ok(Self { resolve })
    }

    /// Asks about nothing, for what that costs.
    pub(super) fn ask_nothing(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        setup: &SetupIn<'_>,
    ) -> wasmtime::Result<()> {
        invoke::<Resolve<'_>>(store, instance, &self.resolve, (setup, &[])).map(|_| ())
    }
}

impl Rule {
    /// Decides conflicts: for each one verdict for each of its contested fields,
    /// in their order.
    pub fn resolve(&self, setup: &Setup, conflicts: &[Conflict]) -> Answers<Vec<Verdict>> {
        let Some(functions) = &self.inner.resolver else {
            return not_offered(conflicts.len(), names::RESOLVER);
        };
        let limits = &self.inner.shared.limits;
        let setup_in = SetupIn::from(setup);
        let elements: Vec<_> = conflicts.iter().map(ConflictIn::from).collect();
        let weights: Vec<_> = elements.iter().map(Weight::weight).collect();
        batch(setup, &setup_in, &weights).run(
            &self.inner,
            |store, instance, part| {
                let parameters = (&setup_in, &elements[part]);
                invoke::<Resolve<'_>>(store, instance, &functions.resolve, parameters)
                    .map(|(answers,)| answers)
            },
            |at, answer| verdicts(limits, setup, &conflicts[at], answer),
        )
    }
}

/// Exactly one verdict for each contested field, in the order of these.
fn verdicts(
    limits: &Limits,
    setup: &Setup,
    conflict: &Conflict,
    given: Vec<VerdictOut>,
) -> Result<Vec<Verdict>, Fault> {
    let mut slots: Vec<Option<Verdict>> = vec![None; conflict.contested.len()];
    for verdict in given {
        let field = check::field(&setup.canonical, verdict.field)?;
        let is_this = |contested: &treaty_model::Contested| contested.field == verdict.field;
        let Some(place) = conflict.contested.iter().position(is_this) else {
            let name = &field.name;
            return Err(Fault::malformed(format!(
                "a verdict for field {name:?}, which is not contested"
            )));
        };
        if slots[place].is_some() {
            let name = &field.name;
            return Err(Fault::malformed(format!("two verdicts for field {name:?}")));
        }
        let candidates = conflict.contested[place].candidates.len();
        let decision = match verdict.decision {
            DecisionOut::Keep(side) if (side as usize) < candidates => Decision::Keep(side),
            DecisionOut::Keep(side) => {
                let name = &field.name;
                return Err(Fault::malformed(format!(
                    "field {name:?}: keeps candidate {side} of {candidates}"
                )));
            }
            DecisionOut::Set(value) => Decision::Set(check::value(limits, field, value)?),
            DecisionOut::Escalate => Decision::Escalate,
        };
        slots[place] = Some(Verdict {
            field: verdict.field,
            decision,
            reason: cut_owned(verdict.reason, limits.message_bytes),
        });
    }
    let decided = slots.iter().flatten().count();
    let contested = slots.len();
    if decided < contested {
        return Err(Fault::malformed(format!(
            "verdicts for {decided} of {contested} contested fields"
        )));
    }
    Ok(slots.into_iter().flatten().collect())
}
