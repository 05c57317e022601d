//! The resolver in C (`examples/rules-c`), and modules that become components.

use std::path::Path;

use super::{decide, load, refuses_a_wrong_setup, told, world};
use crate::Bench;
use crate::bench::Ended;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/rules-c");

/// A copy of the example, built as its README says.
fn built() -> Bench {
    let bench = Bench::new();
    for file in [
        "build.sh",
        "rule.c",
        "treaty.h",
        "treaty.toml",
        "contact.csv",
        "cases/contact.toml",
    ] {
        let text = std::fs::read(Path::new(EXAMPLE).join(file)).expect("a file of the example");
        bench.write(file, text);
    }
    let mut command = bench.program("sh");
    let output = command.arg("build.sh").output();
    Ended::from(output.expect("a shell"))
        .expect(0)
        .says("keep-person.wasm is a resolver from a module.");
    bench
}

#[test]
fn a_resolver_in_c_decides_like_the_others() {
    let bench = built();
    let test = bench.treaty(&["rules", "test"]).expect(0);
    test.says("2 cases: 2 passed, 0 failed");
    let laws = bench.treaty(&["rules", "laws", "keep-person"]).expect(0);
    laws.says(" 0 broken, ");
    bench
        .treaty(&["rules", "inspect", "keep-person.wasm"])
        .expect(0)
        .says("keep-person 1.0.0: ")
        .says("  can             do nothing but answer\n")
        .says("  profile         contract\n");
    let module = std::fs::read(bench.path().join("keep-person.module.wasm"));
    bench.write("again.wasm", module.expect("clang made it"));
    bench.treaty(&["rules", "build", "again.wasm"]).expect(0);
    let component = bench.path().join("again.component.wasm");
    let size = std::fs::metadata(&component).expect("it is there").len();
    assert!(size < 12_000, "{size} bytes");
    let rule = load(component);
    assert_eq!(told(&decide(&rule)), world::VERDICTS);
    refuses_a_wrong_setup("c", &rule);
}

#[test]
fn what_is_no_module_of_a_rule_becomes_no_component() {
    let bench = Bench::new();
    let build = |name: &str, bytes: &[u8]| {
        bench.write(name, bytes);
        bench.treaty(&["rules", "build", name]).expect(1)
    };
    build("text.wasm", b"no module").says("the module cannot become a component: ");
    // A module with nothing in it.
    build("empty.wasm", b"\0asm\x01\0\0\0")
        .says("it exports no function of treaty:rules/resolver@0.1.0, treaty:rules/mapper@0.1.0")
        .says("hint: ");
    build("component.wasm", b"\0asm\x0d\0\x01\0").says("it is one already");
    // One that exports the name and has no memory.
    let resolve = b"treaty:rules/resolver@0.1.0#resolve";
    let mut bytes = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07".to_vec();
    let length = u8::try_from(resolve.len()).expect("a short name");
    bytes.extend([length + 4, 1, length]);
    bytes.extend(resolve);
    bytes.extend(b"\0\0\x0a\x04\x01\x02\0\x0b");
    build("memory.wasm", &bytes).says("the module cannot become a component: ");
    assert!(!bench.path().join("memory.component.wasm").exists());
}
