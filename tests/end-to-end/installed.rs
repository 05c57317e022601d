//! A treaty whose field table and rule come from a signed pack.

use treaty_hostile::guests;
use treaty_pack::{PackLimits, build};
use treaty_registry_server::RegistryServer;

use crate::Bench;
use crate::csv::{acquainted, line};

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
    sign_file(bench, FILE);
}

fn sign_file(bench: &Bench, file: &str) {
    let sign = ["pack", "sign", file, "--key", "our.key"];
    bench.treaty(&sign).expect(0);
}

/// Builds and signs a version of the pack that takes towns from the shop.
fn newer(bench: &Bench) -> &'static str {
    bench.edit("base/pack.toml", "2.1.0", "2.2.0");
    let row = line(bench, "base/contact.csv", "city,");
    let from_shop = row.replacen("city,crm,", "city,shop,", 1);
    assert_ne!(row, from_shop);
    bench.edit("base/contact.csv", &row, &from_shop);
    bench.treaty(&["pack", "build", "base"]).expect(0);
    let file = "b2b-base-2.2.0.treaty-pack";
    sign_file(bench, file);
    file
}

/// An overlay that keeps towns from being written anywhere but in the shop.
const OVERLAY: &str = r#"
[pack]
name = "acme"
version = "1.0.0"
contract = "0.1.0"
licence = "Apache-2.0"
description = "Towns are the shop's"
extends = "b2b-base@2"
cases = ["cases"]
[tables]
contact = "contact.csv"
"#;

const CASE: &str = r#"
entity = "contact"
[[case]]
name = "a person goes before a machine"
field = "phone"
base = "1"
[case.sides.crm]
value = "2"
person = "kim"
[case.sides.shop]
value = "3"
automation = "import"
[case.expect]
keep = "WINNER"
"#;

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

/// Whoever made it did not try it out.
#[test]
fn a_pack_whose_configuration_does_not_fit_its_schema_is_not_followed() {
    let (bench, _) = with_pack();
    bench.write("base/phone-decides.wasm", guests::GIVES_A_SCHEMA);
    bench.edit(
        "base/pack.toml",
        "[tables]",
        "[rules.phone-decides.configuration]\nshare = 50\n[tables]",
    );
    let at = |file: &str| bench.path().join(file);
    build(&at("base"), &at(FILE), &PackLimits::default()).expect("it is whole");
    sign(&bench);
    bench.treaty(&["pack", "install", FILE]).expect(0);
    let why = "rule phone-decides, configuration.share: 50 is greater than the maximum of 1";
    for asked in ["check", "plan", "sync"] {
        bench.treaty(&[asked]).expect(4).says(why);
    }
}

#[test]
fn versions_come_and_go_and_the_journal_says_so() {
    let (bench, _) = with_pack();
    sign(&bench);
    bench.treaty(&["pack", "install", FILE]).expect(0);
    bench.treaty(&["sync"]).expect(0);
    bench.treaty(&["pack", "install", newer(&bench)]).expect(0);
    // Nobody edited anything: another owner writes nothing.
    bench.settle();
    bench
        .treaty(&["status"])
        .expect(0)
        .says("pack b2b-base 2.2.0, since 20");
    bench
        .treaty(&["pack", "list"])
        .expect(0)
        .says("installed, not in use: treaty pack use b2b-base@2.1.0");
    bench
        .treaty(&["pack", "use", "b2b-base@2.1.0"])
        .expect(0)
        .says("b2b-base 2.1.0 is in use, signed by ");
    bench.settle();
    let history = bench.treaty(&["--format", "json", "pack", "history"]);
    let history = history.expect(0).json();
    let versions = |side: &str| {
        let changes = history.as_array().expect("a list").iter();
        let versions = changes.map(|change| change[side]["version"].as_str().map(str::to_owned));
        versions.collect::<Vec<_>>()
    };
    let version = |text: &str| Some(text.to_owned());
    assert_eq!(
        versions("before"),
        [None, version("2.1.0"), version("2.2.0")]
    );
    assert_eq!(
        versions("now"),
        [version("2.1.0"), version("2.2.0"), version("2.1.0")]
    );
    bench
        .treaty(&["pack", "history"])
        .expect(0)
        .says("b2b-base: nothing -> 2.1.0 (sha256:");
    bench
        .treaty(&["pack", "remove", "b2b-base@2.1.0"])
        .expect(4);
    bench
        .treaty(&["pack", "remove", "b2b-base@2.2.0"])
        .expect(0);
}

#[test]
fn an_overlay_is_tested_with_its_base_and_installed_with_it() {
    let (bench, _) = with_pack();
    bench.edit(
        "base/pack.toml",
        "description",
        "cases = [\"cases\"]\ndescription",
    );
    bench.write("base/cases/phone.toml", CASE.replace("WINNER", "crm"));
    bench.treaty(&["pack", "build", "base"]).expect(0);
    sign(&bench);
    let row = line(&bench, "base/contact.csv", "city,");
    let head = bench.read("base/contact.csv");
    let head = head.lines().next().expect("a heading");
    let row = row.replacen("city,crm,", "city,shop,", 1);
    bench.write("acme/pack.toml", OVERLAY);
    bench.write("acme/contact.csv", format!("{head}\n{row}\n"));
    let own = CASE.replace("a person goes before", "a person is preferred to");
    bench.write("acme/cases/phone.toml", own.replace("WINNER", "crm"));
    let build = ["pack", "build", "acme", "--base", "base"];
    bench
        .treaty(&build)
        .expect(0)
        .says("2 cases: 2 passed, 0 failed");
    // A case takes the place of the base's.
    bench.write("acme/cases/phone.toml", CASE.replace("WINNER", "shop"));
    bench
        .treaty(&build)
        .expect(1)
        .says("1 case: 0 passed, 1 failed");
    bench.write("acme/cases/phone.toml", own.replace("WINNER", "crm"));
    let diff = bench.treaty(&["pack", "diff", "base", "acme"]).expect(0);
    let diff = diff.says("city").stdout;
    assert!(!diff.contains("email"), "{diff}");
    let overlay = "acme-1.0.0.treaty-pack";
    sign_file(&bench, overlay);
    bench.edit("treaty.toml", "pack:b2b-base", "pack:acme");
    bench.edit(
        "treaty.toml",
        "[packs.use.b2b-base]\nversion = \"2\"",
        "[packs.use.acme]\nversion = \"1\"",
    );
    let alone = bench.treaty(&["pack", "install", overlay]).expect(4);
    alone.says("changes b2b-base@^2, which is not there");
    bench.treaty(&["pack", "install", overlay, FILE]).expect(0);
    bench
        .treaty(&["rules", "test"])
        .expect(0)
        .says("2 cases: 2 passed, 0 failed");
    bench
        .treaty(&["docs"])
        .expect(0)
        .says("## Packs")
        .says("| `acme` | `1.0.0` | `sha256:");
    // A town that somebody writes in the CRM comes back as the shop has it.
    let crm = bench.read("crm/contacts.csv");
    bench.write("crm/contacts.csv", crm.replace(",Köln,", ",Bonn,"));
    bench.treaty(&["sync"]).expect(0);
    bench.settle();
    assert!(!bench.read("crm/contacts.csv").contains("Bonn"));
    assert!(!bench.read("shop/people.csv").contains("Bonn"));
}

#[test]
fn packs_are_fetched_from_where_the_treaty_says() {
    let registry = RegistryServer::start().expect("a registry");
    let place = format!("{}/acme/b2b-base", registry.address());
    let (bench, _) = with_pack();
    sign(&bench);
    bench.treaty(&["pack", "push", FILE, &place]).expect(0);
    let nowhere = bench.treaty(&["pack", "install"]).expect(1);
    nowhere.says("nothing says where the pack b2b-base comes from");
    let from = format!("version = \"2\"\nfrom = \"{place}\"");
    bench.edit("treaty.toml", "version = \"2\"", &from);
    bench
        .treaty(&["pack", "install"])
        .expect(0)
        .says("b2b-base 2.1.0 is installed");
    bench
        .treaty(&["pack", "install"])
        .expect(0)
        .says("nothing is missing");
    // A newer one is there, and the lock file says which is meant.
    let newer = newer(&bench);
    bench.treaty(&["pack", "push", newer, &place]).expect(0);
    std::fs::remove_dir_all(bench.path().join("packs")).expect("they are there");
    bench
        .treaty(&["pack", "install"])
        .expect(0)
        .says("b2b-base 2.1.0 is installed");
    // Without it the newest is meant that fits.
    std::fs::remove_file(bench.path().join("treaty.lock")).expect("it is there");
    bench
        .treaty(&["pack", "install"])
        .expect(0)
        .says("b2b-base 2.2.0 is installed");
    // Another pack under the tag that was pinned is another pack.
    let lock = bench.read("treaty.lock");
    std::fs::remove_dir_all(bench.path().join("packs")).expect("they are there");
    let (before, digest) = lock.split_once("sha256:").expect("a digest");
    let other = format!("{before}sha256:{}{}", "0".repeat(64), &digest[64..]);
    bench.write("treaty.lock", other);
    let refused = bench.treaty(&["pack", "install"]);
    assert_ne!(refused.code, 0);
    assert!(!bench.path().join("packs").exists());
    bench.write("treaty.lock", lock);
    let exact = format!("{place}:2.2.0");
    bench.treaty(&["pack", "install", &exact]).expect(0);
    bench.treaty(&["check"]).expect(0);
}
