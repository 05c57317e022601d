//! Cases that people know from their own CRM.

use match_people::People;
use treaty_sdk::{
    Comparison, Counted, Detail, Matcher, Population, Record, Rule, Setup, TermCount, Value,
};

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

fn setup() -> Setup {
    FIELDS
        .iter()
        .fold(Setup::of("contact"), |case, (name, kind)| {
            case.field(name, kind)
        })
        .done()
}

/// Compares two people given as `field: value`, among ten thousand others in
/// which each of their values is rare.
fn compare(one: &str, other: &str) -> Comparison {
    let setup = setup();
    let people = People::new(&setup).expect("a setup");
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
        Matcher::prepare(&people, Record::new(&setup.canonical, &cells)).expect("a row")
    };
    let population = Population {
        records: 10_000,
        pairs: 25_000_000,
        attributes: Vec::new(),
    };
    let (one, other) = (prepare(one), prepare(other));
    let read = |features| Matcher::read(&people, features).expect("its own features");
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
    Matcher::compare(&people, first, second, &population, Detail::Evidence).expect("an answer")
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
    assert!(People::check(&setup()).is_empty());
    let nothing = Setup::of("deal").field("amount", "money").done();
    assert_eq!(
        People::check(&nothing)[0].message,
        "no field has a semantic type that tells records apart: `last-name`, `full-name`, `email`, `phone`, `tax-id`, `external-id`"
    );
    let mut misspelt = setup();
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
