//! By the rules of a pack.

use treaty_hostile::guests;

use super::{counts, decided, replay};
use crate::Bench;

/// A pack whose rule decides in place of the treaty's, with these lines about it.
fn pack(bench: &Bench, rule: &str) {
    bench.write(
        "pack/contact.csv",
        "field,type,owner,crm,shop\nname,text,shared,Name,Name\n",
    );
    let said = "[pack]\nname = \"acme-rules\"\nversion = \"1.3.0\"\ncontract = \"0.1.0\"\n\
                licence = \"MIT\"\ndescription = \"Who wins\"\n[tables]\ncontact = \"contact.csv\"\n";
    bench.write("pack/pack.toml", format!("{said}[rules.decider]\n{rule}"));
}

#[test]
fn a_pack_decides_by_its_rules_of_the_same_name() {
    let bench = decided();
    bench.write("pack/new.wasm", guests::FAILS_AS_TOLD);
    let last = "component = \"new.wasm\"\n[rules.decider.configuration]\nside = \"last\"\n";
    pack(&bench, last);
    let replayed = replay(&bench, &["pack"]);
    assert_eq!(counts(&replayed), [0, 12, 0, 0]);
    assert_eq!(replayed["left_out"]["resolve-standard"], 12);
    // Its budget holds, unless the treaty says otherwise.
    pack(
        &bench,
        &format!("{last}[budget]\nfuel-base = 1\nfuel-per-element = 1\nfuel-per-byte = 1\n"),
    );
    assert_eq!(counts(&replay(&bench, &["pack"])), [0, 0, 12, 0]);
    let treaty = bench.read("treaty.toml");
    bench.write(
        "treaty.toml",
        format!("{treaty}[limits]\nfuel-base = 100000000\n"),
    );
    assert_eq!(counts(&replay(&bench, &["pack"])), [0, 12, 0, 0]);
}

#[test]
fn the_file_of_a_pack_decides_as_its_folder_does() {
    let bench = decided();
    pack(&bench, "component = \"shipped:resolve-standard\"\n");
    let folder = replay(&bench, &["pack"]);
    assert_eq!(counts(&folder).iter().sum::<u64>(), 12);
    bench.treaty(&["pack", "build", "pack"]).expect(0);
    let file = replay(&bench, &["acme-rules-1.3.0.treaty-pack"]);
    assert_eq!(file, folder);
}

#[test]
fn a_rule_of_a_pack_is_loaded_under_its_own_profile() {
    let bench = decided();
    bench.write("pack/new.wasm", guests::USES_STD_ON_WASI);
    pack(&bench, "component = \"new.wasm\"\n");
    bench.treaty(&["rules", "replay", "pack"]).expect(4);
    pack(
        &bench,
        "component = \"new.wasm\"\nprofile = \"inert-wasi\"\n",
    );
    let replayed = replay(&bench, &["pack"]);
    assert_eq!(counts(&replayed).iter().sum::<u64>(), 12);
}

#[test]
fn a_difference_says_what_would_have_been_decided() {
    let bench = decided();
    bench.write("pack/new.wasm", guests::FAILS_AS_TOLD);
    let side = |side: &str| {
        format!("component = \"new.wasm\"\n[rules.decider.configuration]\nside = \"{side}\"\n")
    };
    pack(&bench, &side("first"));
    let (before, now) = (bench.path().join("before"), bench.path().join("pack"));
    std::fs::rename(&now, before).expect("it is there");
    bench.write("pack/new.wasm", guests::FAILS_AS_TOLD);
    pack(&bench, &side("last"));
    bench.edit("pack/pack.toml", "1.3.0", "1.4.0");
    let diff = ["pack", "diff", "before", "pack"];
    let without = bench.treaty(&diff).expect(0);
    let without = without.says("configuration.side: first becomes last\n");
    assert!(!without.stdout.contains("decision"), "{}", without.stdout);
    let replayed = bench.treaty(&[&diff[..], &["--replay"]].concat()).expect(0);
    assert!(replayed.stdout.starts_with(&without.stdout));
    replayed.says("12 different");
    let told = [&["--format", "json"], &diff[..], &["--replay"]].concat();
    let told = bench.treaty(&told).expect(0).json();
    assert_eq!(counts(&told["replayed"]), [0, 12, 0, 0]);
    let alone = bench.treaty(&[&diff[..], &["--since", "30d"]].concat());
    alone.expect(64);
}

/// Alone it would decide as nobody will ever have it.
#[test]
fn what_changes_another_pack_decides_with_it_only() {
    let bench = decided();
    pack(&bench, "component = \"shipped:resolve-standard\"\n");
    bench.edit(
        "pack/pack.toml",
        "[tables]",
        "extends = \"base@1\"\n[tables]",
    );
    bench
        .treaty(&["rules", "replay", "pack"])
        .expect(1)
        .says("acme-rules changes base@^1, which is not here");
}
