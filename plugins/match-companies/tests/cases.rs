//! Cases that people know from their own CRM.

use match_companies::Companies;
use treaty_evidence::trial::Written;
use treaty_sdk::{Comparison, Rule, Setup};

const FIELDS: [(&str, &str); 7] = [
    ("name", "organisation"),
    ("website", "website"),
    ("phone", "phone"),
    ("street", "street"),
    ("city", "city"),
    ("tax", "tax-id"),
    ("shop", "external-id"),
];

const WRITTEN: Written<'static> = Written {
    entity: "company",
    fields: &FIELDS,
    records: 300,
};

fn compare(one: &str, other: &str) -> Comparison {
    WRITTEN.compare::<Companies>(one, other)
}

fn between(least: f64, most: f64, one: &str, other: &str) {
    let found = compare(one, other);
    assert!(
        (least..=most).contains(&found.probability),
        "{one}\n{other}\n{found:?}"
    );
}

#[test]
fn one_company_written_twice() {
    between(
        0.95,
        1.0,
        "name: Acme GmbH; website: https://www.acme.com/de",
        "name: ACME; website: acme.com",
    );
    between(
        0.95,
        1.0,
        "name: Holer Legal, Inc.; phone: 030 2345678",
        "name: Holer Legal; phone: +49 30 2345678",
    );
    between(
        0.95,
        1.0,
        "name: Reay & Hipkiss Farms; street: 5 Main St; city: Leeds",
        "name: Reay and Hipkiss Farms B.V.; street: 5 Main Street",
    );
    between(
        0.95,
        1.0,
        "name: Acme; tax: DE 123 456",
        "name: Acme Holding; tax: DE123456",
    );
}

#[test]
fn a_name_alone_is_a_question() {
    between(
        0.2,
        0.949,
        "name: Churches Bakery GmbH",
        "name: Churches Bakery",
    );
}

#[test]
fn neighbours_and_namesakes_are_two() {
    between(
        0.0,
        0.2,
        "name: Acme; street: 5 Main St; city: Leeds",
        "name: Globex; street: 5 Main St; city: Leeds",
    );
    between(
        0.0,
        0.2,
        "name: Acme Bakery; website: acme-bakery.de; city: Berlin",
        "name: Acme Textiles; website: acmetex.com; city: Leeds",
    );
}

#[test]
fn ids_decide() {
    between(
        0.99,
        1.0,
        "name: Acme; shop: 4711",
        "name: Globex; shop: 4711",
    );
    between(
        0.0,
        0.949,
        "name: Acme; website: acme.com; shop: 4711",
        "name: Acme; website: acme.com; shop: 4712",
    );
    between(
        0.0,
        0.949,
        "name: Acme; website: acme.com; tax: DE999",
        "name: Acme; website: acme.com; tax: DE123456",
    );
}

#[test]
fn the_evidence_is_said_in_words() {
    let found = compare(
        "name: Acme GmbH; website: acme.com",
        "name: Acme; website: acme.de",
    );
    let words: Vec<String> = found
        .evidence
        .iter()
        .map(|part| format!("{}: {}", part.about, part.finding))
        .collect();
    assert_eq!(
        words,
        [
            "name: equal, and rare",
            "domain: the same name with another ending",
            "before comparing: as many records as could match, and nothing compared yet",
        ]
    );
}

#[test]
fn a_setup_is_checked() {
    assert!(Companies::check(&WRITTEN.setup()).is_empty());
    let nothing = Setup::of("deal").field("amount", "money").done();
    assert!(
        Companies::check(&nothing)[0]
            .message
            .starts_with("no field has a semantic type")
    );
}
