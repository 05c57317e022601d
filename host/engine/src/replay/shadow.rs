//! What stands beside a rule, held against what the rule decided.

use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use treaty_ledger::{Fit, KeptBatch, KeptSetup, KeptShadow, Recordings};
use treaty_model::{Digest, Setup, Timestamp};

use super::DECISIONS_AT_ONCE;
use super::compare::{FieldSaid, compare};
use super::tally::{Compared, Said, Seen};
use super::told::{Setups, Told};
use crate::EngineError;
use crate::recording::{Answer, read_answer, read_conflict};

/// Which shadow is looked at.
pub struct ShadowWish<'f> {
    /// The rule beside which it stands.
    pub rule: &'f str,
    /// The component.
    pub component: Digest,
    /// Its configuration.
    pub configuration: &'f str,
    /// Decisions that were asked first since this time.
    pub since: Timestamp,
    /// How many changes are listed.
    pub changes_max: usize,
}

/// What a shadow would have decided.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Shadowed {
    /// What became of the decisions, each counted once.
    #[serde(flatten)]
    pub compared: Compared,
    /// Batches of the rule that the shadow was not asked: it did not stand there yet,
    /// or was another component, or was configured otherwise.
    pub batches_without: u64,
}

/// Compares what stands beside a rule with what the rule decided.
pub fn shadows(recordings: &Recordings, wish: &ShadowWish<'_>) -> Result<Shadowed, EngineError> {
    let mut shadowed = Shadowed::default();
    let (mut setups, mut seen) = (Setups::default(), Seen::default());
    let mut after = 0;
    loop {
        let kept = recordings.batches(wish.since, after, DECISIONS_AT_ONCE)?;
        let Some(last) = kept.last() else { break };
        after = last.number;
        for batch in kept.iter().filter(|batch| batch.rule.name == wish.rule) {
            let mut found = None;
            for shadow in &batch.shadows {
                let setup = recordings.setup(shadow.setup)?;
                if let Some(setup) = setup.filter(|setup| wish.is(shadow, setup)) {
                    found = Some((shadow, setup));
                }
            }
            let told = setups.of(recordings, batch, None)?;
            let (Some((shadow, setup)), Some(told)) = (found, told) else {
                shadowed.batches_without += 1;
                continue;
            };
            let fresh = batch.decisions.iter().map(|kept| seen.add(kept.number));
            let said = beside(batch, shadow, (&setup, &told), &fresh.collect::<Vec<_>>());
            let compared = &mut shadowed.compared;
            compared.take(recordings, batch, said, wish.changes_max)?;
        }
    }
    shadowed.compared.finish();
    Ok(shadowed)
}

impl ShadowWish<'_> {
    fn is(&self, shadow: &KeptShadow, setup: &KeptSetup) -> bool {
        let configured = |setup: Setup| setup.configuration == self.configuration;
        shadow.component == self.component
            && serde_json::from_str(&setup.content).is_ok_and(configured)
    }
}

/// What is told of a batch and the answers of what stands beside its rule.
fn beside(
    batch: &KeptBatch,
    shadow: &KeptShadow,
    (setup, told): (&KeptSetup, &Arc<Told>),
    fresh: &[bool],
) -> Said {
    let mut said = Said::default();
    if batch.fit_of_shadow(shadow, setup) == Fit::Altered {
        said.alter(format!(
            "shadow of batch {}: its mark does not fit",
            batch.number
        ));
    }
    let decisions = batch.decisions.par_iter().zip(fresh);
    let compared: Vec<_> = decisions
        .filter(|(_, fresh)| **fresh)
        .map(|(kept, _)| {
            let fields = match kept.fit() {
                Fit::Fits => kept.said.as_ref().and_then(|texts| {
                    let other = shadow.answers.get(&kept.number);
                    fields(&texts.input, &texts.answer, other.unwrap_or(&texts.answer))
                }),
                Fit::Altered | Fit::Forgotten => None,
            };
            (kept, fields)
        })
        .collect();
    for (kept, fields) in compared {
        match fields {
            Some(fields) => said.add(told, kept, fields),
            None if kept.said.is_none() => said.forgotten += 1,
            None => said.alter_decision(kept, "its mark does not fit what it says"),
        }
    }
    said
}

fn fields(input: &str, was: &str, is: &str) -> Option<Vec<FieldSaid>> {
    let conflict = read_conflict(input).ok()?;
    let (was, is): (Answer, Answer) = (read_answer(was).ok()?, read_answer(is).ok()?);
    Some(compare(&conflict, &was, &is))
}
