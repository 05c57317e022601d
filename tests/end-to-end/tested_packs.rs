//! Packs are tested when they are built: what fails becomes none.

use treaty_hostile::guests;

use crate::Bench;
use crate::golden::Transcript;
use crate::packs::base;

const FILE: &str = "b2b-base-2.1.0.treaty-pack";

/// The same pack with a rule that breaks the laws of resolvers in one way.
fn lawless(breaks: &str) -> Bench {
    let bench = base();
    bench.write("base/rules/lawless.wasm", guests::BREAKS_LAWS_OF_RESOLVERS);
    let rule = format!(
        "[rules.lawless]\ncomponent = \"rules/lawless.wasm\"\n[rules.lawless.configuration]\n\
         breaks = \"{breaks}\"\n[tables]"
    );
    bench.edit("base/pack.toml", "[tables]", &rule);
    bench.edit(
        "base/contact.csv",
        "city,city,salesforce,",
        "city,city,shared,lawless",
    );
    bench
}

fn is_there(bench: &Bench, file: &str) -> bool {
    bench.path().join(file).exists()
}

#[test]
fn a_pack_whose_cases_or_laws_fail_is_not_built() {
    let bench = lawless("order");
    bench.edit(
        "base/cases/phone.toml",
        "keep = \"hubspot\"",
        "keep = \"salesforce\"",
    );
    let mut transcript = Transcript::of(&bench);
    let build = ["pack", "build", "base", "--write", "found"];
    transcript.run(&build).expect(1);
    assert!(!is_there(&bench, FILE));
    // The counter-example is a case that says what the rule does now.
    let found = std::fs::read_dir(bench.path().join("found")).expect("it was made");
    for (at, file) in found.enumerate() {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(path).expect("a text");
        bench.write(&format!("base/cases/found-{at}.toml"), text);
    }
    bench
        .treaty(&["rules", "test", "base"])
        .expect(1)
        .says("2 cases: 1 passed, 1 failed\n");
    transcript.check("pack-refused");
}

#[test]
fn the_same_folder_gets_the_same_verdict() {
    let bench = lawless("order");
    let verdict = || {
        let built = bench.treaty(&["--format", "json", "pack", "build", "base"]);
        let mut told = built.expect(1).json();
        for case in told["cases"].as_array_mut().expect("a list") {
            case["time_us"] = 0.into();
        }
        told
    };
    assert_eq!(verdict(), verdict());
    // And is built once it keeps the laws.
    bench.edit("base/pack.toml", "\"order\"", "\"nothing\"");
    let built = bench
        .treaty(&["--format", "json", "pack", "build", "base"])
        .expect(0)
        .json();
    assert_eq!(built["file"], FILE);
    assert_eq!(built["uncovered"][0]["undecided"][0], "email");
    assert_eq!(built["laws"].as_array().map(Vec::len), Some(12));
}

#[test]
fn rules_of_a_pack_are_tested_as_those_of_a_treaty() {
    let bench = base();
    bench.treaty(&["pack", "build", "base"]).expect(0);
    for pack in ["base", FILE] {
        bench
            .treaty(&["rules", "test", pack])
            .expect(0)
            .says("no case decides of contact: email\n")
            .says("1 case: 1 passed, 0 failed\n");
        let laws = ["rules", "laws", pack, "phone-decides", "--tries", "8"];
        bench
            .treaty(&laws)
            .expect(0)
            .says("6 laws: 4 held, 0 broken, ");
    }
    let nobody = ["rules", "laws", "base", "nobody"];
    bench.treaty(&nobody).expect(1);
    let two = ["rules", "test", "base", "base/cases/phone.toml"];
    bench.treaty(&two).expect(64);
    // What was built stays so; its folder can be blessed.
    bench.edit(
        "base/cases/phone.toml",
        "keep = \"hubspot\"",
        "keep = \"salesforce\"",
    );
    bench.treaty(&["rules", "test", FILE, "--bless"]).expect(1);
    bench
        .treaty(&["rules", "test", "base", "--bless"])
        .expect(0)
        .says("1 case changed");
    bench.treaty(&["rules", "test", "base"]).expect(0);
}

#[test]
fn what_a_pack_gets_wrong_is_told_before_its_cases_run() {
    let bench = base();
    let mut transcript = Transcript::of(&bench);
    bench.edit("base/contact.csv", "phone,phone,", "phone,fone,");
    transcript.run(&["pack", "build", "base"]).expect(4);
    bench.edit("base/contact.csv", "phone,fone,", "phone,phone,");
    bench.edit("base/contact.csv", ",latest,", ",newest,");
    transcript.run(&["pack", "build", "base"]).expect(4);
    bench.edit("base/contact.csv", ",newest,", ",latest,");
    bench.edit(
        "base/cases/phone.toml",
        "keep = \"hubspot\"",
        "keep = \"hubspt\"",
    );
    transcript.run(&["pack", "build", "base"]).expect(4);
    bench.write("base/rules/phone-decides.wasm", guests::IMPORTS_SOCKETS);
    transcript.run(&["pack", "build", "base"]).expect(4);
    transcript.check("pack-problems");
    assert!(!is_there(&bench, FILE));
}

/// The base with a rule that does not look at its configuration, and says what it
/// has to be.
fn with_schema(configuration: &str) -> Bench {
    let bench = base();
    bench.write("base/rules/gives.wasm", guests::GIVES_A_SCHEMA);
    let rule = format!(
        "[rules.gives]\ncomponent = \"rules/gives.wasm\"\n[rules.gives.configuration]\n\
         {configuration}\n[tables]"
    );
    bench.edit("base/pack.toml", "[tables]", &rule);
    bench
}

#[test]
fn a_pack_whose_configuration_does_not_fit_its_schema_is_not_built() {
    let refused = |bench: &Bench, why: &str| {
        let said = bench.treaty(&["pack", "build", "base"]).expect(4);
        assert!(said.stderr.contains(why), "{}", said.stderr);
        assert!(!is_there(bench, FILE));
    };
    let why = "configuration.share: 2 is greater than the maximum of 1\n";
    let asked = with_schema("share = 2");
    refused(&asked, &format!("pack.toml: rule gives for contact, {why}"));
    asked.write("base/rules/gives.wasm", guests::GIVES_AN_ENDLESS_SCHEMA);
    let endless = "the rule's schema for it cannot be used: with all that it refers to, it has \
                   more than 10000 parts";
    refused(&asked, endless);
    let unasked = with_schema("share = 2");
    without_input(&unasked);
    refused(&unasked, &format!("pack.toml: rule gives, {why}"));
    unasked.edit("base/pack.toml", "share = 2", "share = 0.5");
    unasked.treaty(&["pack", "build", "base"]).expect(0);
}

#[test]
fn a_pack_has_a_budget_of_its_own() {
    let bench = base();
    bench.edit(
        "base/pack.toml",
        "[tables]",
        "[budget]\nfuel-base = 1\nfuel-per-element = 1\nfuel-per-byte = 0\n[tables]",
    );
    bench
        .treaty(&["rules", "test", "base"])
        .expect(1)
        .says("a fault: ");
    bench.treaty(&["pack", "build", "base"]).expect(4);
}

#[test]
fn where_several_could_be_asked_a_case_says_whom() {
    let bench = base();
    let rules = "[rules.people]\ncomponent = \"shipped:match-people\"\n\
                 [rules.things]\ncomponent = \"shipped:match-things\"\n[tables]";
    bench.edit("base/pack.toml", "[tables]", rules);
    let case = "[[case]]\nname = \"the same\"\nentity = \"contact\"\n\
                first = { email = \"a@berg.example\" }\nsecond = { email = \"a@berg.example\" }\n\
                expect.is = \"different\"\n";
    bench.write("base/cases/same.toml", case);
    let said = bench.treaty(&["rules", "test", "base"]).expect(4);
    let hint = "write rule = \"…\" into it, one of: people, phone-decides, things";
    assert!(said.stderr.contains(hint), "{}", said.stderr);
    bench.edit(
        "base/cases/same.toml",
        "[[case]]\n",
        "[[case]]\nrule = \"people\"\n",
    );
    let said = bench.treaty(&["--format", "json", "rules", "test", "base"]);
    assert_eq!(said.json()["cases"][1]["rule"], "people");
}

#[test]
fn what_changes_another_pack_is_built_with_it_only() {
    let bench = base();
    bench.edit(
        "base/pack.toml",
        "licence",
        "extends = \"of-us-all@1\"\nlicence",
    );
    bench
        .treaty(&["pack", "build", "base"])
        .expect(1)
        .says("b2b-base changes of-us-all@^1, which is not here");
    assert!(!is_there(&bench, FILE));
    // What it says itself can be tried without.
    bench
        .treaty(&["rules", "test", "base"])
        .expect(0)
        .says("1 case: 1 passed");
}

#[test]
fn what_is_other_in_a_pack_is_told_cell_by_cell() {
    let bench = base();
    bench.treaty(&["pack", "build", "base"]).expect(0);
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["pack", "diff", "base", FILE]).expect(0);
    bench.edit("base/pack.toml", "2.1.0", "2.2.0");
    let rules = "[rules.logs]\ncomponent = \"rules/logs.wasm\"\n[rules.logs.configuration]\n\
                 loudly = true\n[budget]\nlog-lines = 10\n[tables]";
    bench.edit("base/pack.toml", "[tables]", rules);
    bench.edit("base/contact.csv", "latest,email", "escalate,email");
    bench.edit(
        "base/contact.csv",
        "city,city,salesforce,,city,MailingCity",
        "town,city,shared,latest,city,MailingCity",
    );
    bench.edit(
        "base/cases/phone.toml",
        "person = \"kim\"",
        "person = \"lee\"",
    );
    bench.write("base/rules/logs.wasm", guests::FLOODS_THE_LOG);
    // Another build of the rule, which reaches for more.
    bench.write("base/rules/phone-decides.wasm", guests::USES_STD_ON_WASI);
    transcript.run(&["pack", "diff", FILE, "base"]).expect(0);
    transcript.run(&["pack", "diff", FILE, "nowhere"]).expect(1);
    let told = bench
        .treaty(&["--format", "json", "pack", "diff", FILE, "base"])
        .expect(0)
        .json();
    assert_eq!(told["tables"]["contact"]["removed"][0], "city");
    assert_eq!(told["rules"]["phone-decides"]["component"], "changed");
    assert_eq!(told["components"]["logs"]["new"]["profile"], "contract");
    // How large another build is, and what it takes, is the toolchain's.
    let news = &told["components"]["phone-decides"]["news"];
    for figure in ["size_bytes", "empty_batch_fuel"] {
        transcript.hide(format!("becomes {}", news[figure][1]), "becomes <some>");
    }
    transcript.check("pack-diff");
}

/// Every field has an owner, so that no resolver has anything to decide.
fn without_input(bench: &Bench) {
    bench.edit("base/contact.csv", "shared,latest,email", "hubspot,,email");
    bench.edit("base/contact.csv", "shared,phone-decides", "hubspot,");
    let case = "[[case]]\nname = \"read\"\nentity = \"contact\"\nread = \"hubspot\"\n\
                own = { email = \"a@berg.example\" }\n\
                expect.canonical = { email = \"a@berg.example\" }\n";
    bench.write("base/cases/phone.toml", case);
}

#[test]
fn a_rule_that_no_table_has_input_for_is_told() {
    let bench = base();
    without_input(&bench);
    bench
        .treaty(&["pack", "build", "base"])
        .expect(0)
        .says("0 laws: 0 held, 0 broken, 0 not tried\n")
        .says("no law was tried on phone-decides: no table has input for it\n");
}
