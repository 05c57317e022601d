//! Rules tested by cases: no system is there, and none is needed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use treaty_hostile::guests;

use crate::Bench;
use crate::golden::Transcript;

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.crm]
connector = "csv"
path = "nowhere"
[systems.shop]
connector = "csv"
path = "nowhere"
[entities.contact]
table = "contact.csv"
[entities.contact.match]
matcher = "match-people"
[entities.contact.systems.crm]
source = "contacts"
[entities.contact.systems.shop]
source = "people"
"#;

const TABLE: &str = "\
field,type,owner,rule,crm,shop
first,first-name,shared,prefer(crm),First,first_name
last,last-name,shared,latest,Last,last_name
email,email,shared,escalate,Email,mail
since,date,shared,min,Since,since
city,city,crm,,City,town
";

/// One case that passes and one that does not, with a remark of their author.
const CASES: &str = r#"
entity = "contact"

[[case]]
name = "the CRM's first name wins"
field = "first"
base = "Anna"
sides.crm.value = "Anne"
sides.shop.value = "Ann"
expect.keep = "crm"

# The owner of the shop wants it so.
[[case]]
name = "the shop's last name wins"
field = "last"
base = "Berg"
sides.crm = { value = "Bergh", at = 2026-11-20T10:00:00Z, person = "kim" }
sides.shop = { value = "Burg", at = 2026-11-19T10:00:00Z, person = "lee" }
expect.keep = "shop" # for now
"#;

fn treaty_with(cases: &str) -> Bench {
    Bench::with(&[
        ("treaty.toml", TREATY),
        ("contact.csv", TABLE),
        ("cases/contact.toml", cases),
    ])
}

#[test]
fn what_is_not_as_expected_stands_side_by_side() {
    let bench = treaty_with(CASES);
    let mut transcript = Transcript::of(&bench);
    let said = transcript.run(&["rules", "test"]).expect(1);
    let words: Vec<_> = said.stdout.split(' ').collect();
    for fuel in words.windows(2).filter(|pair| pair[1].starts_with("fuel)")) {
        transcript.hide(format!("{} fuel", fuel[0]), "<some> fuel");
    }
    transcript
        .run(&["rules", "test", "--only", "first name"])
        .expect(0);
    transcript.check("rules-test");
}

#[test]
fn blessing_changes_what_is_not_met_and_nothing_else() {
    let bench = treaty_with(CASES);
    bench
        .treaty(&["rules", "test", "--bless"])
        .expect(0)
        .says("the shop's last name wins: expects what the rule answers now\n")
        .says("1 case changed");
    let blessed = bench.read("cases/contact.toml");
    let (before, _) = CASES
        .split_once("expect.keep = \"shop\"")
        .expect("it is there");
    assert!(
        blessed.starts_with(before.trim_end()),
        "all before it stands as it stood: {blessed}"
    );
    assert!(!blessed.contains("\"shop\"\n") && blessed.contains("keep = \"crm\""));
    bench.treaty(&["rules", "test"]).expect(0).says("2 passed");
    bench
        .treaty(&["rules", "test", "--bless"])
        .expect(0)
        .says("0 cases changed");
    assert_eq!(bench.read("cases/contact.toml"), blessed);
}

#[test]
fn both_directions_of_a_mapping_and_a_refusal_are_cases() {
    let bench = treaty_with(
        r#"
entity = "contact"
[[case]]
name = "read"
read = "crm"
own = { First = "Anna", Since = "2024-02-03", City = "" }
expect.canonical = { first = "Anna", since = "2024-02-03", city = { null = true } }
[[case]]
name = "written"
write = "shop"
canonical = { first = "Anna", city = { null = true } }
expect.own = { first_name = "Anna", town = { null = true } }
[[case]]
name = "a day that is none"
read = "crm"
own = { First = "Anna", Since = "soon" }
expect = { canonical = { first = "Anna" }, problems = { since = "soon" } }
"#,
    );
    bench
        .treaty(&["rules", "test"])
        .expect(0)
        .says("3 cases: 3 passed, 0 failed")
        .says("no case decides of contact: first, last, email, since\n");
    // Absent and empty are two things.
    bench.edit("cases/contact.toml", ", town = { null = true } }", " }");
    bench
        .treaty(&["rules", "test"])
        .expect(1)
        .says("town\n             expected  (absent)\n             got       (empty)\n");
}

#[test]
fn everything_wrong_with_a_case_file_is_said_at_once() {
    let bench = treaty_with(
        r#"
entity = "contact"
colour = "red"
[[case]]
field = "frist"
[[case]]
name = "no conflict"
field = "first"
sides.crm.value = "Anne"
expect.keep = "crm"
[[case]]
name = "an owned field"
field = "city"
sides.crm.value = "Ulm"
sides.shop.value = "Bonn"
expect.keep = "crm"
[[case]]
name = "wrong words"
field = "since"
base = 7
sides.crm = { value = "soon", at = "yesterday", persn = "kim" }
sides.shp.value = 2026-01-01
expect = { keep = "shp", set = "2026-01-01" }
[[case]]
name = "nothing expected"
field = "last"
sides.crm = { value = "Berg", person = "kim", automation = "import" }
sides.shop.value = "Burg"
[[case]]
name = "two questions"
read = "crm"
write = "shop"
[[case]]
name = "no question"
[[case]]
name = "own fields that nobody has"
read = "crm"
own = { Frist = "Anna" }
expect.canonical = { frist = "Anna" }
"#,
    );
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["rules", "test"]).expect(4);
    bench.write("cases/contact.toml", "[[case]\n");
    transcript.run(&["rules", "test"]).expect(4);
    bench.write("cases/contact.toml", [0xff, 0xfe, 0x00]);
    transcript.run(&["rules", "test"]).expect(1);
    transcript.run(&["rules", "test", "nothing.toml"]).expect(1);
    std::fs::remove_file(bench.path().join("cases/contact.toml")).expect("it is there");
    transcript.run(&["rules", "test"]).expect(1);
    transcript.check("rules-test-problems");
}

#[test]
fn a_case_has_a_budget_and_a_rule_that_breaks_fails_it() {
    let bench = treaty_with(
        "[[case]]\nentity = \"contact\"\nname = \"cheap\"\nfuel-max = 10\nfield = \"first\"\n\
         sides.crm.value = \"Anne\"\nsides.shop.value = \"Ann\"\nexpect.keep = \"crm\"\n",
    );
    bench
        .treaty(&["rules", "test"])
        .expect(1)
        .says("           fuel\n             expected  at most 10\n");
    bench.write("loops.wasm", guests::LOOPS);
    bench.edit(
        "treaty.toml",
        "[entities.contact]",
        "[rules.loops]\ncomponent = \"loops.wasm\"\n[entities.contact]\nresolver = \"loops\"",
    );
    bench.treaty(&["rules", "test"]).expect(1).says(
        "           answer\n             expected  an answer\n             got       a fault: ",
    );
    // What broke is nothing that anybody can expect.
    let before = bench.read("cases/contact.toml");
    bench
        .treaty(&["rules", "test", "--bless"])
        .expect(1)
        .says("cheap: the rule broke");
    assert_eq!(bench.read("cases/contact.toml"), before);
}

#[test]
fn programs_get_json_and_junit() {
    let bench = treaty_with(CASES);
    let said = bench
        .treaty(&["--format", "json", "rules", "test", "--junit", "out.xml"])
        .expect(1);
    let told = said.json();
    let cases = told["cases"].as_array().expect("a list");
    assert_eq!(cases.len(), 2);
    assert_eq!(cases[0]["differences"].as_array().map(Vec::len), Some(0));
    assert_eq!(cases[1]["differences"][0]["expected"], "keep shop");
    assert!(cases.iter().all(|case| case["fuel"].as_u64() > Some(0)));
    assert_eq!(told["uncovered"][0]["undecided"][0], "email");
    let xml = bench.read("out.xml");
    let parts = [
        "tests=\"2\" skipped=\"0\" failures=\"1\"",
        "<testsuite name=\"cases/contact.toml\"",
        "name=\"the shop&apos;s last name wins\"",
        "last: expected keep shop, got keep crm",
    ];
    for part in parts {
        assert!(xml.contains(part), "{part} is not in {xml}");
    }
}

#[test]
fn one_question_is_put_to_a_rule() {
    let bench = treaty_with(CASES);
    bench.write(
        "one.toml",
        "[[case]]\nentity = \"contact\"\nfield = \"email\"\nbase = \"a@x.example\"\n\
         sides.crm.value = \"b@x.example\"\nsides.shop.value = \"c@x.example\"\n",
    );
    let tried = |rule: &str| bench.treaty(&["rules", "try", rule, "one.toml"]);
    tried("resolve-standard")
        .expect(0)
        .says("email: ask a person: ")
        .says(" fuel, ");
    // Any component can be put in its place.
    bench.write("good.wasm", guests::GOOD);
    tried("good.wasm").expect(0).says("email: keep ");
    tried("shipped:map-fields").expect(1).says("a fault: ");
    tried("no-such-rule").expect(1);
    let mut command = bench.command(&["rules", "try", "resolve-standard"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut keyboard = child.stdin.take().expect("it reads");
    let typed = bench.read("one.toml");
    keyboard.write_all(typed.as_bytes()).expect("it reads all");
    drop(keyboard);
    let ended = child.wait_with_output().expect("it ends");
    assert!(String::from_utf8_lossy(&ended.stdout).starts_with("email: ask a person: "));
}

#[test]
fn cases_are_run_again_when_something_changes() {
    let bench = treaty_with(CASES);
    let mut command = bench.command(&["rules", "test", "--watch"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut remarks = BufReader::new(child.stderr.take().expect("it says something")).lines();
    let mut lines = BufReader::new(child.stdout.take().expect("it says something")).lines();
    let mut summary = || {
        let waits = remarks.next().expect("it goes on").expect("it is text");
        assert_eq!(waits, "waiting for a change");
        let mut lines = lines.by_ref().map(|line| line.expect("it is text"));
        lines.find(|line| line.contains(" passed, "))
    };
    let first = summary();
    bench.edit("cases/contact.toml", "keep = \"shop\"", "keep = \"crm\"");
    let second = summary();
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert_eq!(first.as_deref(), Some("2 cases: 1 passed, 1 failed"));
    assert_eq!(second.as_deref(), Some("2 cases: 2 passed, 0 failed"));
}

#[test]
fn the_quickstart_has_cases_that_pass() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/quickstart");
    Bench::new()
        .treaty(&["--treaty", example, "rules", "test"])
        .expect(0)
        .says(" 0 failed");
}
