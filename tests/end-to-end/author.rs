//! Rules by their authors: a folder for each language, the component that is made
//! of it, and what the components answer.
//!
//! These tests use the languages' own tools and registries.

mod c;
mod own_tests;
mod world;

use std::path::PathBuf;
use std::process::Command;

use treaty_model::{Decision, InboundAnswer, Outbound, Purpose, SystemIndex, Verdict};
use treaty_sandbox::{Detail, Limits, Profile, Rule, Sandbox, SandboxOptions};

use crate::Bench;
use crate::bench::Ended;
use crate::golden::Transcript;

/// What a rule is called. Rules of one name would take each other's place in the
/// folder that all share.
fn name_of(kind: &str, language: &str) -> String {
    format!("try-{kind}-{language}")
}

/// Makes a rule's folder and its component, and says where that is.
fn made(bench: &Bench, kind: &str, language: &str) -> PathBuf {
    let name = name_of(kind, language);
    let new = ["rules", "new", kind, &name, "--lang", language];
    bench.treaty(&new).expect(0);
    build(bench, &[&name]).expect(0);
    bench.path().join(&name).join(format!("{name}.wasm"))
}

/// Makes the component of a folder.
pub fn build(bench: &Bench, arguments: &[&str]) -> Ended {
    let mut command = bench.command(&[&["rules", "build"], arguments].concat());
    let output = in_shared_folder(&mut command).output();
    Ended::from(output.expect("the command starts"))
}

/// One folder for what the libraries of rules in Rust are compiled to.
pub(crate) fn in_shared_folder(command: &mut Command) -> &mut Command {
    let shared = concat!(env!("CARGO_TARGET_TMPDIR"), "/authors");
    command.env("CARGO_TARGET_DIR", shared)
}

/// Loads a component under the limits for large interpreters.
fn load(component: PathBuf) -> Rule {
    let sandbox = Sandbox::new(SandboxOptions {
        cache: None,
        limits: Limits::for_interpreters(),
        ..SandboxOptions::default()
    });
    let bytes = std::fs::read(component).expect("the component is there");
    let sandbox = sandbox.expect("a sandbox");
    sandbox.load(&bytes, Profile::Contract).expect("a rule")
}

/// The folder has cases that pass, and its rule keeps the laws of its kind.
fn tried(bench: &Bench, name: &str) {
    let folder = ["--treaty", name, "rules"];
    let test = bench.treaty(&[&folder[..], &["test"]].concat());
    test.expect(0).says("2 cases: 2 passed, 0 failed");
    let laws = bench.treaty(&[&folder[..], &["laws", name, "--tries", "8"]].concat());
    laws.expect(0).says(" 0 broken, ");
}

/// A rule as its components in these languages.
fn rules(kind: &str, languages: &[&'static str]) -> Vec<(&'static str, Rule)> {
    std::thread::scope(|threads| {
        let one = |language: &'static str| {
            threads.spawn(move || {
                let (bench, name) = (Bench::new(), name_of(kind, language));
                let component = made(&bench, kind, language);
                let file = component.display().to_string();
                let inspect = bench.treaty(&["rules", "inspect", &file]).expect(0);
                let inspect = inspect
                    .says(&format!("{name} 1.0.0: "))
                    .says(&format!("  decides as      {kind}\n"))
                    .says("  profile         contract\n");
                if language == "python" {
                    inspect.says("  needs           at least component-mib = ");
                }
                tried(&bench, &name);
                (language, load(component))
            })
        };
        let started: Vec<_> = languages.iter().copied().map(one).collect();
        let rules = started.into_iter().map(|rule| rule.join());
        rules.map(|rule| rule.expect("a rule was made")).collect()
    })
}

#[test]
fn resolvers_in_every_language_decide_alike() {
    let languages = ["rust", "javascript", "typescript", "python"];
    let rules = rules("resolver", &languages);
    let expected = decide(&rules[0].1);
    assert_eq!(told(&expected), world::VERDICTS);
    for (language, rule) in &rules[1..] {
        assert_eq!(decide(rule), expected, "{language}");
    }
    for (language, rule) in &rules {
        refuses_a_wrong_setup(language, rule);
    }
}

/// What the rule makes of the conflicts.
fn decide(rule: &Rule) -> Vec<Verdict> {
    let answers = rule.resolve(&world::setup(), &world::conflicts()).answers;
    let verdicts = answers.into_iter();
    let verdicts = verdicts.flat_map(|answer| answer.expect("the rule decides"));
    verdicts.collect()
}

/// Verdicts as the world of these tests has them.
fn told(verdicts: &[Verdict]) -> Vec<String> {
    let told = |verdict: &Verdict| match &verdict.decision {
        Decision::Keep(side) => format!("{side}, {}", verdict.reason),
        Decision::Set(value) => format!("{value:?}, {}", verdict.reason),
        Decision::Escalate => format!("?, {}", verdict.reason),
    };
    verdicts.iter().map(told).collect()
}

/// What is wrong with a setup is told alike, and by every element.
fn refuses_a_wrong_setup(language: &str, rule: &Rule) {
    let mut wrong = world::setup();
    wrong.attributes = vec![("clock-tolerance-ms".to_owned(), "two".to_owned())];
    let problems = rule.check(&wrong).expect("the rule checks");
    let said = "the clock tolerance two is no whole number";
    assert_eq!(problems[0].message, said, "{language}");
    let answers = rule.resolve(&wrong, &world::conflicts()[..2]).answers;
    let refusals = answers.iter().filter(|answer| answer.is_err());
    assert_eq!(refusals.count(), 2, "{language}");
}

#[test]
fn mappers_in_several_languages_map_alike() {
    let rules = rules("mapper", &["rust", "javascript"]);
    let setup = world::setup();
    for (language, rule) in &rules {
        let inbound = world::inbound();
        let read = rule.to_canonical(&setup, SystemIndex(0), &inbound);
        let rows = read.answers.into_iter().map(|answer| match answer {
            Ok(InboundAnswer::Read(read)) => read.canonical,
            other => panic!("{language}: {other:?}"),
        });
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows, world::canonical(), "{language}");
        let outbound = inbound.iter().zip(&rows).map(|(record, row)| Outbound {
            canonical: row.clone(),
            own: record.own.clone(),
            purpose: Purpose::Update,
        });
        let outbound: Vec<_> = outbound.collect();
        let written = rule.from_canonical(&setup, SystemIndex(0), &outbound);
        for answer in written.answers {
            let written = answer.expect("the rule writes");
            let nothing = written.own.iter().all(Option::is_none);
            assert!(
                nothing,
                "{language}: writing back what was read: {written:?}"
            );
        }
    }
}

#[test]
fn matchers_in_several_languages_match_alike() {
    let rules = rules("matcher", &["rust", "javascript"]);
    let setup = world::setup();
    let compared = rules.iter().map(|(language, rule)| {
        let prepared = rule.prepare(&setup, &world::people()).answers.into_iter();
        let prepared = prepared.map(|answer| answer.expect("the rule prepares"));
        let prepared: Vec<_> = prepared.collect();
        let hashes = prepared.iter().flat_map(|one| &one.keys);
        // JavaScript passes on 53 bits.
        let keys: Vec<_> = hashes.map(|key| key.hash & ((1 << 53) - 1)).collect();
        let (records, pairs) = world::candidates(prepared);
        let population = world::population(&records);
        let answers = rule.compare(&setup, &population, &records, &pairs, Detail::Evidence);
        let answers = answers.answers.into_iter();
        let answers = answers.map(|answer| answer.expect("the rule compares"));
        (*language, keys, answers.collect::<Vec<_>>())
    });
    let compared: Vec<_> = compared.collect();
    let (_, keys, answers) = &compared[0];
    let weights: Vec<_> = answers.iter().map(|answer| answer.weight).collect();
    assert_eq!(weights, [10.0, -10.0, 0.0]);
    for (language, their_keys, their_answers) in &compared[1..] {
        assert_eq!(their_keys, keys, "{language}");
        assert_eq!(their_answers, answers, "{language}");
    }
}

#[test]
fn a_rule_in_rust_has_the_same_bytes_in_any_folder() {
    let digests = ["one", "two"].map(|folder| {
        let bench = Bench::new();
        bench.write(&format!("{folder}/a-file"), "");
        let new = ["rules", "new", "resolver", "try-folders", "--lang", "rust"];
        let mut command = bench.command(&new);
        let output = command.current_dir(bench.path().join(folder)).output();
        Ended::from(output.expect("the command starts")).expect(0);
        let built = build(
            &bench,
            &[&format!("{folder}/try-folders"), "--format", "json"],
        );
        let built = built.expect(0).json();
        assert!(
            built["size_bytes"]
                .as_u64()
                .is_some_and(|size| size < 100_000),
            "{built}"
        );
        let built_for_wasi = [
            &format!("{folder}/try-folders"),
            "--target",
            "wasm32-wasip2",
        ];
        build(&bench, &built_for_wasi).expect(0);
        let component = format!("{folder}/try-folders/try-folders.wasm");
        let inspect = bench.treaty(&["rules", "inspect", &component]);
        inspect.expect(0).says("decides as      resolver");
        built["digest"].clone()
    });
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn what_goes_wrong_is_told() {
    let bench = Bench::new();
    let mut transcript = Transcript::of(&bench);
    let new = |name| ["rules", "new", "resolver", name, "--lang", "js"];
    transcript.run(&new("keep-newest")).expect(0);
    transcript.run(&new("keep-newest")).expect(1);
    transcript.run(&new("Keep Newest")).expect(64);
    transcript.run(&new("../keep-newest")).expect(64);
    transcript.run(&["rules", "build"]).expect(1);
    let rule = bench.read("keep-newest/rule.toml");
    bench.write(
        "keep-newest/rule.toml",
        format!("{rule}author = \"anna\"\n"),
    );
    transcript.run(&["rules", "build", "keep-newest"]).expect(1);
    bench.write("keep-newest/rule.toml", rule.replace("0.1.0", "9.0.0"));
    transcript.run(&["rules", "build", "keep-newest"]).expect(1);
    bench.write("keep-newest/rule.toml", rule);
    transcript.check("rules-new-and-build");
}

#[test]
fn a_tool_that_is_missing_is_told_with_how_to_get_it() {
    let nowhere = Bench::new();
    for (language, program) in [("rust", "rustc"), ("ts", "npm"), ("python", "python3")] {
        let bench = Bench::new();
        let new = ["rules", "new", "mapper", "try-it", "--lang", language];
        bench.treaty(&new).expect(0);
        let mut command = bench.command(&["rules", "build", "try-it"]);
        let output = command.env("PATH", nowhere.path()).output();
        Ended::from(output.expect("the command starts"))
            .expect(1)
            .says(&format!("error: {program} is not installed, and "))
            .says("hint: install ");
    }
}

#[test]
fn a_mistake_is_shown_as_the_tool_tells_it() {
    let bench = Bench::new();
    made(&bench, "matcher", "javascript");
    bench.edit(
        "try-matcher-javascript/rule.js",
        "const WEIGHT = 10;",
        "const WEIGHT = ;",
    );
    build(&bench, &["try-matcher-javascript"])
        .expect(1)
        .says("error: making the component failed:\n")
        .says("hint: mend the rule");
}
