//! Packs, from a folder to a client: built, signed, sent, fetched, verified.

use treaty_registry_server::RegistryServer;

use crate::Bench;
use crate::golden::Transcript;

const PACK: &str = r#"
[pack]
name = "b2b-base"
version = "2.1.0"
contract = "0.1.0"
licence = "Apache-2.0"
description = "Contacts between two CRMs"
cases = ["cases"]

[rules.phone-decides]
component = "rules/phone-decides.wasm"

[tables]
contact = "contact.csv"
"#;

const TABLE: &str = "\
field,type,owner,rule,hubspot,salesforce
email,email,shared,latest,email,Email
phone,phone,shared,phone-decides,phone,Phone
city,city,salesforce,,city,MailingCity
";

const CASES: &str = r#"
entity = "contact"

[[case]]
name = "what a person typed stands"
field = "phone"
base = "+493023125120"
sides.hubspot = { value = "+4915123456789", at = 2026-11-20T10:00:00Z, person = "kim" }
sides.salesforce = { value = "+49301", at = 2026-11-20T11:00:00Z, automation = "import" }
expect.keep = "hubspot"
"#;

/// A pack folder with a rule, a table and a case.
pub fn base() -> Bench {
    let bench = Bench::with(&[
        ("base/pack.toml", PACK),
        ("base/contact.csv", TABLE),
        ("base/cases/phone.toml", CASES),
    ]);
    let component = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/quickstart/rules/phone-decides.wasm"
    );
    let component = std::fs::read(component).expect("the rule is there");
    bench.write("base/rules/phone-decides.wasm", component);
    bench
}

const FILE: &str = "b2b-base-2.1.0.treaty-pack";

/// Makes a key, and gives its public half.
fn key(bench: &Bench, file: &str) -> String {
    let made = bench.treaty(&["pack", "keygen", file]).expect(0);
    made.stdout.trim().to_owned()
}

#[test]
fn a_pack_is_built_signed_and_verified() {
    let bench = base();
    let mut transcript = Transcript::of(&bench);
    let (ours, theirs) = (key(&bench, "ours.key"), key(&bench, "theirs.key"));
    let id = |key: &str| {
        let sign = bench
            .treaty(&["pack", "sign", FILE, "--key", key])
            .expect(0);
        let words: Vec<_> = sign.stdout.split_whitespace().map(str::to_owned).collect();
        words.last().expect("a key").clone()
    };
    transcript.run(&["pack", "build", "base"]).expect(0);
    transcript.hide(ours.clone(), "<our key>");
    transcript.hide(theirs.clone(), "<their key>");
    transcript
        .run(&["pack", "verify", FILE, "--key", &ours])
        .expect(1);
    transcript.hide(id("ours.key"), "<our id>");
    transcript
        .run(&["pack", "verify", FILE, "--key", &ours])
        .expect(0);
    let by_them = transcript.run(&["pack", "verify", FILE, "--key", &theirs]);
    by_them.expect(1);
    let other = theirs_id(&bench, &theirs);
    transcript.hide(other, "<their id>");
    transcript.run(&["pack", "show", FILE]).expect(0);
    transcript.run(&["pack", "unpack", FILE, "again"]).expect(0);
    transcript.run(&["pack", "unpack", FILE, "again"]).expect(1);
    transcript.run(&["pack", "show", "ours.key"]).expect(1);
    transcript.run(&["pack", "build", "again/cases"]).expect(1);
    transcript.check("pack");
    assert_eq!(bench.read("again/pack.toml"), PACK);
    // Signing changes nothing of what is signed.
    let digest = |file: &str| {
        let told = bench.treaty(&["--format", "json", "pack", "show", file]);
        told.expect(0).json()["digest"].clone()
    };
    let built = ["pack", "build", "again", "--out", "twice.treaty-pack"];
    bench.treaty(&built).expect(0);
    assert_eq!(digest(FILE), digest("twice.treaty-pack"));
}

/// The id of a public key, as a refusal names it.
fn theirs_id(bench: &Bench, key: &str) -> String {
    let refused = bench
        .treaty(&["pack", "verify", FILE, "--key", key])
        .expect(1);
    let (_, trusted) = refused
        .stderr
        .split_once("trusted are ")
        .expect("it says who");
    trusted.lines().next().expect("a line").to_owned()
}

#[test]
fn an_altered_pack_is_refused() {
    let bench = base();
    bench.treaty(&["pack", "build", "base"]).expect(0);
    let mut bytes = std::fs::read(bench.path().join(FILE)).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bench.write(FILE, bytes);
    let said = bench.treaty(&["pack", "show", FILE]).expect(1);
    assert!(said.stderr.contains(" is refused: "), "{}", said.stderr);
}

#[test]
fn a_pack_goes_to_a_registry_and_comes_back_with_its_signature() {
    let registry = RegistryServer::start().expect("a registry");
    let bench = base();
    let ours = key(&bench, "ours.key");
    bench.treaty(&["pack", "build", "base"]).expect(0);
    bench
        .treaty(&["pack", "sign", FILE, "--key", "ours.key"])
        .expect(0);
    let place = format!("{}/acme/b2b-base", registry.address());
    let sent = bench.treaty(&["pack", "push", FILE, &place]).expect(0);
    let exact = sent.stdout.trim().trim_start_matches("sent: ").to_owned();
    let of_version = format!("{place}:2.1.0");
    for (place, out) in [
        (&of_version, "one.treaty-pack"),
        (&exact, "two.treaty-pack"),
    ] {
        let pull = ["pack", "pull", place, "--out", out];
        bench.treaty(&pull).expect(0).says("b2b-base 2.1.0");
        bench
            .treaty(&["pack", "verify", out, "--key", &ours])
            .expect(0)
            .says(", which is trusted");
    }
    let nothing = format!("{place}:9.9.9");
    bench.treaty(&["pack", "pull", &nothing]).expect(1);
    bench.treaty(&["pack", "pull", "no place"]).expect(1);
}
