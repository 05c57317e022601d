//! The laws of rules: each can be broken, and the counter-example is a case.

use treaty_hostile::guests;

use crate::Bench;
use crate::golden::Transcript;

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.crm]
connector = "csv"
path = "nowhere"
[systems.desk]
connector = "csv"
path = "nowhere"
[systems.shop]
connector = "csv"
path = "nowhere"
[entities.contact]
table = "contact.csv"
mapper = "mapper"
resolver = "resolver"
[entities.contact.match]
matcher = "matcher"
[entities.contact.systems.crm]
source = "contacts"
[entities.contact.systems.desk]
source = "contacts"
[entities.contact.systems.shop]
source = "contacts"
[rules.mapper]
component = "mapper.wasm"
[rules.mapper.configuration]
breaks = "nothing of mappers"
[rules.matcher]
component = "matcher.wasm"
[rules.matcher.configuration]
breaks = "nothing of matchers"
[rules.resolver]
component = "resolver.wasm"
[rules.resolver.configuration]
breaks = "nothing of resolvers"
"#;

/// Own fields stand as the canonical ones do: these mappers copy rows.
const TABLE: &str = "\
field,type,owner,rule,crm,desk,shop
first,text,shared,,a,a,a
last,text,shared,,b,b,b
city,text,shared,,c,c,c
";

fn lawless() -> Bench {
    let bench = Bench::with(&[("treaty.toml", TREATY), ("contact.csv", TABLE)]);
    bench.write("mapper.wasm", guests::BREAKS_LAWS_OF_MAPPERS);
    bench.write("matcher.wasm", guests::BREAKS_LAWS_OF_MATCHERS);
    bench.write("resolver.wasm", guests::BREAKS_LAWS_OF_RESOLVERS);
    bench
}

const KINDS: [(&str, &[(&str, &str)]); 3] = [
    (
        "resolver",
        &[
            ("never-breaks", "it never breaks"),
            (
                "batch",
                "a batch answers like its elements alone, in any order",
            ),
            ("order", "the order of the sides does not matter"),
            ("decided", "deciding the decided changes nothing"),
            (
                "three",
                "three systems decided two by two come to the same, whoever comes first",
            ),
        ],
    ),
    (
        "mapper",
        &[
            ("put-get", "what was written reads back the same"),
            ("get-put", "writing back what was read changes nothing"),
            ("twice", "normalising twice is normalising once"),
            ("apart", "absent and empty are kept apart"),
        ],
    ),
    (
        "matcher",
        &[
            ("mirror", "a pair and its mirror score alike"),
            ("itself", "a record matches itself best"),
            ("key", "whatever would be linked shares a blocking key"),
            ("more", "more evidence never scores less"),
        ],
    ),
];

#[test]
fn a_rule_that_keeps_all_laws_is_told_so() {
    let bench = lawless();
    let said = bench.treaty(&["rules", "laws", "--tries", "48"]).expect(0);
    said.says("20 laws: 20 held, 0 broken, 0 not tried\n");
}

#[test]
fn every_law_can_be_broken_and_is_noticed() {
    for (kind, laws) in KINDS {
        for (breaks, law) in laws {
            let bench = lawless();
            let nothing = format!("nothing of {kind}s");
            bench.edit("treaty.toml", &nothing, breaks);
            let laws = ["--format", "json", "rules", "laws", kind, "--tries", "200"];
            let told = bench.treaty(&laws).json();
            let broken = told["laws"].as_array().expect("a list").iter();
            let broken = broken.filter(|result| !result["outcome"]["broken"].is_null());
            let broken: Vec<_> = broken.collect();
            assert!(
                broken.iter().any(|result| result["law"] == *law),
                "{breaks} breaks {law}: {broken:#?}"
            );
        }
    }
}

#[test]
fn a_counter_example_is_small_and_a_case() {
    let bench = lawless();
    bench.edit("treaty.toml", "nothing of resolvers", "order");
    let mut transcript = Transcript::of(&bench);
    let laws = ["rules", "laws", "resolver", "--write", "cases"];
    transcript.run(&laws).expect(1);
    transcript.check("rules-laws");
    // As it was written it is a case that passes: it says what the rule does.
    bench
        .treaty(&["rules", "test"])
        .expect(0)
        .says("2 cases: 2 passed, 0 failed\n");
    // The same seed brings the same, another one something else.
    let again = |seed: &str| {
        let laws = [
            "--format", "json", "rules", "laws", "resolver", "--seed", seed,
        ];
        bench.treaty(&laws).expect(1).stdout
    };
    assert_eq!(again("7"), again("7"));
}

#[test]
fn a_rule_that_the_treaty_does_not_have_is_told() {
    let ended = lawless().treaty(&["rules", "laws", "nobody"]).expect(1);
    let hint = "hint: it has: mapper, matcher, resolver\n";
    assert!(ended.stderr.ends_with(hint), "{}", ended.stderr);
}

#[test]
fn the_quickstarts_rules_keep_the_laws() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/quickstart");
    let laws = ["--treaty", example, "rules", "laws", "--tries", "8"];
    Bench::new().treaty(&laws).expect(0).says(" 0 broken, ");
}

#[test]
fn what_a_rule_costs_is_told_beside_the_shipped_one() {
    let bench = lawless();
    let said = bench.treaty(&["--format", "json", "rules", "bench", "resolver"]);
    let told = said.expect(0).json();
    let rule = &told["rules"][0];
    assert_eq!(rule["rule"]["function"], "resolve");
    assert_eq!(rule["against"]["component"], "shipped:resolve-standard");
    for measures in [&rule["rule"]["measures"], &rule["against"]["measures"]] {
        let measures = measures.as_array().expect("a list");
        let sizes: Vec<_> = measures.iter().map(|one| &one["elements"]).collect();
        assert_eq!(sizes, [1, 16, 256]);
        let figures = ["element_time_ns", "element_fuel", "memory_bytes"];
        let all = measures.iter().flat_map(|one| figures.map(|key| &one[key]));
        assert!(all.into_iter().all(|figure| figure.as_u64() > Some(0)));
        // What a batch costs is shared by more of them.
        assert!(measures[2]["element_fuel"].as_u64() < measures[0]["element_fuel"].as_u64());
    }
    bench
        .treaty(&["rules", "bench", "resolver"])
        .expect(0)
        .says("resolver of contact: resolve\n");
}
