//! Components that anybody may upload.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use treaty_sandbox::{Profile, Sandbox, SandboxOptions};

use crate::target::{Reading, Target};

/// A component.
pub(crate) const TARGET: Target = Target {
    name: "component",
    read: load,
    more: || vec![fs::read(example()).expect("the quickstart has a rule")],
    words: &[&[
        b"\0asm",
        b"\x0d\0\x01\0",
        b"\x01\0\0\0",
        b"\xff\xff\xff\xff\x0f",
        b"\x80\x80\x80\x80\x08",
        b"resolve",
        b"treaty:rules/",
        b"wasi:",
        b"\x00",
        b"\x0b",
        b"\x40",
    ]],
    runs: 400,
};

/// A real rule: the one of the quickstart.
fn example() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/quickstart/rules/phone-decides.wasm")
}

/// Loads it under either profile: a rule, or why not. Nothing of it runs.
fn load(bytes: &[u8]) -> Reading {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    let sandbox = SANDBOX.get_or_init(|| {
        Sandbox::new(SandboxOptions::default()).expect("the sandbox takes its own defaults")
    });
    let mut reading = Reading::Refused;
    for profile in [Profile::Contract, Profile::InertWasi] {
        match sandbox.load(bytes, profile) {
            Ok(_) => reading = Reading::Taken,
            Err(error) => assert!(!error.to_string().is_empty(), "refused without a word"),
        }
    }
    reading
}
