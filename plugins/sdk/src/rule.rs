//! What every rule is: it describes itself, checks a setup, and is made for one.

use crate::contract::description::exports::treaty::rules::description::{self, Guest};
use crate::contract::types::{Attribute, RuleError, Setup};
use std::marker::PhantomData;

pub use crate::contract::description::exports::treaty::rules::description::Problem;

/// A rule. It is made anew for each batch, from what the treaty says.
pub trait Rule: Sized {
    /// What the rule says of itself.
    fn about() -> About;

    /// Everything that is wrong with a setup, at once. By default whatever
    /// [`Rule::new`] says.
    fn check(setup: &Setup) -> Vec<Problem> {
        match Self::new(setup) {
            Ok(_) => Vec::new(),
            Err(message) => vec![Problem::new(message)],
        }
    }

    /// The rule for a setup: read the configuration and look up positions here,
    /// once, and not for each element.
    ///
    /// # Errors
    /// A sentence fragment; every element of the batch is answered with it.
    fn new(setup: &Setup) -> Result<Self, String>;
}

/// A rule's own account.
#[derive(Clone, Debug)]
pub struct About(description::Description);

impl About {
    /// A name of verb and noun, a semantic version (`env!("CARGO_PKG_VERSION")`
    /// is a good one), and what the rule is for in a sentence or two.
    pub fn new(name: &str, version: &str, summary: &str) -> Self {
        Self(description::Description {
            name: name.to_owned(),
            version: version.to_owned(),
            summary: summary.to_owned(),
            configuration_schema:
                r#"{"type":"object","properties":{},"additionalProperties":false}"#.to_owned(),
            attributes: Vec::new(),
        })
    }

    /// The JSON Schema of the configuration. Without it there is none, and
    /// every key is an error.
    #[must_use]
    pub fn configuration(mut self, schema: &str) -> Self {
        schema.clone_into(&mut self.0.configuration_schema);
        self
    }

    /// Something else worth saying: `licence`, `author`, `features-version`.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.0.attributes.push(Attribute::new(name, value));
        self
    }

    /// The account as it crosses the border.
    pub fn into_description(self) -> description::Description {
        self.0
    }
}

impl Problem {
    /// A problem of the setup as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            field: None,
            system: None,
            place: None,
            message: message.into(),
        }
    }

    /// It is about a canonical field, by position.
    #[must_use]
    pub fn with_field(mut self, position: usize) -> Self {
        self.field = Some(index(position));
        self
    }

    /// It is about a system, by position.
    #[must_use]
    pub fn with_system(mut self, position: usize) -> Self {
        self.system = Some(index(position));
        self
    }

    /// Where: a JSON pointer into the configuration, or a column of the field
    /// table.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }
}

impl RuleError {
    /// An error about the whole element.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            field: None,
            message: message.into(),
        }
    }

    /// It is about a canonical field, by position.
    #[must_use]
    pub fn with_field(mut self, position: usize) -> Self {
        self.field = Some(index(position));
        self
    }
}

/// A position as the contract counts it.
pub(crate) fn index(position: usize) -> u32 {
    u32::try_from(position).expect("a batch has far fewer elements than four billion")
}

/// A rule as the contract sees it: what the export macros export.
#[derive(Debug)]
pub struct Exported<T>(PhantomData<T>);

impl<T: Rule> Guest for Exported<T> {
    fn describe() -> description::Description {
        T::about().into_description()
    }

    fn check(setup: Setup) -> Vec<Problem> {
        T::check(&setup)
    }
}

/// One answer for each element, or the same refusal for each when the rule
/// cannot be made from the setup.
pub(crate) fn answer<T: Rule, Element, Answer>(
    setup: &Setup,
    batch: &[Element],
    mut one: impl FnMut(&T, &Element) -> Result<Answer, RuleError>,
) -> Vec<Result<Answer, RuleError>> {
    match T::new(setup) {
        Ok(rule) => {
            let answers = batch.iter().map(|element| one(&rule, element)).collect();
            leave(rule);
            answers
        }
        Err(message) => batch
            .iter()
            .map(|_| Err(RuleError::new(message.clone())))
            .collect(),
    }
}

/// Leaves what a batch needed as it is. In the sandbox an instance goes with all
/// its memory when its batch is answered: taking a batch apart text by text
/// before that is work for nothing.
pub(crate) fn leave<T>(value: T) {
    if cfg!(target_arch = "wasm32") {
        std::mem::forget(value);
    }
}

/// Exports a resolver from this crate: `treaty_sdk::export_resolver!(MyRule);`
#[macro_export]
macro_rules! export_resolver {
    ($rule:ty) => {
        $crate::export_rule!(resolver: $rule);
    };
}

/// Exports a mapper from this crate: `treaty_sdk::export_mapper!(MyRule);`
#[macro_export]
macro_rules! export_mapper {
    ($rule:ty) => {
        $crate::export_rule!(mapper: $rule);
    };
}

/// Exports a matcher from this crate: `treaty_sdk::export_matcher!(MyRule);`
#[macro_export]
macro_rules! export_matcher {
    ($rule:ty) => {
        $crate::export_rule!(matcher: $rule);
    };
}

/// Exports a rule that does several things at once:
/// `treaty_sdk::export_rule!(mapper + matcher + resolver: MyRule);`
///
/// Outside WebAssembly nothing is exported, so that native programs can link
/// several rules; that the rule implements what it exports is checked
/// everywhere.
#[macro_export]
macro_rules! export_rule {
    ($first:ident $(+ $more:ident)* : $rule:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Rule = $crate::Exported<$rule>;
            $crate::contract::description::export_description!(
                Rule with_types_in $crate::contract::description
            );
            $crate::export_interface!($first Rule);
            $($crate::export_interface!($more Rule);)*
        };
        const _: () = {
            $crate::assert_interface!($first $rule);
            $($crate::assert_interface!($more $rule);)*
        };
    };
}

/// One interface of [`export_rule!`].
#[doc(hidden)]
#[macro_export]
macro_rules! export_interface {
    (resolver $rule:ident) => {
        $crate::contract::resolver::export_resolver_interface!(
            $rule with_types_in $crate::contract::resolver
        );
    };
    (mapper $rule:ident) => {
        $crate::contract::mapper::export_mapper_interface!(
            $rule with_types_in $crate::contract::mapper
        );
    };
    (matcher $rule:ident) => {
        $crate::contract::matcher::export_matcher_interface!(
            $rule with_types_in $crate::contract::matcher
        );
    };
}

/// Natively: the rule implements the trait of the interface that it exports.
#[doc(hidden)]
#[macro_export]
macro_rules! assert_interface {
    (resolver $rule:ty) => {
        const fn resolver<T: $crate::Resolver>() {}
        resolver::<$rule>();
    };
    (mapper $rule:ty) => {
        const fn mapper<T: $crate::Mapper>() {}
        mapper::<$rule>();
    };
    (matcher $rule:ty) => {
        const fn matcher<T: $crate::Matcher>() {}
        matcher::<$rule>();
    };
}
