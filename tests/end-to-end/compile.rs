//! Rules of the treaty are compiled in a process of their own, with limits.

use std::io::Write as _;
use std::process::{Output, Stdio};

use crate::Bench;
use crate::csv::acquainted;

const MIB: u64 = 1 << 20;

/// Compiles the quickstart's rule with so much memory.
fn compile(memory_bytes: u64) -> Output {
    let component = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/quickstart/rules/phone-decides.wasm"
    );
    let component = std::fs::read(component).expect("the rule is there");
    let bench = Bench::new();
    let mut command = bench.command(&["compile-rule", &memory_bytes.to_string(), "524288"]);
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.expect("it starts");
    let mut stdin = child.stdin.take().expect("it reads");
    // One that gave up reads no further.
    let writer = std::thread::spawn(move || stdin.write_all(&component));
    let output = child.wait_with_output().expect("it ends");
    let _ = writer.join();
    output
}

#[test]
fn a_rule_is_compiled_within_the_memory_that_it_may_use() {
    let compiled = compile(4_096 * MIB);
    assert!(compiled.status.success(), "{compiled:?}");
    assert!(compiled.stdout.len() > 10_000);
    let starved = compile(40 * MIB);
    assert!(!starved.status.success());
    assert!(starved.stdout.is_empty());
}

#[test]
fn a_treaty_has_its_own_rules_compiled_apart() {
    let bench = acquainted();
    let rules = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/quickstart/rules/phone-decides.wasm"
    );
    std::fs::copy(rules, bench.path().join("phone-decides.wasm")).expect("it is copied");
    let treaty = bench.read("treaty.toml");
    let rule = "[rules.phone-decides]\ncomponent = \"phone-decides.wasm\"\n";
    bench.write("treaty.toml", treaty + rule);
    bench.edit(
        "contact.csv",
        "phone,phone,shared,longest",
        "phone,phone,shared,phone-decides",
    );
    let mut command = bench.command(&["check", "--log", "treaty_sandbox=debug"]);
    command.env("TREATY_CACHE", bench.path().join("cache"));
    let output = command.output().expect("it runs");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        log.matches("compiled in a process of its own").count(),
        1,
        "{log}"
    );
}

#[test]
fn the_compiler_is_nobody_elses_command() {
    let bench = Bench::new();
    bench
        .treaty(&["compile-rule"])
        .expect(1)
        .says("this command is Treaty's own");
    assert!(!bench.treaty(&["--help"]).stdout.contains("compile-rule"));
}
