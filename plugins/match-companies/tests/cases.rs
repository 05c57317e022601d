//! Cases that people know from their own CRM.

use match_companies::Companies;
use treaty_sdk::{
    Comparison, Counted, Detail, Matcher, Population, Record, Rule, Setup, TermCount, Value,
};

const FIELDS: [(&str, &str); 7] = [
    ("name", "organisation"),
    ("website", "website"),
    ("phone", "phone"),
    ("street", "street"),
    ("city", "city"),
    ("tax", "tax-id"),
    ("shop", "external-id"),
];

fn setup() -> Setup {
    FIELDS
        .iter()
        .fold(Setup::of("company"), |case, (name, kind)| {
            case.field(name, kind)
        })
        .done()
}

/// Compares two companies given as `field: value`, among three hundred others
/// in which each of their values is rare.
fn compare(one: &str, other: &str) -> Comparison {
    let setup = setup();
    let companies = Companies::new(&setup).expect("a setup");
    let prepare = |text: &str| {
        let cells: Vec<_> = FIELDS
            .iter()
            .map(|(name, _)| {
                let of = text
                    .split("; ")
                    .find_map(|part| part.strip_prefix(name)?.strip_prefix(": "));
                of.map(|value| Value::Text(value.to_owned()))
            })
            .collect();
        Matcher::prepare(&companies, Record::new(&setup.canonical, &cells)).expect("a row")
    };
    let population = Population {
        records: 300,
        pairs: 22_500,
        attributes: Vec::new(),
    };
    let (one, other) = (prepare(one), prepare(other));
    let read = |features| Matcher::read(&companies, features).expect("its own features");
    let counts = |terms: usize| {
        vec![
            TermCount {
                records: 2,
                witnesses: 1
            };
            terms
        ]
    };
    let (first, second) = (read(&one.features), read(&other.features));
    let (left, right) = (counts(one.terms.len()), counts(other.terms.len()));
    let first = Counted {
        features: &first,
        counts: &left,
    };
    let second = Counted {
        features: &second,
        counts: &right,
    };
    Matcher::compare(&companies, first, second, &population, Detail::Evidence).expect("an answer")
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
    assert!(Companies::check(&setup()).is_empty());
    let nothing = Setup::of("deal").field("amount", "money").done();
    assert!(
        Companies::check(&nothing)[0]
            .message
            .starts_with("no field has a semantic type")
    );
}
