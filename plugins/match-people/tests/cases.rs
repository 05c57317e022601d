//! Cases that people know from their own CRM.

use match_people::People;
use treaty_evidence::trial::Written;
use treaty_sdk::{Comparison, Rule, Setup};

const FIELDS: [(&str, &str); 9] = [
    ("first", "first-name"),
    ("last", "last-name"),
    ("email", "email"),
    ("phone", "phone"),
    ("company", "organisation"),
    ("street", "street"),
    ("city", "city"),
    ("birth", "birth-date"),
    ("shop", "external-id"),
];

const WRITTEN: Written<'static> = Written {
    entity: "contact",
    fields: &FIELDS,
    records: 10_000,
};

fn compare(one: &str, other: &str) -> Comparison {
    WRITTEN.compare::<People>(one, other)
}

fn links(one: &str, other: &str) {
    let found = compare(one, other);
    assert!(found.probability >= 0.95, "{one}\n{other}\n{found:?}");
}

fn asks_at_most(one: &str, other: &str) {
    let found = compare(one, other);
    assert!(found.probability < 0.95, "{one}\n{other}\n{found:?}");
}

fn parts(one: &str, other: &str) {
    let found = compare(one, other);
    assert!(found.probability < 0.2, "{one}\n{other}\n{found:?}");
}

#[test]
fn one_person_written_twice() {
    links(
        "first: Bill; last: Ashworth; email: bill@acme.com",
        "first: William; last: Ashworth; email: Bill+crm@ACME.com",
    );
    links(
        "first: Jane; last: Doe; phone: 030 2345678",
        "first: jane; last: DOE; phone: +49 30 2345678",
    );
    links(
        "first: Doe; last: Jane; email: jd@acme.com",
        "first: Jane; last: Doe; email: jd@acme.com",
    );
    links(
        "first: Jane; last: Ashworth; email: j.ashworth@acme.com",
        "first: Jane; last: Miller; email: j.ashworth@acme.com; phone: 1",
    );
}

#[test]
fn an_external_id_decides() {
    links("first: Jane; shop: 4711", "last: Doe; shop: 4711");
    asks_at_most(
        "first: Jane; last: Doe; email: jane@acme.com; phone: 0302345678; shop: 4711",
        "first: Jane; last: Doe; email: jane@acme.com; phone: 0302345678; shop: 4712",
    );
}

#[test]
fn contradictions_are_asked() {
    let jane = "first: Jane; last: Doe; email: jane@acme.com; phone: 0302345678";
    asks_at_most(
        &format!("{jane}; birth: 1971-06-24"),
        &format!("{jane}; birth: 1994-11-03"),
    );
    asks_at_most(
        "first: John; last: Doe Jr.; email: doe@acme.com",
        "first: John; last: Doe Sr.; email: doe@acme.com",
    );
}

#[test]
fn households_and_colleagues_are_not_one_person() {
    parts(
        "first: Jane; last: Doe; phone: 0302345678; street: 5 Main St; city: Leeds",
        "first: Peter; last: Doe; phone: 0302345678; street: 5 Main St; city: Leeds",
    );
    parts(
        "first: Jane; last: Doe; email: jane@acme.com; company: Acme GmbH; street: 5 Main St",
        "first: Ingrid; last: Szabo; email: ingrid@acme.com; company: Acme; street: 5 Main Street",
    );
    parts(
        "email: info@acme.com; company: Acme",
        "email: info@acme.com; company: Acme GmbH",
    );
}

#[test]
fn placeholders_say_nothing() {
    let nothing = compare("first: Jane; last: Doe", "first: Jane; last: Doe");
    let placeholders = "first: Jane; last: Doe; email: test@acme.com; phone: 0000000; company: n/a; birth: 1900-01-01";
    assert_eq!(compare(placeholders, placeholders).weight, nothing.weight);
}

#[test]
fn the_evidence_is_said_in_words() {
    let found = compare(
        "first: Jane; last: Ashworth; email: jane@acme.com",
        "first: Jane; last: Ashworth; email: jane@acme.com",
    );
    let words: Vec<String> = found
        .evidence
        .iter()
        .map(|part| format!("{}: {} ({:+.1})", part.about, part.finding, part.weight))
        .collect();
    assert_eq!(
        words,
        [
            "first name: equal, and rare (+10.5)",
            "last name: equal, and rare (+11.9)",
            "e-mail: equal, and rare (+12.4)",
            "organisation and place: equal, and rare (+10.0)",
            "before comparing: as many records as could match, and nothing compared yet (-12.2)",
        ]
    );
    let sum: f64 = found.evidence.iter().map(|part| part.weight).sum();
    assert!((sum - found.weight).abs() < 1e-9);
}

#[test]
fn a_setup_is_checked() {
    assert!(People::check(&WRITTEN.setup()).is_empty());
    let nothing = Setup::of("deal").field("amount", "money").done();
    assert_eq!(
        People::check(&nothing)[0].message,
        "no field has a semantic type that tells records apart: `last-name`, `full-name`, `email`, `phone`, `tax-id`, `external-id`"
    );
    let mut misspelt = WRITTEN.setup();
    misspelt.configuration = r#"{"weights": {"first-conflikt": -6, "last-max": 100}}"#.to_owned();
    let problems = People::check(&misspelt);
    assert_eq!(problems.len(), 2);
    assert_eq!(
        problems[0].place.as_deref(),
        Some("/weights/first-conflikt")
    );
    assert_eq!(
        problems[1].message,
        "the weight 100 is not between -60 and 60"
    );
}
