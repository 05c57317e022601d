//! The tests that authors have at hand: those of the SDKs, and those of a rule's
//! own folder.

use std::path::Path;
use std::process::{Command, Output};

use super::in_shared_folder;
use crate::Bench;

const PLUGINS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins");

fn run(command: &mut Command) -> Output {
    let told = format!("{command:?}");
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{error}: {told}"));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{told}\n{out}\n{err}");
    output
}

#[test]
fn the_sdk_for_javascript_passes_its_tests() {
    let tests = Path::new(PLUGINS).join("sdk-javascript/tests");
    let output = run(Command::new("node").arg("--test").arg(tests));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("fail 0"), "{said}");
    assert!(!said.contains("tests 0\n"), "{said}");
}

#[test]
fn the_sdk_for_python_passes_its_tests() {
    let mut command = Command::new("python3");
    command
        .args(["-m", "unittest", "discover", "tests"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(Path::new(PLUGINS).join("sdk-python"));
    let output = run(&mut command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.ends_with("OK\n"), "{said}");
    assert!(!said.contains("Ran 0 tests"), "{said}");
}

#[test]
fn a_new_rule_in_rust_passes_its_own_tests() {
    for kind in ["resolver", "mapper", "matcher"] {
        let bench = Bench::new();
        let name = format!("try-{kind}");
        bench
            .treaty(&["rules", "new", kind, &name, "--lang", "rust"])
            .expect(0);
        let mut command = Command::new("cargo");
        command.arg("test").current_dir(bench.path().join(&name));
        let output = run(in_shared_folder(&mut command));
        let said = String::from_utf8_lossy(&output.stdout);
        let passed = said
            .lines()
            .filter(|line| line.starts_with("test result: ok.") && !line.contains("ok. 0 passed"));
        assert!(passed.count() > 0, "{kind}: {said}");
    }
}
