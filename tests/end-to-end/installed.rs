//! A treaty whose field table and rule come from a signed pack.

use crate::Bench;
use crate::csv::acquainted;

const FILE: &str = "b2b-base-2.1.0.treaty-pack";

const PACK: &str = r#"
[pack]
name = "b2b-base"
version = "2.1.0"
contract = "0.1.0"
licence = "Apache-2.0"
description = "Contacts between two systems"
[rules.phone-decides]
component = "phone-decides.wasm"
[tables]
contact = "contact.csv"
"#;

/// The two folders in agreement, a signed pack with their field table, and a treaty
/// that names the pack.
fn with_pack() -> (Bench, String) {
    let bench = acquainted();
    let component = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/quickstart/rules/phone-decides.wasm"
    );
    let component = std::fs::read(component).expect("the rule is there");
    let table = bench
        .read("contact.csv")
        .replace("longest", "phone-decides");
    bench.write("base/pack.toml", PACK);
    bench.write("base/phone-decides.wasm", component);
    bench.write("base/contact.csv", table);
    bench.treaty(&["pack", "build", "base"]).expect(0);
    let made = bench.treaty(&["pack", "keygen", "our.key"]).expect(0);
    let key = made.stdout.trim().to_owned();
    let treaty = bench.read("treaty.toml");
    let treaty = treaty.replace("\"contact.csv\"", "\"pack:b2b-base\"");
    let packs = format!("[packs]\nkeys = [\"{key}\"]\n[packs.use.b2b-base]\nversion = \"2\"\n");
    bench.write("treaty.toml", format!("{treaty}{packs}"));
    (bench, key)
}

fn sign(bench: &Bench) {
    let sign = ["pack", "sign", FILE, "--key", "our.key"];
    bench.treaty(&sign).expect(0);
}

#[test]
fn a_signed_pack_is_installed_and_its_table_and_rule_are_used() {
    let (bench, _) = with_pack();
    let before = bench.treaty(&["check"]);
    assert!(
        before.stderr.contains("treaty pack install")
            || before.stdout.contains("treaty pack install")
    );
    let unsigned = bench.treaty(&["pack", "install", FILE]);
    assert!(unsigned.stderr.contains("signed"), "{}", unsigned.stderr);
    sign(&bench);
    bench.treaty(&["pack", "install", FILE]).expect(0);
    bench
        .treaty(&["pack", "list"])
        .expect(0)
        .says("b2b-base 2.1.0 sha256:");
    let crm = bench.read("crm/contacts.csv");
    bench.write("crm/contacts.csv", crm.replace(",Köln,", ",Bonn,"));
    bench.treaty(&["sync"]).expect(0);
    assert!(bench.read("shop/people.csv").contains("Bonn"));
    bench.settle();
}

#[test]
fn a_pack_that_was_changed_or_is_no_longer_trusted_stops_the_treaty() {
    let (bench, key) = with_pack();
    sign(&bench);
    bench.treaty(&["pack", "install", FILE]).expect(0);
    let refused = |says: &str| {
        let said = bench.treaty(&["plan"]);
        assert_ne!(said.code, 0);
        assert!(said.stderr.contains(says), "{}", said.stderr);
    };
    let stored = format!("packs/{FILE}");
    let sound = std::fs::read(bench.path().join(&stored)).expect("it is there");
    let mut bytes = sound.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bench.write(&stored, bytes);
    refused("is refused");
    std::fs::remove_file(bench.path().join(&stored)).expect("it is there");
    refused("cannot be read");
    bench.write(&stored, sound);
    let lock = bench.read("treaty.lock");
    bench.write(
        "treaty.lock",
        lock.replace("digest = \"sha256:", "digest = \"sha256:0"),
    );
    refused("is not the pack that treaty.lock pins");
    bench.write("treaty.lock", lock.replace("b2b-base", "../b2b-base"));
    refused("pins no pack");
    bench.write("treaty.lock", lock);
    let treaty = bench.read("treaty.toml");
    bench.write("treaty.toml", treaty.replace(&format!("\"{key}\""), ""));
    refused("trusted");
    bench.write(
        "treaty.toml",
        treaty.replace("version = \"2\"", "version = \"3\""),
    );
    refused("does not fit version");
    bench.write("treaty.toml", treaty);
    assert!(!bench.treaty(&["plan"]).stderr.contains("pack"));
}
