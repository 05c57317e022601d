//! What rules were told, and what those that decide again are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use treaty_folder::resolver_setup;
use treaty_ledger::{Fit, KeptBatch, KeptSetup, Recordings};
use treaty_model::{Setup, Timestamp};

use super::ToldAs;
use crate::EngineError;

/// What a rule was told, and what the one that decides again is told.
#[derive(Debug)]
pub(crate) struct Told {
    /// As it is kept.
    pub(crate) kept: KeptSetup,
    /// What was told then, without the batch's own time; none: it cannot be read.
    pub(crate) then: Option<Setup>,
    /// What is told now, without the batch's own time.
    pub(crate) now: Option<Setup>,
}

impl Told {
    /// Whether it is told what was told then.
    pub(crate) fn is_as_then(&self) -> bool {
        self.then.is_some() && self.then == self.now
    }

    /// The name of a field.
    pub(crate) fn field(&self, field: u32) -> String {
        let then = self.then.as_ref();
        let known = then.and_then(|setup| setup.canonical.get(field as usize));
        known.map_or_else(|| format!("field {field}"), |known| known.name.clone())
    }
}

/// The setups of a journal, each read once.
#[derive(Default)]
pub(crate) struct Setups {
    all: BTreeMap<(i64, String), Option<Arc<Told>>>,
}

impl Setups {
    /// The setup of a batch; none where it is not there.
    pub(crate) fn of(
        &mut self,
        recordings: &Recordings,
        batch: &KeptBatch,
        told: Option<ToldAs<'_>>,
    ) -> Result<Option<Arc<Told>>, EngineError> {
        let key = (batch.setup, batch.rule.name.clone());
        if let Some(known) = self.all.get(&key) {
            return Ok(known.clone());
        }
        let kept = recordings.setup(batch.setup)?;
        let read = kept.map(|kept| {
            let fits = kept.fit() == Fit::Fits;
            let then = fits.then(|| serde_json::from_str(&kept.content).ok());
            let then: Option<Setup> = then.flatten();
            let now = then.as_ref().map(|then| match told {
                None | Some(ToldAs::Then) => then.clone(),
                Some(ToldAs::Configured(configuration)) => Setup {
                    configuration: configuration.to_owned(),
                    ..then.clone()
                },
                Some(ToldAs::Now(folder)) => as_now(then, folder, &batch.rule.name),
            });
            Arc::new(Told { kept, then, now })
        });
        self.all.insert(key, read.clone());
        Ok(read)
    }
}

/// What a treaty says now, in the schemas of then.
fn as_now(then: &Setup, folder: &treaty_folder::TreatyFolder, rule: &str) -> Setup {
    let mut told = then.clone();
    let Some(entity) = folder.entity(&then.entity) else {
        return told;
    };
    let now = resolver_setup(folder, entity, rule, &[], Timestamp::from_micros(0));
    told.configuration = now.configuration;
    for field in &mut told.canonical {
        let mut known = now.canonical.iter();
        if let Some(known) = known.find(|known| known.name == field.name) {
            field.attributes.clone_from(&known.attributes);
        }
    }
    for system in &mut told.systems {
        if let Some(known) = folder.system(&system.name) {
            system.attributes.clone_from(&known.attributes);
        }
    }
    for (name, value) in &mut told.attributes {
        let mut known = now.attributes.iter();
        let known = known.find(|(known, _)| known == name && name != crate::recording::NOW);
        if let Some((_, known)) = known {
            value.clone_from(known);
        }
    }
    told
}
