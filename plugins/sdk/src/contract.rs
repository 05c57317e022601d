//! The contract as Rust types, generated from `wit/0.1.0`.
//!
//! The types are those that cross the border of the sandbox, in the shape that
//! they have there. A rule's author meets some of them directly (`Value`,
//! `Setup`, `Verdict`) and the rest through the views of this crate.
//!
//! Each interface is generated on its own, so that a rule exports exactly what
//! it implements: the linker joins the worlds again.

#![expect(missing_docs, reason = "generated code, which the WIT documents")]

/// What every rule exports, and the types and the log that all rules share.
pub mod description {
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        inline: "
            package treaty:sdk-description;
            world description {
                import treaty:rules/log@0.1.0;
                export treaty:rules/description@0.1.0;
            }
        ",
        world: "treaty:sdk-description/description",
        additional_derives: [PartialEq],
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_description",
    });
}

/// What a resolver exports.
pub mod resolver {
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        inline: "
            package treaty:sdk-resolver;
            world resolver { export treaty:rules/resolver@0.1.0; }
        ",
        world: "treaty:sdk-resolver/resolver",
        additional_derives: [PartialEq],
        with: { "treaty:rules/types@0.1.0": crate::contract::types },
        pub_export_macro: true,
        export_macro_name: "export_resolver_interface",
    });
}

/// What a mapper exports.
pub mod mapper {
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        inline: "
            package treaty:sdk-mapper;
            world mapper { export treaty:rules/mapper@0.1.0; }
        ",
        world: "treaty:sdk-mapper/mapper",
        additional_derives: [PartialEq],
        with: { "treaty:rules/types@0.1.0": crate::contract::types },
        pub_export_macro: true,
        export_macro_name: "export_mapper_interface",
    });
}

/// What a matcher exports.
pub mod matcher {
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        inline: "
            package treaty:sdk-matcher;
            world matcher { export treaty:rules/matcher@0.1.0; }
        ",
        world: "treaty:sdk-matcher/matcher",
        additional_derives: [PartialEq],
        with: { "treaty:rules/types@0.1.0": crate::contract::types },
        pub_export_macro: true,
        export_macro_name: "export_matcher_interface",
    });
}

pub use description::treaty::rules::{log, types};
