//! Loading a rule as a treaty does, under the narrowest profile that it fits.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::PathBuf;
use std::sync::Arc;

use treaty_folder::{Component, RuleSettings, TreatyFolder};
use treaty_model::RuleLimits;
use treaty_sandbox::{Limits, LoadError, Profile, Rule, Sandbox, SandboxError, SandboxOptions};

/// What a shipped rule is called where a file could be named as well.
const SHIPPED: &str = "shipped:";

/// A rule that ships inside the binary.
#[derive(Clone, Copy, Debug)]
pub struct ShippedComponent {
    /// Its name.
    pub name: &'static str,
    /// The component.
    pub component: &'static [u8],
}

/// Where a component is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// A rule inside the binary.
    Shipped(String),
    /// A component that is in memory: a pack's.
    Held(Arc<[u8]>),
}

impl From<&str> for Place {
    /// As a treaty names it: a file, or `shipped:<rule>`.
    fn from(text: &str) -> Self {
        match text.strip_prefix(SHIPPED) {
            Some(name) => Self::Shipped(name.to_owned()),
            None => Self::File(text.into()),
        }
    }
}

/// A rule, loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The rule.
    pub rule: Rule,
    /// The profile that it needs in a treaty.
    pub profile: Profile,
    /// The size of the component, in bytes.
    pub size_bytes: u64,
}

/// A sandbox and the rules that ship.
pub struct Workshop {
    options: SandboxOptions,
    sandbox: Sandbox,
    shipped: Vec<ShippedComponent>,
}

/// Why a component cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum CannotLoad {
    /// No rule of that name ships.
    #[error("no rule {name:?} ships; these do: {}", known.join(", "))]
    NotShipped {
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<&'static str>,
    },
    /// The sandbox refuses it.
    #[error("{}{}", .0, because(.0))]
    Refused(#[from] LoadError),
    /// There can be no sandbox.
    #[error(transparent)]
    NoSandbox(#[from] SandboxError),
}

/// Why a rule of a treaty cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error("rule {name}: {error}")]
pub struct CannotLoadNamed {
    /// Its name in the treaty.
    pub name: String,
    /// Why.
    pub error: CannotLoad,
}

/// The cause of a refusal, as the end of its message.
fn because(error: &LoadError) -> String {
    let cause = error.source();
    cause.map(|cause| format!(": {cause}")).unwrap_or_default()
}

impl CannotLoad {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotShipped { .. } => "name one of them, or a file",
            Self::Refused(error) => error.hint(),
            Self::NoSandbox(_) => "this machine cannot run rules; see the message",
        }
    }
}

impl Workshop {
    /// Sets up a sandbox.
    pub fn new(
        options: SandboxOptions,
        shipped: Vec<ShippedComponent>,
    ) -> Result<Self, SandboxError> {
        let sandbox = Sandbox::new(options.clone())?;
        Ok(Self {
            options,
            sandbox,
            shipped,
        })
    }

    /// Loads a component under the first profile that it fits.
    pub fn load(&self, place: &Place) -> Result<Loaded, CannotLoad> {
        match self.load_under(place, Profile::Contract) {
            Err(CannotLoad::Refused(LoadError::ForeignImports { names }))
                if names.iter().all(|name| name.starts_with("wasi:")) =>
            {
                self.load_under(place, Profile::InertWasi)
            }
            loaded => loaded,
        }
    }

    /// Loads rules of a treaty by their names, as the treaty says; names that it
    /// does not have are left out.
    pub fn load_all<'n>(
        &self,
        folder: &TreatyFolder,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<BTreeMap<String, Rule>, CannotLoadNamed> {
        let names = names.into_iter();
        let settings = names.filter_map(|name| folder.rule(name));
        self.load_each(settings)
    }

    /// Loads rules by their names, each once, under the profile that their settings
    /// name, and under their own limits.
    pub fn load_each<'r>(
        &self,
        all: impl IntoIterator<Item = &'r RuleSettings>,
    ) -> Result<BTreeMap<String, Rule>, CannotLoadNamed> {
        let mut rules = BTreeMap::new();
        for settings in all {
            if rules.contains_key(&settings.name) {
                continue;
            }
            let place = match &settings.component {
                Component::File(path) => Place::File(path.clone()),
                Component::Shipped(name) => Place::Shipped(name.clone()),
                Component::Packed(packed) => Place::Held(packed.bytes.clone()),
            };
            let loaded = self
                .sandbox_of(settings)
                .and_then(|sandbox| self.load_in(sandbox.as_ref(), &place, settings.profile));
            let loaded = loaded.map_err(|error| CannotLoadNamed {
                name: settings.name.clone(),
                error,
            })?;
            rules.insert(settings.name.clone(), loaded.rule);
        }
        Ok(rules)
    }

    /// A sandbox for a rule that is under other limits than the others; none: it is
    /// not.
    fn sandbox_of(&self, settings: &RuleSettings) -> Result<Option<Sandbox>, CannotLoad> {
        let own = Some(&settings.limits).filter(|own| **own != RuleLimits::default());
        let limits = own.map(|own| Limits::default().with(own));
        let limits = limits.filter(|limits| *limits != self.options.limits);
        let sandbox = limits.map(|limits| {
            Sandbox::new(SandboxOptions {
                limits,
                ..self.options.clone()
            })
        });
        Ok(sandbox.transpose()?)
    }

    fn load_under(&self, place: &Place, profile: Profile) -> Result<Loaded, CannotLoad> {
        self.load_in(None, place, profile)
    }

    fn load_in(
        &self,
        own: Option<&Sandbox>,
        place: &Place,
        profile: Profile,
    ) -> Result<Loaded, CannotLoad> {
        let sandbox = own.unwrap_or(&self.sandbox);
        let (rule, size_bytes) = match place {
            Place::File(path) => {
                let rule = sandbox.load_file(path, profile)?;
                // It was there a moment ago.
                let size = std::fs::metadata(path).map_or(0, |told| told.len());
                (rule, size)
            }
            Place::Held(bytes) => (sandbox.load_foreign(bytes, profile)?, bytes.len() as u64),
            Place::Shipped(name) => {
                let component = self.shipped(name)?;
                (sandbox.load(component, profile)?, component.len() as u64)
            }
        };
        Ok(Loaded {
            rule,
            profile,
            size_bytes,
        })
    }

    fn shipped(&self, name: &str) -> Result<&'static [u8], CannotLoad> {
        let found = self.shipped.iter().find(|rule| rule.name == name);
        found.map(|rule| rule.component).ok_or_else(|| {
            let known = self.shipped.iter().map(|rule| rule.name).collect();
            let name = name.to_owned();
            CannotLoad::NotShipped { name, known }
        })
    }
}
