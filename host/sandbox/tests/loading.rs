//! What is refused before it runs, in which words; and the cache.

use std::fs;
use std::path::Path;

use treaty_hostile::guests;
use treaty_hostile::world::{conflict, setup};
use treaty_sandbox::{Limits, LoadError, Profile, Sandbox, SandboxOptions};

fn sandbox(cache: Option<&Path>) -> Sandbox {
    Sandbox::new(SandboxOptions {
        cache: cache.map(Path::to_owned),
        ..SandboxOptions::default()
    })
    .expect("a sandbox")
}

fn check(sandbox: &Sandbox, bytes: &[u8], expected: &str) {
    let error = sandbox
        .load(bytes, Profile::Contract)
        .expect_err("no component");
    assert_eq!(format!("{error}\nhint: {}", error.hint()), expected);
}

#[test]
fn refusals_name_the_cause_and_the_fix() {
    let sandbox = sandbox(None);
    check(
        &sandbox,
        b"PK\x03\x04 not a component",
        "this is no WebAssembly: it starts with \"PK\\u{3}\\u{4} not a compo\"\n\
         hint: give the path of a component, usually a file `….wasm`",
    );
    check(
        &sandbox,
        b"",
        "this is no WebAssembly: it starts with \"\"\n\
         hint: give the path of a component, usually a file `….wasm`",
    );
    check(
        &sandbox,
        b"\x7fELF\x02\x01\x01",
        "this is compiled machine code, which is never loaded from outside\n\
         hint: give the component itself; Treaty keeps its own compiled code",
    );
    check(
        &sandbox,
        guests::CORE_MODULE,
        "this is a core module, not a component\n\
         hint: wrap it with a component encoder: \
         `wasm-tools component new module.wasm -o rule.wasm`",
    );
    check(
        &sandbox,
        guests::EXPORTS_NOTHING,
        "the component exports none of treaty:rules/mapper@0.1.0, \
         treaty:rules/matcher@0.1.0, treaty:rules/resolver@0.1.0; it exports nothing\n\
         hint: build against mapper-rule, matcher-rule or resolver-rule of \
         `treaty:rules@0.1.0`",
    );
    check(
        &sandbox,
        guests::IMPORTS_A_CLOCK,
        "the component imports what no rule gets: wasi:clocks/wall-clock@0.2.0, \
         acme:tools/telemetry@1.0.0\n\
         hint: a rule can only import `treaty:rules/log@0.1.0`; remove the call",
    );
    check(
        &sandbox,
        guests::IMPORTS_SOCKETS,
        "the component imports what no rule gets: wasi:sockets/tcp@0.2.0, \
         wasi:sockets/udp@0.2.0\n\
         hint: build for wasm32-unknown-unknown, or give it `profile = \"inert-wasi\"` in \
         treaty.toml",
    );
}

#[test]
fn every_cut_of_a_component_is_refused() {
    let sandbox = sandbox(None);
    let whole = guests::GOOD;
    for length in (0..whole.len()).step_by(997) {
        assert!(
            sandbox.load(&whole[..length], Profile::Contract).is_err(),
            "{length} bytes"
        );
    }
}

#[test]
fn size_is_checked_before_anything_is_read() {
    let limits = Limits {
        component_bytes: 1_000,
        ..Limits::default()
    };
    let cache = None;
    let sandbox = Sandbox::new(SandboxOptions {
        cache,
        limits,
        ..SandboxOptions::default()
    })
    .expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rule.wasm");
    fs::write(&path, guests::GOOD).expect("a file");
    let error = sandbox
        .load_file(&path, Profile::Contract)
        .expect_err("too large");
    let size = guests::GOOD.len() as u64;
    assert!(
        matches!(error, LoadError::TooLarge { size: seen, limit: 1_000 } if seen == size),
        "{error}"
    );
    let missing = folder.path().join("missing.wasm");
    let error = sandbox
        .load_file(&missing, Profile::Contract)
        .expect_err("missing");
    assert!(matches!(error, LoadError::Unreadable { .. }), "{error}");
}

#[test]
fn limits_for_interpreters_suit_small_rules_too() {
    let limits = Limits::for_interpreters();
    let cache = None;
    let sandbox = Sandbox::new(SandboxOptions {
        cache,
        limits,
        ..SandboxOptions::default()
    })
    .expect("a sandbox");
    let rule = sandbox
        .load(guests::GOOD, Profile::Contract)
        .expect("a rule");
    assert!(rule.resolve(&setup(), &[conflict()]).answers[0].is_ok());
}

#[test]
fn a_rule_describes_itself() {
    let sandbox = sandbox(None);
    let rule = sandbox
        .load(guests::GOOD, Profile::Contract)
        .expect("a rule");
    let description = rule.describe().expect("a description");
    assert_eq!(description.name, "be-hostile");
    assert_eq!(rule.check(&setup()), Ok(Vec::new()));
    assert_eq!(rule.digest(), treaty_model::Digest::of(guests::GOOD));
    assert_eq!(rule.kinds().to_string(), "resolver");
}

/// The only entry of a cache folder.
fn entry(folder: &Path) -> std::path::PathBuf {
    let mut entries = fs::read_dir(folder).expect("a folder");
    let entry = entries.next().expect("an entry").expect("readable");
    assert!(entries.next().is_none(), "one entry");
    entry.path()
}

#[test]
fn compiled_code_is_kept_and_damage_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("compiled");
    let answers = || {
        // A sandbox of its own each time: what is in memory must not help.
        let sandbox = sandbox(Some(&cache));
        let rule = sandbox
            .load(guests::GOOD, Profile::Contract)
            .expect("a rule");
        rule.resolve(&setup(), &[conflict()])
    };
    let fresh = answers();
    let whole = fs::read(entry(&cache)).expect("an entry");
    let written = fs::metadata(entry(&cache)).and_then(|it| it.modified());
    let written = written.expect("a time");

    assert_eq!(answers(), fresh, "from the cache");
    let again = fs::metadata(entry(&cache)).and_then(|it| it.modified());
    assert_eq!(again.expect("a time"), written, "nothing was compiled");

    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let damages = [
        Vec::new(),
        whole[..20].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        flipped(0),
        flipped(10),
        flipped(whole.len() / 2),
    ];
    for damaged in damages {
        fs::write(entry(&cache), &damaged).expect("damage");
        assert_eq!(answers(), fresh);
        assert_eq!(
            fs::read(entry(&cache)).expect("an entry"),
            whole,
            "repaired"
        );
    }
}

#[test]
fn a_cache_that_cannot_be_used_is_done_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a-file");
    fs::write(&file, "not a folder").expect("a file");
    let sandbox = sandbox(Some(&file));
    let rule = sandbox
        .load(guests::GOOD, Profile::Contract)
        .expect("a rule");
    assert!(rule.resolve(&setup(), &[conflict()]).answers[0].is_ok());
}
