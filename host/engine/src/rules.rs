//! The rules of a treaty, loaded into the sandbox.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use treaty_folder::{Component, Profile, RuleSettings, TreatyFolder};
use treaty_model::{RuleId, RuleLimits};
use treaty_sandbox::{Limits, Rule, Sandbox, SandboxOptions};

use crate::EngineError;
use crate::opening::Opening;

/// The rules of a treaty, loaded.
pub(crate) struct Rules {
    loaded: BTreeMap<String, (RuleId, Rule)>,
    shadows: BTreeMap<String, Result<Rule, EngineError>>,
}

impl Rules {
    pub(crate) fn load(folder: &TreatyFolder, opening: &Opening) -> Result<Self, EngineError> {
        let mut loaded = BTreeMap::new();
        for (settings, rule) in folder.rules.iter().zip(Self::load_each(folder, opening)?) {
            let rule = rule?;
            let id = RuleId {
                name: settings.name.clone(),
                digest: rule.digest(),
            };
            loaded.insert(settings.name.clone(), (id, rule));
        }
        Ok(Self {
            loaded,
            shadows: Self::load_shadows(folder, opening)?,
        })
    }

    /// What stands beside each rule, or why it cannot be loaded.
    pub(crate) fn load_shadows(
        folder: &TreatyFolder,
        opening: &Opening,
    ) -> Result<BTreeMap<String, Result<Rule, EngineError>>, EngineError> {
        let mut kept = opening.kept.lock();
        let kept = kept.with_limits(opening, &folder.limits)?;
        let rules = folder.rules.iter();
        let shadows = rules.filter_map(|settings| {
            let shadow = settings.shadow.as_ref()?;
            Some((settings.name.clone(), kept.load(shadow, opening)))
        });
        Ok(shadows.collect())
    }

    /// What stands beside a rule; none where nothing does, or it cannot be loaded.
    pub(crate) fn shadow(&self, name: &str) -> Option<Rule> {
        self.shadows.get(name)?.as_ref().ok().cloned()
    }

    /// Why something that stands beside a rule cannot be asked.
    pub(crate) fn shadow_problems(&self) -> Vec<(&str, &EngineError)> {
        let shadows = self.shadows.iter();
        let failed = shadows.filter_map(|(name, rule)| Some((name.as_str(), rule.as_ref().err()?)));
        failed.collect()
    }

    /// Each rule of the treaty, in its order, or why it cannot be loaded.
    pub(crate) fn load_each(
        folder: &TreatyFolder,
        opening: &Opening,
    ) -> Result<Vec<Result<Rule, EngineError>>, EngineError> {
        let mut kept = opening.kept.lock();
        let kept = kept.with_limits(opening, &folder.limits)?;
        let rules = folder.rules.iter();
        Ok(rules.map(|settings| kept.load(settings, opening)).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Result<(RuleId, Rule), EngineError> {
        self.loaded
            .get(name)
            .cloned()
            .ok_or_else(|| EngineError::Rule {
                name: name.to_owned(),
                message: "the treaty does not have it".to_owned(),
                hint: "name a shipped rule or one of [rules]".to_owned(),
            })
    }
}

/// Rules that ship, kept from one opening to the next: who starts a treaty again
/// in the same process need not load them again.
#[derive(Clone, Default)]
pub struct KeptRules(Arc<Mutex<Keeper>>);

#[derive(Default)]
struct Keeper(Option<Kept>);

struct Kept {
    limits: Limits,
    /// What the treaty says of them.
    treaty: RuleLimits,
    sandbox: Sandbox,
    shipped: BTreeMap<String, Rule>,
}

impl KeptRules {
    fn lock(&self) -> MutexGuard<'_, Keeper> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper {
    /// What was kept under these limits; nothing yet, where there are others.
    fn with_limits(
        &mut self,
        opening: &Opening,
        treaty: &RuleLimits,
    ) -> Result<&mut Kept, EngineError> {
        let limits = Limits::default().with(treaty);
        let kept = match self.0.take().filter(|kept| kept.treaty == *treaty) {
            Some(kept) => kept,
            None => {
                let options = SandboxOptions {
                    cache: opening.cache.clone(),
                    compiler: opening.compiler.clone(),
                    limits: limits.clone(),
                };
                let sandbox = Sandbox::new(options)
                    .map_err(|error| EngineError::Sandbox(error.to_string()))?;
                Kept {
                    limits,
                    treaty: treaty.clone(),
                    sandbox,
                    shipped: BTreeMap::new(),
                }
            }
        };
        Ok(self.0.insert(kept))
    }
}

impl Kept {
    fn load(&mut self, settings: &RuleSettings, opening: &Opening) -> Result<Rule, EngineError> {
        // The budget of its pack holds for this rule alone.
        let own = Some(&settings.limits).filter(|own| **own != RuleLimits::default());
        let limits = own.map(|own| Limits::default().with(own));
        if let Some(limits) = limits.filter(|limits| *limits != self.limits) {
            let options = SandboxOptions {
                cache: opening.cache.clone(),
                compiler: opening.compiler.clone(),
                limits,
            };
            let sandbox =
                Sandbox::new(options).map_err(|error| EngineError::Sandbox(error.to_string()))?;
            return load(&sandbox, settings, opening);
        }
        // A file may be another one by now.
        let name = match (&settings.component, settings.profile) {
            (Component::Shipped(name), Profile::Contract) => name,
            _ => return load(&self.sandbox, settings, opening),
        };
        if let Some(rule) = self.shipped.get(name) {
            return Ok(rule.clone());
        }
        let rule = load(&self.sandbox, settings, opening)?;
        self.shipped.insert(name.clone(), rule.clone());
        Ok(rule)
    }
}

fn load(
    sandbox: &Sandbox,
    settings: &RuleSettings,
    opening: &Opening,
) -> Result<Rule, EngineError> {
    let profile = settings.profile;
    let refuse = |message: String, hint: String| EngineError::Rule {
        name: settings.name.clone(),
        message,
        hint,
    };
    let result = match &settings.component {
        Component::File(path) => sandbox.load_file(path as &Path, profile),
        Component::Packed(packed) => sandbox.load_foreign(&packed.bytes, profile),
        Component::Shipped(name) => {
            let shipped = opening.shipped.iter().find(|rule| rule.name == name);
            let Some(shipped) = shipped else {
                let known: Vec<_> = opening.shipped.iter().map(|rule| rule.name).collect();
                let message = format!("no rule {name:?} ships; these do: {}", known.join(", "));
                return Err(refuse(message, "name one of them, or a file".to_owned()));
            };
            sandbox.load(shipped.component, profile)
        }
    };
    result.map_err(|error| {
        let cause = std::error::Error::source(&error);
        let because = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        refuse(format!("{error}{because}"), error.hint().to_owned())
    })
}
