//! What guests are made with: bindings of resolver-rule, which most of them are,
//! and the description that all share, so that a guest shows nothing but what it
//! does. Mappers and matchers generate their own bindings: the exporting macros
//! of two worlds in one crate would clash.

/// Bindings of the world `resolver-rule`.
pub mod resolver {
    wit_bindgen::generate!({ path: "wit", world: "resolver-rule", pub_export_macro: true });

    pub use exports::treaty::rules::resolver::{Candidate, Conflict, Decision, Verdict};
    pub use treaty::rules::types::{RuleError, Setup, Value};

    /// The answer for one conflict.
    pub type Answer = Result<Vec<Verdict>, RuleError>;

    /// The same decision for every contested field.
    pub fn decide(conflict: &Conflict, decision: impl Fn() -> Decision, reason: &str) -> Answer {
        let verdict = |field| Verdict {
            field,
            decision: decision(),
            reason: reason.to_owned(),
        };
        Ok(conflict.contested.iter().map(|each| verdict(each.field)).collect())
    }

    /// The first candidate wins everywhere.
    pub fn keep_first(conflict: &Conflict) -> Answer {
        decide(conflict, || Decision::Keep(0), "first")
    }
}

/// The description that all guests share, given where their bindings are and, for a
/// few of them, the schema of their configuration.
#[macro_export]
macro_rules! describe {
    ($($bindings:ident)::+) => {
        kit::describe!($($bindings)::+, r#"{"type":"object"}"#);
    };
    ($($bindings:ident)::+, $schema:expr) => {
        impl $($bindings)::+::exports::treaty::rules::description::Guest for Rule {
            fn describe() -> $($bindings)::+::exports::treaty::rules::description::Description {
                $($bindings)::+::exports::treaty::rules::description::Description {
                    name: "be-hostile".to_owned(),
                    version: "0.1.0".to_owned(),
                    summary: "Tries something.".to_owned(),
                    configuration_schema: $schema.to_owned(),
                    attributes: Vec::new(),
                }
            }

            fn check(
                _: $($bindings)::+::treaty::rules::types::Setup,
            ) -> Vec<$($bindings)::+::exports::treaty::rules::description::Problem> {
                Vec::new()
            }
        }
    };
}

/// A resolver that answers a batch with a function; before it, the schema of its
/// configuration, if it has one.
#[macro_export]
macro_rules! resolver {
    ($resolve:expr) => {
        kit::resolver!(r#"{"type":"object"}"#, $resolve);
    };
    ($schema:expr, $resolve:expr) => {
        struct Rule;
        kit::describe!(kit::resolver, $schema);
        impl kit::resolver::exports::treaty::rules::resolver::Guest for Rule {
            fn resolve(
                setup: kit::resolver::Setup,
                batch: Vec<kit::resolver::Conflict>,
            ) -> Vec<kit::resolver::Answer> {
                let resolve: fn(
                    kit::resolver::Setup,
                    Vec<kit::resolver::Conflict>,
                ) -> Vec<kit::resolver::Answer> = $resolve;
                resolve(setup, batch)
            }
        }
        kit::resolver::export!(Rule with_types_in kit::resolver);
    };
}
