//! Why a sandbox cannot be made and why a component is refused.

use std::path::PathBuf;

/// Why a sandbox cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The engine refuses the limits or the machine.
    #[error("the WebAssembly engine cannot be set up: {detail}")]
    Engine {
        /// What the engine says.
        detail: String,
    },
    /// The thread that guards the wall clock cannot be started.
    #[error("the clock's thread cannot be started")]
    Thread(#[source] std::io::Error),
}

/// Why a component is refused. Nothing of it ran.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than the limit.
    #[error("the component has {size} bytes; at most {limit} are allowed")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// Not WebAssembly at all.
    #[error("this is no WebAssembly: it starts with {start}")]
    NotWasm {
        /// The first bytes, printable.
        start: String,
    },
    /// WebAssembly, but damaged.
    #[error("the component is damaged: {detail}")]
    Damaged {
        /// What is wrong and where.
        detail: String,
    },
    /// A core module.
    #[error("this is a core module, not a component")]
    CoreModule,
    /// Machine code.
    #[error("this is compiled machine code, which is never loaded from outside")]
    Precompiled,
    /// The component wants what the contract does not give.
    #[error("the component imports what no rule gets: {}", names.join(", "))]
    ForeignImports {
        /// Every import that is refused.
        names: Vec<String>,
    },
    /// The component does not describe itself.
    #[error("the component does not export {interface}")]
    NoDescription {
        /// The interface that is missing.
        interface: &'static str,
    },
    /// The component decides nothing.
    #[error(
        "the component exports none of {}; it exports {}",
        expected.join(", "),
        if found.is_empty() { "nothing".to_owned() } else { found.join(", ") }
    )]
    NoKind {
        /// What a rule exports.
        expected: Vec<&'static str>,
        /// What this component exports.
        found: Vec<String>,
    },
    /// An interface has the right name but another shape.
    #[error("{item} is not as the contract has it: {detail}")]
    Mismatch {
        /// The interface or function.
        item: String,
        /// What differs.
        detail: String,
    },
    /// The program that compiles cannot be run.
    #[error("the compiler cannot be run: {detail}")]
    Compiler {
        /// Why.
        detail: String,
    },
    /// The component is valid but cannot be compiled within the limits.
    #[error("the component cannot be compiled: {detail}")]
    Uncompilable {
        /// What the compiler says.
        detail: String,
    },
}

impl LoadError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check the path and its permissions",
            Self::TooLarge { .. } => {
                "build it smaller, or raise the sandbox's limits for interpreters such as Python"
            }
            Self::NotWasm { .. } => "give the path of a component, usually a file `….wasm`",
            Self::Damaged { .. } => "build it or fetch it again",
            Self::CoreModule => {
                "wrap it with a component encoder: `wasm-tools component new module.wasm -o rule.wasm`"
            }
            Self::Precompiled => "give the component itself; Treaty keeps its own compiled code",
            Self::ForeignImports { names }
                if names.iter().all(|name| name.starts_with("wasi:")) =>
            {
                "build for wasm32-unknown-unknown, or give it `profile = \"inert-wasi\"` in treaty.toml"
            }
            Self::ForeignImports { .. } => {
                "a rule can only import `treaty:rules/log@0.1.0`; remove the call"
            }
            Self::NoDescription { .. } => "build against a world of `treaty:rules@0.1.0`",
            Self::NoKind { .. } => {
                "build against mapper-rule, matcher-rule or resolver-rule of `treaty:rules@0.1.0`"
            }
            Self::Mismatch { .. } => "build against the released text of `treaty:rules@0.1.0`",
            Self::Compiler { .. } => "see that this program can start itself, and try again",
            Self::Uncompilable { .. } => {
                "it may be too large to compile, or ask for more memory or tables than the limits allow"
            }
        }
    }
}
