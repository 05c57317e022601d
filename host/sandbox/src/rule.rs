//! A loaded component and what can be asked of it.

mod mapper;
mod matcher;
mod resolver;

use std::fmt;
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use treaty_model::{Description, Digest, Setup, SetupProblem};
use wasmtime::Store;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{
    ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Lower,
};

use crate::audit::Audited;
use crate::batch::{Answers, Batch};
use crate::call::{Scope, call};
use crate::contract::names;
use crate::contract::types::{DescriptionOut, ProblemOut, SetupIn, Weight};
use crate::sandbox::Shared;
use crate::state::State;
use crate::text::cut_owned;
use crate::{Fault, FaultKind, LoadError, schema};

pub use matcher::Detail;

/// A component, compiled and linked. Cheap to clone; can be used from many
/// threads at once. Every call runs in an instance of its own.
#[derive(Clone)]
pub struct Rule {
    pub(crate) inner: Arc<Inner>,
}

/// What a component can decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// It maps fields.
    pub mapper: bool,
    /// It matches records.
    pub matcher: bool,
    /// It resolves conflicts.
    pub resolver: bool,
}

/// What a call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Its fuel.
    pub fuel: u64,
    /// The memory that the instance had in the end, in bytes.
    pub memory_bytes: u64,
    /// The elements of its largest table.
    pub table_elements: u64,
    /// The core instances that it is made of.
    pub instances: u32,
}

pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pre: InstancePre<State>,
    digest: Digest,
    kinds: Kinds,
    instances: u32,
    describe: ComponentExportIndex,
    check: ComponentExportIndex,
    mapper: Option<mapper::Functions>,
    matcher: Option<matcher::Functions>,
    resolver: Option<resolver::Functions>,
    /// The schema of its configuration, once somebody wanted to know.
    schema: OnceLock<Result<Validator, String>>,
}

type Describe = ((), (DescriptionOut,));
type Check<'a> = ((&'a SetupIn<'a>,), (Vec<ProblemOut>,));

impl Rule {
    /// The digest of the component's bytes.
    pub fn digest(&self) -> Digest {
        self.inner.digest
    }

    /// What it can decide.
    pub fn kinds(&self) -> Kinds {
        self.inner.kinds
    }

    /// The interfaces that it imports, as it names them.
    pub fn imports(&self) -> Vec<String> {
        let component = self.inner.pre.component();
        let kind = component.component_type();
        let imports = kind.imports(component.engine());
        imports.map(|(name, _)| name.to_owned()).collect()
    }

    /// What a batch without elements takes: a start, and reading the setup. For the
    /// first of the component's kinds.
    pub fn cost_of_nothing(&self, setup: &Setup) -> Result<Cost, Fault> {
        let setup_in = SetupIn::from(setup);
        let scope = Scope {
            elements: 0,
            bytes: setup_in.weight(),
            now_micros: now_micros(setup),
        };
        let Inner { shared, pre, .. } = &*self.inner;
        let outcome = call(shared, pre, scope, |store: &mut _, instance: &_| {
            if let Some(resolver) = &self.inner.resolver {
                resolver.ask_nothing(store, instance, &setup_in)
            } else if let Some(matcher) = &self.inner.matcher {
                matcher.ask_nothing(store, instance, &setup_in)
            } else if let Some(mapper) = &self.inner.mapper {
                mapper.ask_nothing(store, instance, &setup_in)
            } else {
                unreachable!("a component that decides nothing is refused")
            }
        });
        outcome.answer.map(|()| Cost {
            fuel: outcome.fuel,
            memory_bytes: outcome.memory_bytes,
            table_elements: outcome.table_elements,
            instances: self.inner.instances,
        })
    }

    /// What it says of itself.
    pub fn describe(&self) -> Result<Description, Fault> {
        let scope = Scope {
            elements: 1,
            bytes: 0,
            now_micros: 0,
        };
        let (said,) = self.ask::<Describe>(scope, self.inner.describe, &())?;
        let limits = &self.inner.shared.limits;
        let is_object = serde_json::from_str::<serde_json::Value>(&said.configuration_schema)
            .is_ok_and(|schema| schema.is_object());
        if said.configuration_schema.len() > limits.text_bytes || !is_object {
            return Err(Fault::malformed(
                "the configuration's schema is no JSON object",
            ));
        }
        let short = |text| cut_owned(text, limits.message_bytes);
        let attributes = said.attributes.into_iter().take(limits.list_elements);
        Ok(Description {
            name: short(said.name),
            version: short(said.version),
            summary: short(said.summary),
            configuration_schema: said.configuration_schema,
            attributes: attributes
                .map(|attribute| (short(attribute.name), short(attribute.value)))
                .collect(),
        })
    }

    /// What of a configuration, a JSON object, does not fit the schema that the rule
    /// gives for it.
    pub fn misfits(&self, configuration: &str) -> Result<Vec<SetupProblem>, Fault> {
        let Inner { shared, schema, .. } = &*self.inner;
        let schema = match schema.get() {
            Some(schema) => schema,
            None => {
                let said = self.describe()?.configuration_schema;
                let said = serde_json::from_str(&said).unwrap_or_default();
                schema.get_or_init(|| schema::read(&said))
            }
        };
        Ok(schema::misfits(schema, configuration, &shared.limits))
    }

    /// What is wrong with a setup: what the rule itself finds or, where it finds
    /// nothing, what of the configuration does not fit its schema.
    pub fn check(&self, setup: &Setup) -> Result<Vec<SetupProblem>, Fault> {
        let found = self.check_itself(setup)?;
        match found.is_empty() {
            true => self.misfits(&setup.configuration),
            false => Ok(found),
        }
    }

    fn check_itself(&self, setup: &Setup) -> Result<Vec<SetupProblem>, Fault> {
        let setup_in = SetupIn::from(setup);
        let scope = Scope {
            elements: 1 + setup.canonical.len(),
            bytes: setup_in.weight(),
            now_micros: now_micros(setup),
        };
        let (said,) = self.ask::<Check<'_>>(scope, self.inner.check, &(&setup_in,))?;
        let limits = &self.inner.shared.limits;
        let short = |text| cut_owned(text, limits.message_bytes);
        let problem = |problem: ProblemOut| SetupProblem {
            field: problem
                .field
                .filter(|at| (*at as usize) < setup.canonical.len()),
            system: problem
                .system
                .filter(|at| (*at as usize) < setup.systems.len()),
            place: problem.place.map(short),
            message: short(problem.message),
        };
        Ok(said
            .into_iter()
            .take(limits.list_elements)
            .map(problem)
            .collect())
    }

    fn ask<S: Signature>(
        &self,
        scope: Scope,
        function: ComponentExportIndex,
        parameters: &S::Parameters,
    ) -> Result<S::Results, Fault>
    where
        S::Parameters: Clone,
    {
        let Inner { shared, pre, .. } = &*self.inner;
        let ask = |store: &mut _, instance: &_| {
            invoke::<S>(store, instance, &function, parameters.clone())
        };
        call(shared, pre, scope, ask).answer
    }
}

/// Parameters and results of a function of the contract.
pub(crate) trait Signature {
    type Parameters: ComponentNamedList + Lower;
    type Results: ComponentNamedList + Lift + 'static;
}

impl<P, R> Signature for (P, R)
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift + 'static,
{
    type Parameters = P;
    type Results = R;
}

/// Calls one function of an instance.
pub(crate) fn invoke<S: Signature>(
    store: &mut Store<State>,
    instance: &Instance,
    function: &ComponentExportIndex,
    parameters: S::Parameters,
) -> wasmtime::Result<S::Results> {
    instance
        .get_typed_func::<S::Parameters, S::Results>(&mut *store, function)?
        .call(store, parameters)
}

/// Finds a function of an exported interface and checks its shape.
pub(crate) fn function<S: Signature>(
    pre: &InstancePre<State>,
    interface: &str,
    name: &str,
) -> Result<ComponentExportIndex, LoadError> {
    let mismatch = |detail: String| LoadError::Mismatch {
        item: format!("{interface}#{name}"),
        detail,
    };
    let component = pre.component();
    let found = component
        .get_export_index(None, interface)
        .and_then(|interface| component.get_export(Some(&interface), name));
    match found {
        Some((ComponentItem::ComponentFunc(function), index)) => function
            .typecheck::<S::Parameters, S::Results>(&pre.instance_type())
            .map(|()| index)
            .map_err(|error| mismatch(format!("{error:#}"))),
        Some(_) => Err(mismatch("it is no function".to_owned())),
        None => Err(mismatch("it is missing".to_owned())),
    }
}

impl Inner {
    pub(crate) fn new(
        shared: Arc<Shared>,
        digest: Digest,
        Audited { kinds, instances }: Audited,
        pre: InstancePre<State>,
    ) -> Result<Self, LoadError> {
        let mapper = kinds.mapper.then(|| mapper::Functions::of(&pre));
        let matcher = kinds.matcher.then(|| matcher::Functions::of(&pre));
        let resolver = kinds.resolver.then(|| resolver::Functions::of(&pre));
        Ok(Self {
            describe: function::<Describe>(&pre, names::DESCRIPTION, "describe")?,
            check: function::<Check<'_>>(&pre, names::DESCRIPTION, "check")?,
            mapper: mapper.transpose()?,
            matcher: matcher.transpose()?,
            resolver: resolver.transpose()?,
            schema: OnceLock::new(),
            shared,
            pre,
            digest,
            kinds,
            instances,
        })
    }
}

/// The batch's own time as the setup gives it.
fn now_micros(setup: &Setup) -> i64 {
    let now = setup.attributes.iter().find(|(name, _)| name == "now");
    now.and_then(|(_, micros)| micros.parse().ok()).unwrap_or(0)
}

fn not_offered<T>(elements: usize, interface: &str) -> Answers<T> {
    let detail = format!("the component does not export {interface}");
    Answers::all(elements, &Fault::new(FaultKind::NotOffered, detail))
}

fn batch<'a>(setup: &Setup, setup_in: &SetupIn<'_>, weights: &'a [u64]) -> Batch<'a> {
    Batch {
        fields: setup.canonical.len(),
        weights,
        fixed_weight: setup_in.weight(),
        now_micros: now_micros(setup),
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("digest", &self.inner.digest)
            .field("kinds", &self.inner.kinds)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            (self.mapper, "mapper"),
            (self.matcher, "matcher"),
            (self.resolver, "resolver"),
        ];
        let mut names = kinds.iter().filter(|(has, _)| *has).map(|(_, name)| name);
        if let Some(first) = names.next() {
            f.write_str(first)?;
        }
        names.try_for_each(|name| write!(f, ", {name}"))
    }
}
