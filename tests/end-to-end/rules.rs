//! Rules by themselves: what a component is, and what is new in it.

use treaty_hostile::guests;

use crate::Bench;
use crate::golden::Transcript;

/// A folder with the quickstart's own rule in it, and no treaty.
fn with_a_rule() -> Bench {
    let bench = Bench::new();
    let component = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/quickstart/rules/phone-decides.wasm"
    );
    let component = std::fs::read(component).expect("the rule is there");
    bench.write("phone.wasm", component);
    bench
}

#[test]
fn a_rule_is_told_in_words() {
    let bench = with_a_rule();
    let mut transcript = Transcript::of(&bench);
    transcript
        .run(&["rules", "inspect", "phone.wasm"])
        .expect(0);
    let same = ["rules", "inspect", "phone.wasm", "--against", "phone.wasm"];
    transcript.run(&same).expect(0);
    transcript
        .run(&["rules", "inspect", "nothing.wasm"])
        .expect(1);
    transcript
        .run(&["rules", "inspect", "shipped:nothing"])
        .expect(1);
    bench.write("a-text.wasm", "no component");
    transcript
        .run(&["rules", "inspect", "a-text.wasm"])
        .expect(1);
    bench.write("module.wasm", guests::CORE_MODULE);
    transcript
        .run(&["rules", "inspect", "module.wasm"])
        .expect(1);
    bench.write("sockets.wasm", guests::IMPORTS_SOCKETS);
    transcript
        .run(&["rules", "inspect", "sockets.wasm"])
        .expect(1);
    transcript.check("rules-inspect");
}

#[test]
fn what_a_rule_can_reach_is_told() {
    let bench = Bench::new();
    bench.write("logs.wasm", guests::FLOODS_THE_LOG);
    let inspect = |component: &str| bench.treaty(&["rules", "inspect", component]).expect(0);
    inspect("logs.wasm").says("  can             log; can do nothing else\n");
    bench.write("std.wasm", guests::USES_STD_ON_WASI);
    inspect("std.wasm")
        .says("  profile         inert-wasi\n")
        .says("; interfaces that give it nothing: wasi:");
    for rule in ["map-fields", "match-people", "resolve-standard"] {
        inspect(&format!("shipped:{rule}"))
            .says(&format!("{rule} "))
            .says("  can             do nothing but answer\n");
    }
}

#[test]
fn what_is_new_is_told() {
    let bench = with_a_rule();
    let since = [
        "rules",
        "inspect",
        "phone.wasm",
        "--against",
        "shipped:match-keys",
    ];
    bench
        .treaty(&since)
        .expect(0)
        .says("  + decides as resolver\n")
        .says("  - decides as matcher\n")
        .says("  + configuration: mobile-prefixes\n")
        .says("  - configuration: keys\n")
        .says("  ~ bytes: ");
    let json = bench.treaty(&[&since[..], &["--format", "json"]].concat());
    let json = json.expect(0).json();
    assert_eq!(json["rule"]["name"], "phone-decides");
    assert_eq!(json["rule"]["kinds"], serde_json::json!(["resolver"]));
    assert_eq!(json["since"]["kinds_removed"][0], "matcher");
    let properties = &json["rule"]["configuration_schema"]["properties"];
    assert!(properties["mobile-prefixes"].is_object(), "{json}");
}

#[test]
fn a_rule_that_never_answers_ends_all_the_same() {
    let bench = Bench::new();
    bench.write("loops.wasm", guests::LOOPS_AT_START);
    let inspect = bench.treaty(&["rules", "inspect", "loops.wasm"]);
    inspect.expect(1).says("it cannot describe itself");
}

/// A component that a treaty may run once its limits are raised is looked at, and
/// what it needs is told.
#[test]
fn what_a_rule_needs_over_the_ordinary_limits_is_told() {
    const MIB: usize = 1 << 20;
    let bench = with_a_rule();
    let mut component = std::fs::read(bench.path().join("phone.wasm")).expect("it is there");
    let inspect = |component: &str| bench.treaty(&["rules", "inspect", component]);
    assert!(!inspect("phone.wasm").expect(0).stdout.contains("needs"));
    // A section that means nothing: nine MiB and its name, as LEB128.
    component.extend([0, 0x82, 0x80, 0xc0, 0x04, 1, b'x']);
    component.extend(vec![0; 9 * MIB]);
    bench.write("large.wasm", &component);
    inspect("large.wasm")
        .expect(0)
        .says("  needs           at least component-mib = 10 (ordinarily 8)\n");
    let said = bench.treaty(&["--format", "json", "rules", "inspect", "large.wasm"]);
    assert_eq!(said.json()["rule"]["needs"][0]["at_least"], 10);
    component.extend([0, 0x82, 0x80, 0xc0, 0x1b, 1, b'x']);
    component.extend(vec![0; 55 * MIB]);
    bench.write("huge.wasm", &component);
    inspect("huge.wasm").expect(1);
}
