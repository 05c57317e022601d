//! A compiler in a process of its own, and what becomes of one that misbehaves.
//!
//! That it compiles is shown end to end, where there is a program that can.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use treaty_hostile::guests;
use treaty_sandbox::{Compiler, Limits, Profile, Sandbox, SandboxOptions};

/// Loads a sound component with this program for a compiler, and gives why it
/// is refused.
fn refused(program: &str, arguments: &[&str], limits: Limits) -> String {
    let compiler = Compiler {
        program: program.into(),
        arguments: arguments.iter().map(OsString::from).collect(),
    };
    let options = SandboxOptions {
        compiler: Some(compiler),
        limits,
        ..SandboxOptions::default()
    };
    let sandbox = Sandbox::new(options).expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rule.wasm");
    std::fs::write(&path, guests::GOOD).expect("a file");
    let error = sandbox.load_file(&path, Profile::Contract);
    let error = error.map(|_| ()).expect_err("no compiler");
    // What the program brings along itself needs no compiler.
    sandbox
        .load(guests::GOOD, Profile::Contract)
        .expect("it is loaded");
    error.to_string()
}

#[test]
fn a_compiler_that_cannot_be_started_is_told() {
    let error = refused("/no/such/program", &[], Limits::default());
    assert!(
        error.starts_with("the compiler cannot be run: /no/such/program cannot be started"),
        "{error}"
    );
}

#[test]
fn a_compiler_that_takes_too_long_is_ended() {
    let limits = Limits {
        compile_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let started = Instant::now();
    // What comes behind the limits is slept too: for hours.
    let error = refused("sleep", &["60"], limits);
    assert_eq!(
        error,
        "the component cannot be compiled: it took longer than 0.1 s"
    );
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_compiler_that_gives_up_is_told_with_what_it_said() {
    let error = refused("false", &[], Limits::default());
    assert_eq!(
        error,
        "the component cannot be compiled: the compiler gave up (exit status: 1); it may use \
         4096 MiB"
    );
    let error = refused(
        "sh",
        &["-c", "echo it is too hard >&2; exit 1"],
        Limits::default(),
    );
    assert_eq!(error, "the component cannot be compiled: it is too hard");
}

#[test]
fn what_is_no_compiled_code_is_not_taken_for_it() {
    let error = refused("sh", &["-c", "cat"], Limits::default());
    assert!(
        error.starts_with("the component cannot be compiled: "),
        "{error}"
    );
}
