//! The sandbox: loads components and lends them the engine.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use treaty_model::{Digest, Profile};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::audit::{audit, validate};
use crate::cache::Cache;
use crate::engine::{Ticker, engine};
use crate::gate::Gate;
use crate::rule::{Inner, Rule};
use crate::{Compiler, Limits, LoadError, SandboxError, deserialize, linker};

/// Runs rules. Cheap to clone; clones share the engine, its limits and its
/// cache.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

/// How a sandbox is set up.
#[derive(Clone, Debug, Default)]
pub struct SandboxOptions {
    /// The folder for compiled components; nobody but the host may write it.
    /// None: every start compiles again.
    pub cache: Option<PathBuf>,
    /// What compiles components from files. None: this process does.
    pub compiler: Option<Compiler>,
    /// What a rule may use.
    pub limits: Limits,
}

/// Where a component comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The program itself.
    Own,
    /// Anywhere else.
    Foreign,
}

/// What a sandbox and all its rules share.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) limits: Limits,
    pub(crate) gate: Gate,
    cache: Option<Cache>,
    compiler: Option<Compiler>,
    loaded: Mutex<HashMap<(Digest, Profile), Weak<Inner>>>,
    _ticker: Ticker,
}

impl Sandbox {
    /// Makes a sandbox. It starts one thread, for the wall clock.
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let engine = engine(&options.limits)?;
        let cache = options.cache.as_deref();
        Ok(Self {
            shared: Arc::new(Shared {
                cache: cache.and_then(|folder| Cache::open(folder, &engine)),
                compiler: options.compiler,
                gate: Gate::new(options.limits.calls_at_once),
                _ticker: Ticker::start(&engine)?,
                limits: options.limits,
                loaded: Mutex::default(),
                engine,
            }),
        })
    }

    /// The limits of this sandbox.
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Loads a component that the program brings along. Nothing of it runs; what
    /// it imports and exports is checked before it is compiled. A component that
    /// is already loaded is shared.
    pub fn load(&self, bytes: &[u8], profile: Profile) -> Result<Rule, LoadError> {
        self.load_from(Source::Own, bytes, profile)
    }

    fn load_from(&self, source: Source, bytes: &[u8], profile: Profile) -> Result<Rule, LoadError> {
        let limit = self.shared.limits.component_bytes;
        if bytes.len() > limit {
            let size = bytes.len() as u64;
            return Err(LoadError::TooLarge { size, limit });
        }
        let digest = Digest::of(bytes);
        if let Some(inner) = self.loaded(digest, profile) {
            return Ok(Rule { inner });
        }
        let audited = audit(bytes, profile)?;
        let component = self.compiled(source, bytes, &digest)?;
        let pre = linker::link(&self.shared.engine, &component, profile)?;
        let shared = Arc::clone(&self.shared);
        let inner = Arc::new(Inner::new(shared, digest, audited, pre)?);
        let mut loaded = self.shared.lock_loaded();
        loaded.retain(|_, rule| rule.strong_count() > 0);
        loaded.insert((digest, profile), Arc::downgrade(&inner));
        drop(loaded);
        Ok(Rule { inner })
    }

    /// Loads a component from a file. It is compiled by the sandbox's compiler,
    /// where it has one.
    pub fn load_file(&self, path: &Path, profile: Profile) -> Result<Rule, LoadError> {
        let unreadable = |source| LoadError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        let limit = self.shared.limits.component_bytes;
        if size > limit as u64 {
            return Err(LoadError::TooLarge { size, limit });
        }
        let bytes = std::fs::read(path).map_err(unreadable)?;
        self.load_from(Source::Foreign, &bytes, profile)
    }

    /// Loads a component that came from elsewhere and is in memory: as from a file.
    pub fn load_foreign(&self, bytes: &[u8], profile: Profile) -> Result<Rule, LoadError> {
        self.load_from(Source::Foreign, bytes, profile)
    }

    fn loaded(&self, digest: Digest, profile: Profile) -> Option<Arc<Inner>> {
        self.shared.lock_loaded().get(&(digest, profile))?.upgrade()
    }

    fn compiled(
        &self,
        source: Source,
        bytes: &[u8],
        digest: &Digest,
    ) -> Result<Component, LoadError> {
        let engine = &self.shared.engine;
        let cache = self.shared.cache.as_ref();
        if let Some(component) = cache.and_then(|cache| cache.get(engine, digest)) {
            return Ok(component);
        }
        validate(bytes)?;
        let compiled = match (&self.shared.compiler, source) {
            (Some(compiler), Source::Foreign) => {
                let code = compiler.compile(bytes, &self.shared.limits)?;
                deserialize::component(engine, &code)
            }
            _ => Component::from_binary(engine, bytes),
        };
        let component = compiled.map_err(|error| LoadError::Uncompilable {
            detail: format!("{error:#}"),
        })?;
        if let Some(cache) = cache {
            cache.put(digest, &component);
        }
        Ok(component)
    }
}

impl Shared {
    fn lock_loaded(&self) -> std::sync::MutexGuard<'_, HashMap<(Digest, Profile), Weak<Inner>>> {
        // A map of weak references is whole whenever it can be seen.
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
