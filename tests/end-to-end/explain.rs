//! `treaty explain`: the account that an angry salesperson is shown.

use crate::bench::Ended;
use crate::csv::{acquainted, in_dispute};
use crate::golden::Transcript;
use crate::sqlite::Pair;
use crate::{Bench, database};

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.hubspot]
connector = "sqlite"
path = "hubspot.db"
default-region = "DE"
automations = ["enrichment-*"]
[systems.salesforce]
connector = "csv"
path = "salesforce"
default-region = "DE"
[entities.contact]
table = "contact.csv"
[entities.contact.match]
matcher = "match-people"
[entities.contact.systems.hubspot]
source = "contact"
updated = "modified"
actor = "modified_by"
creates-from = ["salesforce"]
[entities.contact.systems.salesforce]
source = "contacts"
updated = "Modified"
actor = "ModifiedBy"
"#;

const TABLE: &str = "\
field,type,owner,rule,hubspot,salesforce
last,last-name,shared,person,name,Name
email,email,shared,person,mail,Email
phone,phone,shared,person,phone,Phone
company,text,shared,person,company,Company
";

const SALESFORCE: &str = "\
id,Name,Email,Phone,Company,Modified,ModifiedBy
003,Berg,anna@berg.example,+493023125120,Berg GmbH,2026-11-02T08:00:00Z,anna
";

/// A system that stores phone numbers in a way of its own.
const HUBSPOT: &str = "
CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, phone TEXT, company TEXT,
    modified TEXT, modified_by TEXT);
CREATE TRIGGER spaces AFTER UPDATE OF phone ON contact WHEN new.phone LIKE '+49__________%'
BEGIN UPDATE contact SET phone = substr(new.phone, 1, 3) || ' ' || substr(new.phone, 4, 3)
    || ' ' || substr(new.phone, 7) WHERE id = new.id; END;
INSERT INTO contact VALUES (17, 'Berg', 'anna@berg.example', '+49 302 3125120', 'Berg GmbH',
    '2026-11-02T08:00:00Z', 'import');";

/// The life of one edit, as DESIGN.md tells it: a phone number that a person and
/// a vendor change, and a company name that is corrected meanwhile.
fn life_of_one_edit() -> Bench {
    let bench = Bench::with(&[
        ("treaty.toml", TREATY),
        ("contact.csv", TABLE),
        ("salesforce/contacts.csv", SALESFORCE),
    ]);
    let hubspot = bench.path().join("hubspot.db");
    database::execute(&hubspot, HUBSPOT);
    bench.settle();
    bench.edit(
        "salesforce/contacts.csv",
        "+493023125120,Berg GmbH,2026-11-02T08:00:00Z",
        "+4915123456789,Berg GmbH,2026-11-02T10:00:00Z",
    );
    database::execute(
        &hubspot,
        "UPDATE contact SET phone = '030 23125129', company = 'Berg AG',
             modified = '2026-11-02T10:02:00Z', modified_by = 'enrichment-acme'",
    );
    bench.settle();
    let phone = database::rows(&hubspot, "SELECT phone, company FROM contact");
    assert_eq!(phone, ["+49 151 23456789|Berg AG"]);
    bench
}

/// The digest of the rule that decided or escalated, as people are shown it.
fn digest(bench: &Bench) -> String {
    let told = bench.journal(
        "SELECT coalesce(content ->> '$.decided.rule.digest', content ->> '$.rule.digest')
         FROM entry WHERE kind IN ('verdict', 'question') LIMIT 1",
    );
    let digest = told[0].trim_start_matches("sha256:");
    digest[..12].to_owned()
}

#[test]
fn the_life_of_one_edit_is_told() {
    let bench = life_of_one_edit();
    let mut transcript = Transcript::of(&bench);
    transcript.hide(digest(&bench), "<digest>");
    transcript
        .run(&["explain", "contact", "anna@berg.example", "phone"])
        .expect(0)
        .says("enrichment-acme (automation)");
    transcript.run(&["explain", "contact", "17"]).expect(0);
    transcript.check("explain");
}

#[test]
fn the_same_thing_is_found_by_whatever_a_person_knows() {
    let bench = life_of_one_edit();
    let first = bench.treaty(&["explain", "contact", "17"]).expect(0);
    for which in [
        "003",
        "hubspot:17",
        "#1",
        "ANNA@Berg.example",
        "+49 151 2345 6789",
        "+4915123456789",
        "berg ag",
    ] {
        let ended = bench.treaty(&["explain", "contact", which]).expect(0);
        assert_eq!(ended.stdout, first.stdout, "{which}");
    }
}

#[test]
fn a_write_tells_what_stood_there_what_was_sent_and_what_was_kept() {
    let bench = life_of_one_edit();
    let account = explained(&bench, &["contact", "17", "phone"]);
    let events = account["events"].as_array().expect("events");
    let write = events.iter().find(|event| event["action"] == "update");
    let write = write.expect("hubspot was written");
    assert_eq!(write["revisions"], serde_json::json!([["phone", 2]]));
    assert_eq!(
        write["own"],
        serde_json::json!([{
            "name": "phone",
            "before": "030 23125129",
            "sent": "+4915123456789",
            "left": "+49 151 23456789",
        }])
    );
    assert_eq!(account["now"][0]["value"], "+4915123456789");
    assert_eq!(account["now"][0]["provenance"]["origin"]["actor"], "anna");
}

fn explained(bench: &Bench, what: &[&str]) -> serde_json::Value {
    let mut arguments = vec!["--format", "json", "explain"];
    arguments.extend(what);
    bench.treaty(&arguments).expect(0).json()
}

#[test]
fn a_question_and_its_answer_are_told() {
    let bench = in_dispute();
    let mut transcript = Transcript::of(&bench);
    transcript.hide(digest(&bench), "<digest>");
    transcript
        .run(&["explain", "contact", "x1", "email"])
        .expect(0)
        .says("question 1 waits for a person");
    transcript
        .run(&["decide", "1", "--keep", "shop", "--by", "Dora"])
        .expect(0);
    bench.settle();
    transcript
        .run(&["explain", "contact", "x1", "email"])
        .expect(0)
        .says("Dora answered question 1: \"anna@shop.example\"");
    transcript.check("explain-question");
}

#[test]
fn a_deleted_record_is_told_by_the_id_it_had() {
    let pair = Pair::with_people(3);
    pair.left("DELETE FROM person WHERE id = 2");
    pair.bench.settle();
    let mut transcript = Transcript::of(&pair.bench);
    transcript
        .run(&["explain", "person", "left:2"])
        .expect(0)
        .says("it is deleted");
    transcript.check("explain-deleted");
}

#[test]
fn what_is_not_known_says_what_to_do() {
    let bench = acquainted();
    let mut transcript = Transcript::of(&bench);
    transcript
        .run(&["explain", "contact", "nobody@x.example"])
        .expect(1);
    transcript.run(&["explain", "contacts", "1"]).expect(1);
    transcript
        .run(&["explain", "contact", "1", "fon"])
        .expect(1);
    transcript.check("explain-unknown");
}

#[test]
fn several_that_fit_are_listed_by_names_that_fit_one() {
    let bench = acquainted();
    bench.edit("crm/contacts.csv", "Bert,Klein", "Bert,Berg");
    bench.settle();
    let mut transcript = Transcript::of(&bench);
    let made = bench.ledger("SELECT remote FROM record WHERE link = 2 AND system = 'shop'");
    transcript.hide(&made[0], "<made>");
    transcript.run(&["explain", "contact", "berg"]).expect(1);
    transcript.check("explain-several");
    let listed = bench.treaty(&["--format", "json", "explain", "contact", "berg"]);
    let listed = listed.expect(1).json();
    for found in listed["several"].as_array().expect("a list") {
        let name = found["name"].as_str().expect("a name");
        let Ended { stdout, .. } = bench.treaty(&["explain", "contact", name]).expect(0);
        assert!(stdout.starts_with(&format!("contact {name}: ")), "{stdout}");
    }
}

#[test]
fn what_people_typed_gives_no_orders_to_the_terminal() {
    let bench = acquainted();
    bench.edit("crm/contacts.csv", "Köln", "K\u{1b}[2J\u{202e}öln");
    bench.settle();
    let ended = bench.treaty(&["explain", "contact", "2"]).expect(0);
    assert!(!ended.stdout.contains(['\u{1b}', '\u{202e}']), "{ended:?}");
    ended.says("\\u{1b}[2J");
}
