//! The example of packs: from a base and its overlays to a client's records, and one
//! rule in three languages.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Bench;
use crate::author::build;
use crate::bench::Ended;

const LANGUAGES: [&str; 3] = ["rust", "javascript", "python"];
/// The packs, each with its version and what the cases come to that it is built with.
const PACKS: [(&str, &str, &str); 3] = [
    ("b2b-base", "2.0.0", "34 cases: 34 passed, 0 failed\n"),
    ("acme", "1.0.0", "40 cases: 40 passed, 0 failed\n"),
    ("berg", "1.0.0", "40 cases: 40 passed, 0 failed\n"),
];
/// What somebody who tried the example may have left in it.
const LEFT_BY_BUILDS: [&str; 6] = [
    "target",
    "treaty",
    "node_modules",
    "build",
    ".venv",
    "__pycache__",
];

const HUBSPOT: &str = "client/data/hubspot/contacts.csv";
const SALESFORCE: &str = "client/data/salesforce/contacts.csv";
const HUBSPOT_COMPANIES: &str = "client/data/hubspot/companies.csv";

/// A copy of the example.
fn example() -> Bench {
    let bench = Bench::new();
    let original = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/rule-packs");
    copy(Path::new(original), bench.path());
    bench
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("it can be read");
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_file() {
            fs::copy(path, to.join(name)).expect("a file can be copied");
        } else if LEFT_BY_BUILDS.iter().all(|left| name != *left) {
            copy(&path, &to.join(name));
        }
    }
}

/// The words that build a pack.
fn building(pack: &str) -> Vec<&str> {
    let base = ["--base", "b2b-base"];
    let base = if pack == "b2b-base" { &[][..] } else { &base };
    [&["pack", "build", pack], base].concat()
}

/// Builds a pack, and signs it with our key.
fn make(bench: &Bench, pack: &str, version: &str) -> Ended {
    let built = bench.treaty(&building(pack)).expect(0);
    let file = file_of(pack, version);
    let sign = ["pack", "sign", &file, "--key", "our.key"];
    bench.treaty(&sign).expect(0);
    built
}

fn file_of(pack: &str, version: &str) -> String {
    format!("{pack}-{version}.treaty-pack")
}

/// The example with its packs built and signed, and a client that trusts our key.
fn with_packs() -> Bench {
    let bench = example();
    let key = bench.treaty(&["pack", "keygen", "our.key"]).expect(0);
    let trusted = format!("keys = [\"{}\"]", key.stdout.trim());
    bench.edit("client/treaty.toml", "keys = []", &trusted);
    for (pack, version, passed) in PACKS {
        make(&bench, pack, version).says(passed);
    }
    bench
}

/// Runs a command on the client's treaty.
fn client(bench: &Bench, arguments: &[&str]) -> Ended {
    bench.treaty(&[&["--treaty", "client"], arguments].concat())
}

/// The client with both packs installed and its systems in agreement.
fn in_agreement() -> Bench {
    let bench = with_packs();
    let (base, overlay) = (file_of("b2b-base", "2.0.0"), file_of("acme", "1.0.0"));
    client(&bench, &["pack", "install", &base, &overlay])
        .expect(0)
        .says("b2b-base 2.0.0 is installed")
        .says("acme 1.0.0 is installed");
    client(&bench, &["sync"]).expect(0);
    client(&bench, &["sync"])
        .expect(0)
        .says("acme is in agreement.");
    bench
}

/// What stands in a column of the record whose line begins so. The example's files
/// have no quotes.
fn cell(bench: &Bench, file: &str, record: &str, column: &str) -> String {
    let text = bench.read(file);
    let mut lines = text.lines().map(|line| line.split(','));
    let mut headings = lines.next().expect("a line of headings");
    let at = headings.position(|heading| heading == column);
    let mut records = lines.map(Vec::from_iter);
    let found = records.find(|cells| cells[0] == record);
    let cells = found.expect("the record is there");
    cells[at.expect("the column is there")].to_owned()
}

#[test]
fn packs_are_built_and_compared() {
    let bench = example();
    for (pack, version, passed) in PACKS {
        bench
            .treaty(&building(pack))
            .expect(0)
            .says(passed)
            .says(&format!("{pack} {version}: "));
        let told = [&["--format", "json"], &building(pack)[..]].concat();
        let told = bench.treaty(&told).expect(0).json();
        let uncovered = told["uncovered"].as_array().expect("a list");
        assert!(uncovered.is_empty(), "every row has a case: {uncovered:?}");
    }
    let diff = ["pack", "diff", "b2b-base", &file_of("acme", "1.0.0")];
    let told = bench
        .treaty(&diff)
        .expect(0)
        .says("+ extends: b2b-base@^2\n")
        .says("  ~ phone, rule: (blank) becomes prefer(salesforce)\n")
        .says("  ~ customer_number, salesforce: CustomerNumber__c becomes SAP_Number__c\n")
        .says(
            "  ~ configuration.default: person then latest becomes person then latest then \
             prefer(salesforce)\n",
        );
    // What the overlay does not mention stands.
    assert!(!told.stdout.contains("salutation"), "{}", told.stdout);
}

#[test]
fn what_the_overlay_asks_for_arrives() {
    let bench = in_agreement();
    client(&bench, &["rules", "test"])
        .expect(0)
        .says("b2b-base@2.0.0/cases/contact.toml\n")
        .says("40 cases: 40 passed, 0 failed");
    // Both were typed by people, HubSpot's later: by the base alone they would win.
    assert_eq!(cell(&bench, HUBSPOT, "501", "phone"), "+494066969140");
    assert_eq!(
        cell(&bench, HUBSPOT, "501", "jobtitle"),
        "Head of Purchasing"
    );
    assert_eq!(
        cell(&bench, HUBSPOT, "501", "customer_number"),
        "0001004711"
    );
    // Acme's department is HubSpot's; with the base it would be Salesforce's.
    assert_eq!(
        cell(&bench, SALESFORCE, "003C01", "Department"),
        "Purchasing"
    );
    assert_eq!(
        cell(&bench, HUBSPOT_COMPANIES, "9001", "numberofemployees"),
        "90"
    );
    assert_eq!(
        cell(&bench, HUBSPOT_COMPANIES, "9001", "customer_tier"),
        "gold"
    );
    // And what only the base says.
    assert_eq!(
        cell(&bench, SALESFORCE, "003C01", "Interests__c"),
        "fairs;newsletter;training"
    );
    client(&bench, &["explain", "contact", "501", "phone"])
        .expect(0)
        .says("salesforce is preferred");
}

#[test]
fn an_overlay_takes_its_base_along() {
    let bench = with_packs();
    let alone = ["pack", "install", &file_of("acme", "1.0.0")];
    client(&bench, &alone)
        .expect(4)
        .says("the pack acme changes b2b-base@^2, which is not there");
    // The other client's overlay on the same base, with a case in the place of one of
    // the base's.
    bench.edit("client/treaty.toml", "[packs.use.acme]", "[packs.use.berg]");
    let treaty = bench.read("client/treaty.toml");
    bench.write(
        "client/treaty.toml",
        treaty.replace("pack:acme", "pack:berg"),
    );
    let (base, overlay) = (file_of("b2b-base", "2.0.0"), file_of("berg", "1.0.0"));
    client(&bench, &["pack", "install", &base, &overlay]).expect(0);
    client(&bench, &["rules", "test"])
        .expect(0)
        .says("40 cases: 40 passed, 0 failed");
}

#[test]
fn the_base_goes_to_the_next_version_and_back() {
    let bench = in_agreement();
    let undecided = "nobody has decided on hs_linkedin_url of contact in hubspot\n";
    client(&bench, &["check"]).expect(0).says(undecided);
    let table = bench.read("b2b-base/contact.csv");
    let row = "linkedin,text,salesforce,,,hs_linkedin_url,,LinkedIn__c,,,\n";
    bench.write("b2b-base/contact.csv", table + row);
    bench.edit("b2b-base/pack.toml", "2.0.0", "2.1.0");
    make(&bench, "b2b-base", "2.1.0");

    let install = ["pack", "install", &file_of("b2b-base", "2.1.0")];
    client(&bench, &install).expect(0);
    client(&bench, &["plan"]).expect(2).says("1 to write");
    let of_salesforce = cell(&bench, SALESFORCE, "003C01", "LinkedIn__c");
    assert_eq!(cell(&bench, HUBSPOT, "501", "hs_linkedin_url"), "");
    client(&bench, &["sync"]).expect(0);
    assert_eq!(
        cell(&bench, HUBSPOT, "501", "hs_linkedin_url"),
        of_salesforce
    );

    let back = ["pack", "use", "b2b-base@2.0.0"];
    client(&bench, &back).expect(0).says("is in use");
    client(&bench, &["check"]).expect(0).says(undecided);
    client(&bench, &["plan"]).expect(0);
    bench.edit(SALESFORCE, "anna-meier-elbe", "anna-meier");
    client(&bench, &["sync"]).expect(0);
    assert_eq!(
        cell(&bench, HUBSPOT, "501", "hs_linkedin_url"),
        of_salesforce
    );
}

/// The folder of a rule with its SDK, built.
fn built(bench: &Bench, language: &str) {
    let sdk = format!("sdk-{language}");
    let new = ["rules", "new", "resolver", &sdk, "--lang", language];
    bench.treaty(&new).expect(0);
    let folder = format!("resolvers/{language}");
    let (from, to) = (format!("{sdk}/treaty"), format!("{folder}/treaty"));
    fs::rename(bench.path().join(from), bench.path().join(to)).expect("the SDK is moved");
    build(bench, &[&folder]).expect(0);
}

/// What a rule is asked: everything that two systems can say, by everybody.
fn every_pair() -> String {
    let stages = [
        "value = \"lead\"",
        "value = \"customer\"",
        "value = \"evangelist\"",
        "value = { null = true }",
    ];
    let actors = ["", ", person = \"kim\"", ", automation = \"workflow\""];
    let sides = stages.iter().flat_map(|stage| {
        let by = actors
            .iter()
            .map(move |actor| format!("{{ {stage}{actor} }}"));
        by.collect::<Vec<_>>()
    });
    let sides: Vec<_> = sides.collect();
    let mut text = "entity = \"contact\"\n".to_owned();
    for (hubspot, salesforce) in sides
        .iter()
        .flat_map(|one| sides.iter().map(move |other| (one, other)))
    {
        write!(
            text,
            "[[case]]\nname = \"a pair\"\nfield = \"lifecycle\"\nsides.hubspot = {hubspot}\n\
             sides.salesforce = {salesforce}\nexpect.escalate = true\n"
        )
        .expect("a text takes more");
    }
    text
}

/// What a rule answers to each case of a file, with its reasons, whatever the file
/// expects.
fn answers(bench: &Bench, language: &str, cases: &str) -> Vec<Value> {
    let folder = format!("resolvers/{language}");
    let test = [
        "--treaty", &folder, "--format", "json", "rules", "test", cases,
    ];
    let told = bench.treaty(&test).json();
    let cases = told["cases"].as_array().expect("a list").iter();
    cases.map(|case| case["answer"].clone()).collect()
}

#[test]
fn one_rule_in_three_languages_decides_alike() {
    let bench = example();
    std::thread::scope(|threads| {
        for language in LANGUAGES {
            let bench = &bench;
            threads.spawn(move || built(bench, language));
        }
    });
    bench.write("every-pair.toml", every_pair());
    let expected = answers(&bench, LANGUAGES[0], "every-pair.toml");
    assert_eq!(expected.len(), 144);
    let different: BTreeSet<_> = expected.iter().map(Value::to_string).collect();
    assert!(different.len() > 4, "{different:?}");
    for language in LANGUAGES {
        let folder = format!("resolvers/{language}");
        let rules = ["--treaty", &folder, "rules"];
        let cases = ["test", "resolvers/cases/lifecycle.toml"];
        bench
            .treaty(&[&rules[..], &cases].concat())
            .expect(0)
            .says("5 cases: 5 passed, 0 failed");
        let laws = ["laws", "keep-furthest", "--tries", "8"];
        bench
            .treaty(&[&rules[..], &laws].concat())
            .expect(0)
            .says(" 0 broken, ");
        let theirs = answers(&bench, language, "every-pair.toml");
        assert_eq!(theirs, expected, "{language}");
    }
}

#[test]
fn a_rule_of_the_client_comes_in_its_overlay() {
    let bench = in_agreement();
    built(&bench, "javascript");
    let component = bench.path().join("resolvers/javascript/keep-furthest.wasm");
    let component = fs::read(component).expect("it was built");
    bench.write("acme/rules/keep-furthest.wasm", component);
    let treaty = bench.read("resolvers/javascript/treaty.toml");
    let (_, configuration) = treaty
        .split_once("[rules.keep-furthest.configuration]\n")
        .expect("the rule is configured");
    let pack = bench.read("acme/pack.toml").replace("1.0.0", "1.1.0");
    let rule = "[rules.keep-furthest]\ncomponent = \"rules/keep-furthest.wasm\"\n\
                [rules.keep-furthest.configuration]\n";
    bench.write("acme/pack.toml", format!("{pack}{rule}{configuration}"));
    let base = bench.read("b2b-base/contact.csv");
    let mut rows = base.lines();
    let row = rows.find(|row| row.starts_with("lifecycle,"));
    let row = row.expect("the base has the row");
    let row = row.replace("prefer(hubspot)", "keep-furthest") + "\n";
    let table = bench.read("acme/contact.csv");
    bench.write("acme/contact.csv", table + &row);
    make(&bench, "acme", "1.1.0").says("keep-furthest of contact\n");

    let install = ["pack", "install", &file_of("acme", "1.1.0")];
    client(&bench, &install).expect(0);
    client(&bench, &["rules", "test"]).expect(0);
    client(&bench, &["plan"]).expect(0);
    bench.edit(HUBSPOT, ",customer,CONNECTED", ",lead,CONNECTED");
    bench.edit(SALESFORCE, ",Customer,Connected", ",Opportunity,Connected");
    client(&bench, &["sync"]).expect(0);
    // HubSpot, which the base prefers, is not as far.
    assert_eq!(
        cell(&bench, HUBSPOT, "501", "lifecyclestage"),
        "opportunity"
    );
}
